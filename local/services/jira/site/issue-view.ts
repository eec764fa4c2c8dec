import type { Html } from '../../../pages/html';
import { ACTIVITIES, issuePage, type IssuePage } from '../../../pages/issue-page';
import type { ServiceResponse } from '../../service';
import { adfText } from '../adf';
import { type ChangeItem, historyCount, historyOf } from '../changelog';
import { commentsOf } from '../comments';
import type { Desk } from '../desk';
import { customFields } from '../fields';
import { knownIssueType } from '../issue-types';
import { customValue } from '../issue-values';
import { type Issue, issueByIdOrKey, subtasksOf } from '../issues';
import type { Json } from '../json';
import { isPinned } from '../panels';
import { userById } from '../people';
import { holdsOnIssue } from '../permissions';
import { knownProject } from '../projects';
import { fieldsFor } from '../screen-schemes';
import { knownStatus } from '../statuses';
import { availableTransitions } from '../workflow/available';
import { screenIdOf } from '../workflow/definition';
import { framesOf } from './app-frames';
import { placeOf } from './project-place';
import { framedAnswer, pageAnswer, pageTime, viewerOf, type Visit } from './visit';

const SHOWN_COMMENTS = 100;
const SHOWN_HISTORY = 50;

export interface IssueShow {
  /** Why the last click did nothing. */
  readonly problem?: NonNullable<IssuePage['problem']>;
  /** What stands over the page. */
  readonly dialog?: Html;
  readonly status?: number;
}

/** The page of an issue. */
export function showIssue(
  visit: Visit,
  issue: Issue,
  { problem, dialog, status = problem === undefined ? 200 : 400 }: IssueShow = {},
): ServiceResponse {
  const { desk, person } = visit;
  const { database } = desk;
  const parent = issue.parentId === null ? undefined : issueByIdOrKey(database, issue.parentId);
  const project = knownProject(database, issue.projectId);
  const page: IssuePage = {
    viewer: viewerOf(visit),
    project: placeOf(visit, project),
    key: issue.key,
    summary: issue.summary,
    type: knownIssueType(database, issue.typeId).name,
    typeId: String(issue.typeId),
    status: knownStatus(database, issue.statusId),
    ...(parent === undefined ? {} : { parent: { key: parent.key, summary: parent.summary } }),
    subtasks: subtasksOf(database, issue.id).map(({ key, summary, statusId }) => ({
      key,
      summary,
      status: knownStatus(database, statusId),
    })),
    description: issue.description,
    facts: factsOf(desk, issue),
    transitions: availableTransitions(desk, person, issue, 'screen').map((transition) => ({
      id: transition.id,
      name: transition.name,
      to: knownStatus(database, Number(transition.toStatusReference)).name,
      hasScreen: screenIdOf(transition) !== undefined,
    })),
    comments: commentsOf(database, issue.id, {
      startAt: 0,
      maxResults: SHOWN_COMMENTS,
      newestFirst: true,
    }).map(({ id, author, createdMs, body }) => ({
      id: String(id),
      author: nameOf(desk, author),
      authorId: author,
      when: pageTime(createdMs),
      body,
    })),
    mayComment: holdsOnIssue(desk, person.accountId, 'ADD_COMMENTS', issue),
    mayEdit: holdsOnIssue(desk, person.accountId, 'EDIT_ISSUES', issue),
    panels: panelsOf(desk, issue),
    contexts: framesOf(desk, 'jira:issueContext', { issueKey: issue.key }),
    activity:
      ACTIVITIES.find((name) => name === visit.request.query.get('activity')) ?? ACTIVITIES[0],
    history: lastHistory(desk, issue),
    ...(problem === undefined ? {} : { problem }),
  };
  const markup = issuePage(page, dialog);
  const hasFrames = page.panels.length + page.contexts.length > 0;
  return hasFrames ? framedAnswer(visit, markup, status) : pageAnswer(markup, status);
}

/** The panels that stand on every issue of the project; Jira hides the others until somebody adds one. */
function panelsOf(desk: Desk, { key, projectId }: Issue): IssuePage['panels'] {
  return framesOf(desk, 'jira:issuePanel', { issueKey: key }).filter(({ moduleKey }) =>
    isPinned(desk.database, projectId, moduleKey, desk.clock.now()),
  );
}

function lastHistory(desk: Desk, issue: Issue): IssuePage['history'] {
  const start = Math.max(0, historyCount(desk.database, issue.id) - SHOWN_HISTORY);
  return [...historyOf(desk.database, issue.id, start, SHOWN_HISTORY)]
    .reverse()
    .map(({ author, createdMs, items }) => ({
      author: nameOf(desk, author),
      authorId: author,
      when: pageTime(createdMs),
      changes: items.map(changeLine),
    }));
}

function changeLine({ field, fromString, toText }: ChangeItem) {
  return { field, from: fromString ?? 'none', to: toText ?? 'none' };
}

function factsOf(desk: Desk, issue: Issue): IssuePage['facts'] {
  const onScreen = fieldsFor(desk.database, 'view', issue);
  const facts = [
    { name: 'Assignee', value: nameOf(desk, issue.assignee) },
    { name: 'Reporter', value: nameOf(desk, issue.reporter) },
    { name: 'Labels', value: issue.labels.join(', ') },
    ...customFields(desk.database)
      // An object is for machines: the app that owns it shows what it means.
      .filter(({ id, valueType }) => valueType !== 'object' && onScreen.includes(id))
      .map(({ id, name }) => ({
        name,
        value: shownValue(desk, customValue(desk.database, issue.id, id)),
      })),
    { name: 'Created', value: pageTime(issue.createdMs) },
    { name: 'Updated', value: pageTime(issue.updatedMs) },
  ];
  return facts.filter(({ value }) => value !== '');
}

function shownValue(desk: Desk, value: Json): string {
  if (value === null) return '';
  if (typeof value === 'string') {
    return userById(desk.database, value)?.displayName ?? value;
  }
  return typeof value === 'object' ? adfText(value) : String(value);
}

function nameOf(desk: Desk, accountId: string | null): string {
  if (accountId === null) return '';
  return userById(desk.database, accountId)?.displayName ?? accountId;
}
