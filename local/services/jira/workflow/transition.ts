import { randomUUID } from 'node:crypto';
import { addHistory, type NewHistory, statusChange } from '../changelog';
import { addComment, type Comment, type CommentText } from '../comments';
import type { Desk, Person } from '../desk';
import { type FieldChange, planEdit, storedValue, writeChanges } from '../edits';
import { announceCommented, announceUpdated, type IssueUpdate } from '../events';
import { customBody } from '../issue-fields';
import { type Issue, issueByIdOrKey, moveStatus } from '../issues';
import type { Json } from '../json';
import { holdsOnIssue } from '../permissions';
import { knownStatus } from '../statuses';
import { atomically } from '../table';
import { settableFields } from './available';
import { conditionsHold } from './conditions';
import { transitionsFrom } from './definition';
import { deliverPostFunctions } from './post-functions';
import { workflowFor } from './schemes';
import type { Attempt } from './scope';
import { validate } from './validators';

export interface TransitionRequest {
  readonly person: Person;
  readonly source: Attempt['source'];
  readonly issue: Issue;
  readonly transitionId: string;
  readonly fields: Json;
  readonly update: Json;
}

export type TransitionOutcome =
  | { readonly kind: 'moved' }
  /** No such transition from the issue's status. */
  | { readonly kind: 'unknown' }
  /** A condition hides it from this person, or the person may not move issues here at all. */
  | { readonly kind: 'hidden' }
  | { readonly kind: 'invalid'; readonly errors: Readonly<Record<string, string>> }
  /** A validator said no. */
  | { readonly kind: 'refused'; readonly sentence: string }
  /** The issue was deleted while the validators ran. */
  | { readonly kind: 'gone' }
  /** Somebody else moved the issue while the validators ran. */
  | { readonly kind: 'conflict' };

/** Moves an issue as Jira does: conditions, validators, commit, post-functions, event. */
export async function transition(
  desk: Desk,
  request: TransitionRequest,
): Promise<TransitionOutcome> {
  const { person, source, issue } = request;
  const workflow = workflowFor(desk.database, issue.projectId, issue.typeId);
  const wanted = transitionsFrom(workflow.document, issue.statusId).find(
    ({ id }) => id === request.transitionId,
  );
  if (wanted === undefined) return { kind: 'unknown' };

  const attempt: Attempt = { person, source, issue, workflow, transition: wanted, changes: [] };
  if (!mayMove(desk, attempt)) return { kind: 'hidden' };

  const plan = planEdit(desk, {
    fields: request.fields,
    update: request.update,
    onScreen: settableFields(desk, wanted),
    current: (field) => storedValue(desk, issue, field),
  });
  if (plan.kind === 'invalid') return plan;

  const asked = { ...attempt, changes: plan.changes };
  const verdict = await validate(desk, asked, modifiedFields(desk, plan.changes));
  if (verdict.kind === 'refused') return verdict;

  const committed = commit(desk, asked, plan.comments);
  if (committed === undefined) {
    const isThere = issueByIdOrKey(desk.database, issue.id) !== undefined;
    return { kind: isThere ? 'conflict' : 'gone' };
  }
  announce(desk, asked, committed);
  return { kind: 'moved' };
}

function mayMove(desk: Desk, attempt: Attempt): boolean {
  return (
    holdsOnIssue(desk, attempt.person.accountId, 'TRANSITION_ISSUES', attempt.issue) &&
    conditionsHold(desk, attempt)
  );
}

/** New values in the shape of GET issue; of a user the account id only. Source: the validator's page. */
function modifiedFields(desk: Desk, changes: readonly FieldChange[]): Json {
  return Object.fromEntries(
    changes.map(({ field, value }) => [
      field.id,
      field.valueType === 'user' && typeof value === 'string'
        ? { accountId: value }
        : Array.isArray(value) && value.length === 0
          ? null
          : customBody(desk, field, value),
    ]),
  );
}

interface Committed {
  readonly update: IssueUpdate;
  readonly comments: readonly Comment[];
}

/** Status, screen fields, changelog and comment in one go, if the issue still stands where it stood. */
function commit(
  desk: Desk,
  { person, issue, transition: wanted, changes }: Attempt,
  texts: readonly CommentText[],
): Committed | undefined {
  const { database } = desk;
  const nowMs = desk.clock.now();
  const to = knownStatus(database, Number(wanted.toStatusReference));
  const from = knownStatus(database, issue.statusId);
  return atomically(database, () => {
    const move = { from: from.id, to: to.id, nowMs };
    if (!moveStatus(database, issue.id, move)) return undefined;
    writeChanges(desk, issue.id, changes);
    const items = [
      ...changes.map(({ item }) => item),
      // A loop changes no status, so it has no entry of its own (assumed, see DIFFERENCES.md).
      ...(from.id === to.id ? [] : [statusChange(from, to)]),
    ];
    const author = person.accountId;
    return {
      update: record(desk, { issueId: issue.id, author, createdMs: nowMs, items }),
      comments: texts.map((said) =>
        addComment(database, { issueId: issue.id, author, ...said }, nowMs),
      ),
    };
  });
}

/** Writes the changelog entry, if anything changed. */
function record(desk: Desk, entry: NewHistory): IssueUpdate {
  return entry.items.length === 0
    ? { items: [] }
    : { historyId: addHistory(desk.database, entry).id, items: entry.items };
}

function announce(desk: Desk, attempt: Attempt, { update, comments }: Committed): void {
  const moved = issueByIdOrKey(desk.database, attempt.issue.id);
  if (moved === undefined) throw new Error(`Issue ${attempt.issue.key} vanished in its own move.`);
  deliverPostFunctions(desk, attempt, moved, {
    update,
    comment: comments[0],
    executionId: randomUUID(),
  });
  announceUpdated(desk, moved, attempt.person, update);
  for (const comment of comments) announceCommented(desk, moved, comment, attempt.person);
}
