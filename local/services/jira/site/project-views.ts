import { createPage } from '../../../pages/form-pages';
import { issuesPage, projectsPage } from '../../../pages/list-pages';
import type { ServiceResponse } from '../../service';
import { createIssue } from '../issue-creation';
import { issueTypesOf } from '../issue-type-schemes';
import { knownIssueType } from '../issue-types';
import { type Issue, issuesOfProject } from '../issues';
import { userById } from '../people';
import { holds } from '../permissions';
import { allProjects, issueCount, type Project } from '../projects';
import { mayBrowse } from '../rest/visible';
import { DEFAULT_SCREEN, fieldsOnScreen } from '../screens';
import { knownStatus } from '../statuses';
import { errorsElsewhere, fieldsOfForm, formFields } from './forms';
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

/** The issues of a project that this person may browse, newest first. */
export function showIssues(visit: Visit, project: Project): ServiceResponse {
  const { desk, person } = visit;
  if (!holds(desk, person.accountId, 'BROWSE_PROJECTS', project)) return missingPage(visit);
  const asked = visit.request.query.get('start') ?? '';
  const start = /^\d{1,9}$/.test(asked) ? Number(asked) : 0;
  const total = issueCount(desk.database, project.id);
  const issues = issuesOfProject(desk.database, project.id, start, ISSUES_ON_PAGE);
  const next = start + ISSUES_ON_PAGE;
  return pageAnswer(
    issuesPage({
      viewer: viewerOf(visit),
      project: { key: project.key, name: project.name },
      issues: issues.map((issue) => issueRow(visit, issue)),
      total,
      ...(next < total ? { older: `/projects/${project.key}/issues?start=${next}` } : {}),
    }),
  );
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
  const fieldIds = fieldsOnScreen(desk.database, DEFAULT_SCREEN);
  const fields = formFields(desk, fieldIds, form, errors);
  const wrong = Object.keys(errors).length > 0;
  const markup = createPage({
    viewer: viewerOf(visit),
    project: { key: project.key, name: project.name },
    types: types.map(({ id, name }) => ({ id: String(id), name })),
    chosenType: form.get('issuetype') ?? String(types[0]?.id ?? ''),
    fields,
    sentences: wrong ? ['Check what you typed.', ...errorsElsewhere(fields, errors)] : [],
  });
  return pageAnswer(markup, wrong ? 400 : 200);
}

export function create(visit: Visit, project: Project): ServiceResponse {
  const { desk, person, form } = visit;
  const outcome = createIssue(desk, person, {
    fields: {
      ...fieldsOfForm(desk, fieldsOnScreen(desk.database, DEFAULT_SCREEN), form),
      project: { key: project.key },
      issuetype: { id: form.get('issuetype') ?? '' },
    },
  });
  return outcome.kind === 'created'
    ? redirect(`/browse/${outcome.issue.key}`)
    : showCreate(visit, project, outcome.errors);
}
