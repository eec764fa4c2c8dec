import {
  commentBody,
  issueTypeBody,
  jiraTime,
  projectBody,
  restUrl,
  statusBody,
  userBody,
} from './bodies';
import { commentCount, commentsOf } from './comments';
import type { Desk } from './desk';
import { allFields, type Field } from './fields';
import { knownIssueType } from './issue-types';
import { customValue } from './issue-values';
import { type Issue, issueByIdOrKey, subtasksOf } from './issues';
import type { Json, JsonObject } from './json';
import { knownProject } from './projects';
import { knownStatus } from './statuses';

/** Comments that come with an issue: Jira gives the first page, oldest first. */
const COMMENTS_WITH_ISSUE = 100;

/**
 * Which fields a request wants: `*all`, `*navigable`, ids or keys, a leading minus takes one away.
 * Source: the parameter `fields` of GET /rest/api/3/issue/{issueIdOrKey}.
 */
export function chosenFields(desk: Desk, wanted: readonly string[]): readonly Field[] {
  const fields = allFields(desk.database);
  const names = wanted.map((name) => name.trim()).filter((name) => name !== '');
  const taken = names.filter((name) => name.startsWith('-')).map((name) => name.slice(1));
  const given = names.filter((name) => !name.startsWith('-'));
  const isGiven = ({ id, key }: Field): boolean =>
    given.includes('*all') ||
    (given.includes('*navigable') && id !== 'comment') ||
    (given.length === 0 && taken.length > 0) ||
    given.includes(id) ||
    given.includes(key);
  return fields.filter((field) => isGiven(field) && !taken.includes(field.id));
}

/** The chosen fields of an issue in the shape of REST version 3. */
export function fieldsBody(desk: Desk, issue: Issue, fields: readonly Field[]): JsonObject {
  return Object.fromEntries(
    fields
      .map((field) => [field.id, fieldBody(desk, issue, field)] as const)
      // An issue without a parent has no such member at all.
      .filter(([id, value]) => id !== 'parent' || value !== null),
  );
}

function fieldBody(desk: Desk, issue: Issue, field: Field): Json {
  const { database } = desk;
  switch (field.id) {
    case 'summary':
      return issue.summary;
    case 'description':
      return issue.description;
    case 'issuetype':
      return issueTypeBody(desk, knownIssueType(database, issue.typeId));
    case 'project':
      return projectBody(desk, knownProject(database, issue.projectId));
    case 'status':
      return statusBody(desk, knownStatus(database, issue.statusId));
    case 'statuscategorychangedate':
      return jiraTime(issue.statusChangedMs);
    case 'reporter':
      return userBody(desk, issue.reporter);
    case 'creator':
      return userBody(desk, issue.creator);
    case 'assignee':
      return userBody(desk, issue.assignee);
    case 'parent':
      return parentBody(desk, issue);
    case 'subtasks':
      return subtasksOf(database, issue.id).map((subtask) => linkedIssueBody(desk, subtask));
    case 'labels':
      return issue.labels;
    case 'comment':
      return commentsBody(desk, issue);
    case 'created':
      return jiraTime(issue.createdMs);
    case 'updated':
      return jiraTime(issue.updatedMs);
    default:
      return customBody(desk, field, customValue(database, issue.id, field.id));
  }
}

/** A stored value as the REST API shows it. */
export function customBody(desk: Desk, field: Field, value: Json): Json {
  if (field.valueType === 'user' && typeof value === 'string') return userBody(desk, value);
  if (field.valueType === 'group' && typeof value === 'string') return { name: value };
  return value;
}

function parentBody(desk: Desk, issue: Issue): Json {
  const parent =
    issue.parentId === null ? undefined : issueByIdOrKey(desk.database, issue.parentId);
  return parent === undefined ? null : linkedIssueBody(desk, parent);
}

function linkedIssueBody(desk: Desk, issue: Issue): JsonObject {
  return {
    id: String(issue.id),
    key: issue.key,
    self: restUrl(desk, `issue/${issue.id}`),
    fields: {
      summary: issue.summary,
      status: statusBody(desk, knownStatus(desk.database, issue.statusId)),
      issuetype: issueTypeBody(desk, knownIssueType(desk.database, issue.typeId)),
    },
  };
}

function commentsBody(desk: Desk, issue: Issue): JsonObject {
  const page = { startAt: 0, maxResults: COMMENTS_WITH_ISSUE, newestFirst: false };
  const comments = commentsOf(desk.database, issue.id, page);
  return {
    comments: comments.map((comment) => commentBody(desk, comment)),
    self: restUrl(desk, `issue/${issue.id}/comment`),
    maxResults: comments.length,
    total: commentCount(desk.database, issue.id),
    startAt: 0,
  };
}
