import { historyBody, restUrl } from '../bodies';
import { historyCount, historyOf } from '../changelog';
import type { Desk, Person } from '../desk';
import { allFields } from '../fields';
import { chosenFields, fieldsBody } from '../issue-fields';
import type { Issue } from '../issues';
import type { Json, JsonObject } from '../json';
import { propertyKeys, propertyValue } from '../properties';
import { listedTransitions } from '../workflow/available';
import { transitionBody } from './transition-body';

export interface IssueView {
  readonly fields: readonly string[];
  readonly expand: readonly string[];
  readonly properties: readonly string[];
}

/** Changelog entries that come with an issue, newest first as Jira gives them there. */
const HISTORIES_WITH_ISSUE = 100;

/** An issue as GET issue and the search answer it. */
export function issueBody(desk: Desk, person: Person, issue: Issue, view: IssueView): JsonObject {
  // A search that asks for nothing but ids gets nothing else, not even the key.
  if (view.fields.length === 1 && view.fields[0] === 'id') return { id: String(issue.id) };
  return {
    expand: 'renderedFields,names,schema,operations,editmeta,changelog,versionedRepresentations',
    id: String(issue.id),
    self: restUrl(desk, `issue/${issue.id}`),
    key: issue.key,
    fields: fieldsBody(desk, issue, chosenFields(desk, view.fields)),
    ...(view.expand.includes('names') ? { names: names(desk) } : {}),
    ...(view.expand.includes('changelog') ? { changelog: changelog(desk, issue) } : {}),
    ...(view.expand.includes('transitions')
      ? {
          transitions: listedTransitions(desk, person, issue, false).map((transition) =>
            transitionBody(desk, issue, transition, false),
          ),
        }
      : {}),
    ...(view.properties.length === 0
      ? {}
      : { properties: properties(desk, issue, view.properties) }),
  };
}

function names(desk: Desk): JsonObject {
  return Object.fromEntries(allFields(desk.database).map(({ id, name }) => [id, name]));
}

function changelog(desk: Desk, issue: Issue): JsonObject {
  const total = historyCount(desk.database, issue.id);
  const startAt = Math.max(0, total - HISTORIES_WITH_ISSUE);
  const histories = historyOf(desk.database, issue.id, startAt, HISTORIES_WITH_ISSUE);
  return {
    startAt: 0,
    maxResults: histories.length,
    total,
    histories: [...histories].reverse().map((history) => historyBody(desk, history)),
  };
}

function properties(desk: Desk, issue: Issue, wanted: readonly string[]): JsonObject {
  const keys = propertyKeys(desk.database, 'issue', issue.id);
  const chosen = wanted.includes('*all') ? keys : keys.filter((key) => wanted.includes(key));
  return Object.fromEntries(
    chosen.map((key): [string, Json] => [
      key,
      propertyValue(desk.database, 'issue', issue.id, key) ?? null,
    ]),
  );
}
