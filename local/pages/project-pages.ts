import { appFrame, type AppFrame } from './app-frame';
import { html, type Html } from './html';
import { layout, type PageLink, type ProjectPlace, type Viewer } from './layout';

export interface SettingsPage {
  readonly viewer: Viewer;
  readonly project: ProjectPlace;
  readonly facts: readonly { readonly name: string; readonly value: string }[];
  readonly apps: readonly PageLink[];
  readonly roles: readonly { readonly name: string; readonly members: readonly string[] }[];
}

/** What a project's administrators look after. */
export function settingsPage({ viewer, project, facts, apps, roles }: SettingsPage): string {
  return layout({
    title: `Settings of ${project.name}`,
    viewer,
    project,
    content: html`<p class="trail">
        <a href="/projects">Projects</a> /
        <a href="/projects/${project.key}/issues">${project.name}</a>
      </p>
      <h1>Project settings</h1>
      <h2>Details</h2>
      <dl class="wide">
        ${facts.map(
          ({ name, value }) =>
            html`<dt>${name}</dt>
              <dd>${value}</dd>`,
        )}
      </dl>
      ${apps.length === 0 ? undefined : appLinks(apps)}
      <h2>People</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">Role</th>
            <th scope="col">Members</th>
          </tr>
        </thead>
        <tbody>
          ${roles.map(
            ({ name, members }) =>
              html`<tr>
                <td>${name}</td>
                <td>${members.length === 0 ? 'nobody' : members.join(', ')}</td>
              </tr>`,
          )}
        </tbody>
      </table>`,
  });
}

function appLinks(apps: readonly PageLink[]): Html {
  return html`<h2>Apps</h2>
    <ul class="plain">
      ${apps.map(({ path, title }) => html`<li><a href="${path}">${title}</a></li>`)}
    </ul>`;
}

export interface AppPage {
  readonly viewer: Viewer;
  readonly project: ProjectPlace;
  readonly frame: AppFrame;
  /** Stands above the frame. */
  readonly parent: PageLink;
}

/** A whole page for the app, in the project's place. */
export function appPage({ viewer, project, frame, parent }: AppPage): string {
  return layout({
    title: frame.title,
    viewer,
    project,
    hasFrames: true,
    content: html`<p class="trail">
        <a href="/projects/${project.key}/issues">${project.name}</a> /
        <a href="${parent.path}">${parent.title}</a> /
        <span>${frame.title}</span>
      </p>
      ${appFrame(frame)}`,
  });
}
