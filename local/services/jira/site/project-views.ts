import { createPage } from '../../../pages/form-pages';
import { issuesPage, projectsPage } from '../../../pages/list-pages';
import type { ServiceResponse } from '../../service';
import type { Desk } from '../desk';
import { createIssue } from '../issue-creation';
import { issueTypesOf } from '../issue-type-schemes';
import { knownIssueType } from '../issue-types';
import { searchIssues } from '../issue-search';
import { type Issue, issueByIdOrKey, issuesOfProject } from '../issues';
import { userById } from '../people';
import { holds } from '../permissions';
import { allProjects, issueCount, type Project } from '../projects';
import { mayBrowse } from '../rest/visible';
import { fieldsFor } from '../screen-schemes';
import { knownStatus } from '../statuses';
import { errorsElsewhere, fieldsOfForm, formFields } from './forms';
import { placeOf } from './project-place';
import { typedSearch } from './typed-search';
import { missingPage, pageAnswer, pageTime, redirect, viewerOf, type Visit } from './visit';

const ISSUES_ON_PAGE = 50;

export function showProjects(visit: Visit): ServiceResponse {
  const { desk, person } = visit;
  const projects = allProjects(desk.database)
    .filter((project) => mayBrowse(desk, person, project))
    .map(({ id, key, name, lead }) => ({
      key,
      name,
      lead: userById(desk.database, lead)?.displayName ?? '',
      issues: issueCount(desk.database, id),
    }));
  return pageAnswer(projectsPage(viewerOf(visit), projects));
}

/** The issues of a project that this person may browse, newest first, or those that they search for. */
export function showIssues(visit: Visit, project: Project): ServiceResponse {
  const { desk, person, request } = visit;
  if (!holds(desk, person.accountId, 'BROWSE_PROJECTS', project)) return missingPage(visit);
  const page = request.query.get('start') ?? '';
  const start = /^\d{1,9}$/.test(page) ? Number(page) : 0;
  const asked = (request.query.get('q') ?? '').trim();
  const list = asked === '' ? everything(visit, project, start) : found(visit, project, asked);
  return pageAnswer(
    issuesPage({
      viewer: viewerOf(visit),
      project: placeOf(visit, project),
      asked,
      issues: list.issues.map((issue) => issueRow(visit, issue)),
      total: list.total,
      ...(list.refusal === undefined ? {} : { refusal: list.refusal }),
      ...(list.older === undefined ? {} : { older: list.older }),
    }),
    list.refusal === undefined ? 200 : 400,
  );
}

interface IssueList {
  readonly issues: readonly Issue[];
  readonly total: number;
  readonly refusal?: string;
  readonly older?: string;
}

function everything({ desk }: Visit, { id, key }: Project, start: number): IssueList {
  const total = issueCount(desk.database, id);
  const issues = issuesOfProject(desk.database, id, start, ISSUES_ON_PAGE);
  const next = start + ISSUES_ON_PAGE;
  const older = next < total ? { older: `/projects/${key}/issues?start=${next}` } : {};
  return { issues, total, ...older };
}

/** The first matches within the project. */
function found({ desk, person }: Visit, project: Project, asked: string): IssueList {
  const search = typedSearch(project, asked);
  const outcome = search.kind === 'query' ? searchIssues(desk, person, search.query) : search;
  if (outcome.kind !== 'found') return { issues: [], total: 0, refusal: outcome.message };
  const { ids } = outcome;
  const issues = ids
    .slice(0, ISSUES_ON_PAGE)
    .flatMap((id) => issueByIdOrKey(desk.database, id) ?? []);
  return { issues, total: ids.length };
}

function issueRow({ desk }: Visit, issue: Issue) {
  return {
    key: issue.key,
    summary: issue.summary,
    type: knownIssueType(desk.database, issue.typeId).name,
    status: knownStatus(desk.database, issue.statusId),
    assignee:
      issue.assignee === null ? '' : (userById(desk.database, issue.assignee)?.displayName ?? ''),
    updated: pageTime(issue.updatedMs),
  };
}

export function showCreate(
  visit: Visit,
  project: Project,
  errors: Readonly<Record<string, string>> = {},
): ServiceResponse {
  const { desk, form } = visit;
  const types = issueTypesOf(desk.database, project.id);
  const chosenType = form.get('issuetype') ?? String(types[0]?.id ?? '');
  const fieldIds = fieldsOfType(desk, project, chosenType);
  const fields = formFields(desk, fieldIds, form, errors);
  const wrong = Object.keys(errors).length > 0;
  const markup = createPage({
    viewer: viewerOf(visit),
    project: placeOf(visit, project),
    types: types.map(({ id, name }) => ({ id: String(id), name })),
    chosenType,
    fields,
    sentences: wrong ? ['Check what you typed.', ...errorsElsewhere(fields, errors)] : [],
  });
  return pageAnswer(markup, wrong ? 400 : 200);
}

const fieldsOfType = ({ database }: Desk, { id }: Project, type: string): readonly string[] =>
  fieldsFor(database, 'create', { projectId: id, typeId: Number(type) });

export function create(visit: Visit, project: Project): ServiceResponse {
  const { desk, person, form } = visit;
  const type = form.get('issuetype') ?? '';
  const outcome = createIssue(desk, person, {
    fields: {
      ...fieldsOfForm(desk, fieldsOfType(desk, project, type), form),
      project: { key: project.key },
      issuetype: { id: type },
    },
  });
  return outcome.kind === 'created'
    ? redirect(`/browse/${outcome.issue.key}`)
    : showCreate(visit, project, outcome.errors);
}
