import type { AppModule } from '../service';
import { changeItemBody, commentBody } from './bodies';
import type { ChangeItem } from './changelog';
import type { Comment } from './comments';
import type { Desk, Person } from './desk';
import { evaluate } from './expression/evaluate';
import { FILTER_MAX_CHARS } from './expression/parse';
import { jsonValue } from './expression/values';
import { chosenFields, fieldsBody } from './issue-fields';
import type { Issue } from './issues';
import { isObject, type Json, type JsonObject } from './json';
import { knownStatus } from './statuses';

/** The fields of an issue in an event. Source: the field table of events-reference/jira. */
const EVENT_FIELDS = [
  'summary',
  'issuetype',
  'creator',
  'created',
  'project',
  'reporter',
  'assignee',
  'updated',
  'status',
];

export interface IssueUpdate {
  readonly historyId?: number;
  readonly items: readonly ChangeItem[];
}

/** The issue as events show it. */
export function eventIssue(desk: Desk, issue: Issue): JsonObject {
  return {
    id: String(issue.id),
    key: issue.key,
    fields: fieldsBody(desk, issue, chosenFields(desk, EVENT_FIELDS)),
  };
}

export function announceCreated(desk: Desk, issue: Issue, person: Person): void {
  announce(desk, 'avi:jira:created:issue', person, {
    jiraEventTypeName: 'issue_created',
    issue: eventIssue(desk, issue),
    associatedUsers: { associatedUsers: [{ accountId: person.accountId }] },
  });
}

export function announceUpdated(
  desk: Desk,
  issue: Issue,
  person: Person,
  update: IssueUpdate,
): void {
  const common = {
    issue: eventIssue(desk, issue),
    changelog: changelogBody(update),
    associatedUsers: { associatedUsers: associated(person.accountId, update.items) },
  };
  announce(desk, 'avi:jira:updated:issue', person, {
    jiraEventTypeName: 'issue_generic',
    ...common,
    ...associatedStatuses(desk, update.items),
  });
  if (update.items.some(({ fieldId }) => fieldId === 'assignee')) {
    announce(desk, 'avi:jira:assigned:issue', person, common);
  }
}

export function announceDeleted(desk: Desk, issue: JsonObject, person: Person): void {
  announce(desk, 'avi:jira:deleted:issue', person, {
    issue,
    associatedUsers: { associatedUsers: [{ accountId: person.accountId }] },
  });
}

export function announceCommented(
  desk: Desk,
  issue: Issue,
  comment: Comment,
  person: Person,
): void {
  announce(desk, 'avi:jira:commented:issue', person, {
    issue: eventIssue(desk, issue),
    comment: commentBody(desk, comment),
  });
}

/** The changelog of an event; without an entry in the history it has no id. */
export function changelogBody({ historyId, items }: IssueUpdate): JsonObject {
  return {
    ...(historyId === undefined ? {} : { id: String(historyId) }),
    items: items.map(changeItemBody),
  };
}

function associated(accountId: string, items: readonly ChangeItem[]): Json {
  const assignees = items
    .filter(({ fieldId }) => fieldId === 'assignee')
    .flatMap(({ from, to }) => [from, to]);
  const ids = new Set([accountId, ...assignees].filter((id) => id !== null));
  return [...ids].map((id) => ({ accountId: id }));
}

function associatedStatuses(desk: Desk, items: readonly ChangeItem[]): JsonObject {
  const moved = items.find(({ fieldId }) => fieldId === 'status');
  if (moved === undefined) return {};
  const statuses = [moved.from, moved.to].map((id) => {
    const { name } = knownStatus(desk.database, Number(id));
    return { id, name };
  });
  return { associatedStatuses: statuses };
}

function announce(desk: Desk, eventType: string, person: Person, body: JsonObject): void {
  for (const module of desk.app.modules('trigger')) {
    const functionKey = module.properties['function'];
    if (typeof functionKey !== 'string' || !subscribes(module, eventType)) continue;
    const payload = {
      eventType,
      selfGenerated: isOwnDoing(person),
      timestamp: String(desk.clock.now()),
      atlassianId: person.accountId,
      ...body,
      context: { cloudId: desk.cloudId, moduleKey: module.key },
    };
    if (!isWanted(desk, module, payload)) continue;
    desk.app.deliver({
      kind: 'product-event',
      moduleKey: module.key,
      moduleType: 'trigger',
      functionKey,
      payload,
      accountId: person.accountId,
    });
  }
}

/** What the app did as a user counts as its own doing as well (assumed, see DIFFERENCES.md). */
function isOwnDoing(person: Person): boolean {
  return person.kind === 'app' || person.throughApp;
}

function subscribes(module: AppModule, eventType: string): boolean {
  const events = module.properties['events'];
  return (
    Array.isArray(events) &&
    events.some(
      (event: unknown) =>
        event === eventType || (isObject(event) && event['eventType'] === eventType),
    )
  );
}

/** Source: developer.atlassian.com/platform/forge/manifest-reference/modules/trigger, filter. */
function isWanted(desk: Desk, module: AppModule, payload: JsonObject): boolean {
  const filter = module.properties['filter'];
  if (!isObject(filter)) return true;
  if (filter['ignoreSelf'] === true && payload['selfGenerated'] === true) return false;
  const expression = filter['expression'];
  if (typeof expression !== 'string') return true;
  const evaluation = evaluate(
    expression,
    new Map([['event', jsonValue(payload)]]),
    FILTER_MAX_CHARS,
  );
  if (evaluation.kind === 'value' && typeof evaluation.value === 'boolean') {
    return evaluation.value;
  }
  const onError = filter['onError'] ?? 'IGNORE_AND_LOG';
  if (onError === 'IGNORE_AND_LOG' || onError === 'RECEIVE_AND_LOG') {
    const why = evaluation.kind === 'error' ? evaluation.message : 'it did not give a Boolean';
    desk.log(`The filter of trigger ${module.key} failed: ${why}`);
  }
  return onError === 'RECEIVE' || onError === 'RECEIVE_AND_LOG';
}
