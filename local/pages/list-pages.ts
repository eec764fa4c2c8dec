import { html, type Html } from './html';
import { layout, problem, type ProjectPlace, type Viewer } from './layout';
import { lozenge, type Lozenge } from './lozenge';

export interface ProjectRow {
  readonly key: string;
  readonly name: string;
  readonly lead: string;
  readonly issues: number;
}

export function projectsPage(viewer: Viewer, projects: readonly ProjectRow[]): string {
  return layout({
    title: 'Projects',
    viewer,
    content: html`<h1>Projects</h1>
      ${
        projects.length === 0
          ? html`<p>There is no project that you may see yet.</p>`
          : html`<table>
              <thead>
                <tr>
                  <th scope="col">Name</th>
                  <th scope="col">Key</th>
                  <th scope="col">Lead</th>
                  <th scope="col" class="number">Work items</th>
                </tr>
              </thead>
              <tbody>
                ${projects.map(projectRow)}
              </tbody>
            </table>`
      }`,
  });
}

function projectRow({ key, name, lead, issues }: ProjectRow): Html {
  return html`<tr>
    <td><a href="/projects/${key}/issues">${name}</a></td>
    <td>${key}</td>
    <td>${lead}</td>
    <td class="number">${issues}</td>
  </tr>`;
}

export interface IssueRow {
  readonly key: string;
  readonly summary: string;
  readonly type: string;
  readonly status: Lozenge;
  readonly assignee: string;
  readonly updated: string;
}

export interface IssueListPage {
  readonly viewer: Viewer;
  readonly project: ProjectPlace;
  readonly issues: readonly IssueRow[];
  readonly total: number;
  /** What was searched for, as typed. */
  readonly asked: string;
  /** Why the search found nothing. */
  readonly refusal?: string;
  /** Link to older issues, if there are some. */
  readonly older?: string;
}

export function issuesPage(page: IssueListPage): string {
  const { viewer, project, issues, total, asked, refusal, older } = page;
  return layout({
    title: project.name,
    viewer,
    project,
    content: html`<h1>${project.name} <small>${total} work items</small></h1>
      <form class="search" role="search" method="get" action="/projects/${project.key}/issues">
        <input
          name="q"
          value="${asked}"
          aria-label="Search work items"
          placeholder="Words, or JQL such as status = Ready"
        />
        <button type="submit">Search</button>
      </form>
      ${refusal === undefined ? undefined : problem('The search was refused', [refusal])}
      ${
        issues.length === 0
          ? nothing(project, asked)
          : html`<table>
              <thead>
                <tr>
                  <th scope="col">Key</th>
                  <th scope="col">Summary</th>
                  <th scope="col">Type</th>
                  <th scope="col">Status</th>
                  <th scope="col">Assignee</th>
                  <th scope="col">Updated</th>
                </tr>
              </thead>
              <tbody>
                ${issues.map(issueRow)}
              </tbody>
            </table>`
      }
      ${older === undefined ? undefined : html`<p><a href="${older}">Older work items</a></p>`}`,
  });
}

function nothing({ key }: ProjectPlace, asked: string): Html {
  return asked === ''
    ? html`<p>Nothing here yet. <a href="/projects/${key}/create">Create the first.</a></p>`
    : html`<p>Nothing found. <a href="/projects/${key}/issues">Show all.</a></p>`;
}

function issueRow({ key, summary, type, status, assignee, updated }: IssueRow): Html {
  return html`<tr>
    <td><a href="/browse/${key}">${key}</a></td>
    <td><a href="/browse/${key}">${summary}</a></td>
    <td>${type}</td>
    <td>${lozenge(status)}</td>
    <td>${assignee}</td>
    <td><time>${updated}</time></td>
  </tr>`;
}
