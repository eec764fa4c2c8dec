import type { Desk, Person } from '../desk';
import type { FieldChange } from '../edits';
import { ExpressionError } from '../expression/expression-error';
import { entity, type Entity, jsonValue, type Value } from '../expression/values';
import { customFields, type Field } from '../fields';
import { knownIssueType } from '../issue-types';
import { customValue } from '../issue-values';
import { type Issue, issueByIdOrKey } from '../issues';
import type { Json } from '../json';
import { groupsOf, userById } from '../people';
import { knownProject, type Project } from '../projects';
import { propertyValue } from '../properties';
import { CATEGORY_DETAILS, knownStatus, type Status } from '../statuses';
import type { Transition } from './definition';
import type { Workflow } from './store';

/** Somebody at a transition of an issue, with what the screen changed. */
export interface Attempt {
  readonly person: Person;
  /** A click on a page of the site, or a call of the REST API (the app's calls are of this kind). */
  readonly source: 'screen' | 'api';
  readonly issue: Issue;
  readonly workflow: Workflow;
  readonly transition: Transition;
  readonly changes: readonly FieldChange[];
}

/**
 * Custom fields, properties and other loads in one expression. Source: "Expensive operations",
 * developer.atlassian.com/cloud/jira/platform/jira-expressions: at most 10.
 */
const MAX_EXPENSIVE = 10;

/**
 * The variables of conditions and validators.
 * Source: developer.atlassian.com/platform/forge/manifest-reference/modules/jira-workflow-condition.
 */
export function ruleScope(
  desk: Desk,
  attempt: Attempt,
  config: Json,
  groupOperator: 'AND' | 'OR' | null,
): ReadonlyMap<string, Value> {
  const { issue, transition, workflow } = attempt;
  const spend = budget();
  const from = knownStatus(desk.database, issue.statusId);
  const to = knownStatus(desk.database, Number(transition.toStatusReference));
  return new Map<string, Value>([
    ['user', userEntity(desk, attempt.person.accountId)],
    ['issue', issueEntity(desk, issue, spend, attempt.changes)],
    ['project', projectEntity(knownProject(desk.database, issue.projectId))],
    [
      'transition',
      entity('Transition', {
        id: Number(transition.id),
        name: transition.name,
        from: statusEntity(from),
        to: statusEntity(to),
      }),
    ],
    ['workflow', entity('Workflow', { name: workflow.document.name })],
    ['config', jsonValue(config)],
    ['groupOperator', groupOperator],
  ]);
}

function budget(): () => void {
  let spent = 0;
  return () => {
    spent += 1;
    if (spent > MAX_EXPENSIVE) {
      throw new ExpressionError(
        `The expression takes more than ${MAX_EXPENSIVE} expensive operations.`,
      );
    }
  };
}

function userEntity(desk: Desk, accountId: string): Value {
  const user = userById(desk.database, accountId);
  if (user === undefined) return null;
  const groups = () => groupsOf(desk.database, accountId);
  return entity('User', {
    accountId: user.accountId,
    displayName: user.displayName,
    groups: () => groups().map(({ name }) => name),
    groupIds: () => groups().map(({ id }) => id),
  });
}

function projectEntity(project: Project): Entity {
  return entity('Project', {
    id: project.id,
    key: project.key,
    name: project.name,
    style: 'classic',
  });
}

function statusEntity(status: Status): Entity {
  const category = CATEGORY_DETAILS[status.category];
  return entity('IssueStatus', {
    id: status.id,
    name: status.name,
    description: status.description,
    category: entity('StatusCategory', { id: category.id, key: category.key, name: category.name }),
  });
}

function issueEntity(
  desk: Desk,
  issue: Issue,
  spend: () => void,
  changes: readonly FieldChange[],
): Entity {
  const { database } = desk;
  const changed = (fieldId: string, stored: Json): Json => {
    const change = changes.find(({ field }) => field.id === fieldId);
    return change === undefined ? stored : change.value;
  };
  const person = (fieldId: string, stored: string | null): Value => {
    const accountId = changed(fieldId, stored);
    return typeof accountId === 'string' ? userEntity(desk, accountId) : null;
  };
  const type = knownIssueType(database, issue.typeId);
  const fields = Object.fromEntries(
    customFields(database).map((field) => [
      field.id,
      (): Value => {
        spend();
        return fieldValue(
          desk,
          field,
          changed(field.id, customValue(database, issue.id, field.id)),
        );
      },
    ]),
  );
  return entity('Issue', {
    id: issue.id,
    key: issue.key,
    summary: () => jsonValue(changed('summary', issue.summary)),
    labels: () => jsonValue(changed('labels', issue.labels)),
    issueType: entity('IssueType', { id: type.id, name: type.name, isSubtask: type.subtask }),
    status: () => statusEntity(knownStatus(database, issue.statusId)),
    project: () => projectEntity(knownProject(database, issue.projectId)),
    creator: () => userEntity(desk, issue.creator),
    reporter: () => person('reporter', issue.reporter),
    assignee: () => person('assignee', issue.assignee),
    parent: () => {
      spend();
      const parent = issue.parentId === null ? undefined : issueByIdOrKey(database, issue.parentId);
      return parent === undefined ? null : issueEntity(desk, parent, spend, []);
    },
    properties: {
      type: 'EntityProperties',
      property: (key) => {
        spend();
        return jsonValue(propertyValue(database, 'issue', issue.id, key) ?? null);
      },
    },
    ...fields,
  });
}

/** Which type a field's value has. Source: the data types in the Forge page of jira:customField. */
function fieldValue(desk: Desk, field: Field, value: Json): Value {
  if (value === null) return null;
  switch (field.valueType) {
    case 'string':
    case 'number':
    case 'object':
    case 'list of string':
    case 'group':
      return jsonValue(value);
    case 'user':
      return typeof value === 'string' ? userEntity(desk, value) : null;
    case 'richtext':
    case 'date':
    case 'datetime':
    case 'issue':
    case 'other':
      throw new ExpressionError(
        `Local Jira does not model ${field.valueType} fields such as ${field.name} in expressions.`,
      );
  }
}
