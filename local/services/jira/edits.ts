import { readCommentText, type CommentText } from './comments';
import type { ChangeItem } from './changelog';
import type { Desk } from './desk';
import { readableValue, readValue } from './field-values';
import { type Field, fieldByIdOrKey } from './fields';
import { customValue, writeField } from './issue-values';
import type { Issue } from './issues';
import { isJsonList, isJsonObject, type Json } from './json';

export interface FieldChange {
  readonly field: Field;
  readonly value: Json;
  readonly item: ChangeItem;
}

export type EditPlan =
  | {
      readonly kind: 'plan';
      readonly changes: readonly FieldChange[];
      /** Comments to add. */
      readonly comments: readonly CommentText[];
    }
  | { readonly kind: 'invalid'; readonly errors: Readonly<Record<string, string>> };

export interface EditRequest {
  readonly fields: Json;
  readonly update: Json;
  /** Ids of the fields that may be set here. */
  readonly onScreen: readonly string[];
  /** What a field holds now. */
  readonly current: (field: Field) => Json;
}

type Operation = readonly [verb: string, value: Json];

/** Reads `fields` and `update` of a request: every change with its changelog item, or every error. */
export function planEdit(desk: Desk, request: EditRequest): EditPlan {
  const errors: Record<string, string> = {};
  const changes: FieldChange[] = [];
  const comments: CommentText[] = [];
  for (const [fieldId, operations] of operationsOf(request, errors)) {
    if (fieldId === 'comment' && request.onScreen.includes('comment')) {
      for (const [verb, value] of operations) {
        const said = verb === 'add' ? readCommentText(value) : undefined;
        if (said !== undefined) comments.push(said);
        else errors['comment'] = 'Comment body is not valid!';
      }
      continue;
    }
    const field = fieldByIdOrKey(desk.database, fieldId);
    if (field === undefined || field.readOnly || !request.onScreen.includes(field.id)) {
      errors[fieldId] = notOnScreen(fieldId);
      continue;
    }
    const current = request.current(field);
    const change = planField(desk, field, current, operations);
    if (typeof change === 'string') errors[fieldId] = change;
    else if (change !== undefined) changes.push(change);
  }
  return Object.keys(errors).length > 0
    ? { kind: 'invalid', errors }
    : { kind: 'plan', changes, comments };
}

/** Source: what Jira answers for a field that a screen does not show; seen in many public threads. */
function notOnScreen(fieldId: string): string {
  return `Field '${fieldId}' cannot be set. It is not on the appropriate screen, or unknown.`;
}

function operationsOf(
  { fields, update }: EditRequest,
  errors: Record<string, string>,
): ReadonlyMap<string, readonly Operation[]> {
  const operations = new Map<string, readonly Operation[]>();
  for (const [fieldId, value] of isJsonObject(fields) ? Object.entries(fields) : []) {
    operations.set(fieldId, [['set', value]]);
  }
  for (const [fieldId, listed] of isJsonObject(update) ? Object.entries(update) : []) {
    if (operations.has(fieldId)) {
      errors[fieldId] = `Field '${fieldId}' cannot appear in both 'fields' and 'update'`;
      continue;
    }
    operations.set(
      fieldId,
      (isJsonList(listed) ? listed : []).flatMap((operation) =>
        isJsonObject(operation) ? Object.entries(operation) : [],
      ),
    );
  }
  return operations;
}

/** The change, undefined when nothing changes, or the sentence that refuses it. */
function planField(
  desk: Desk,
  field: Field,
  current: Json,
  operations: readonly Operation[],
): FieldChange | undefined | string {
  let value = current;
  for (const [verb, operand] of operations) {
    const wanted = verb === 'set' ? operand : withLabel(field, value, verb, operand);
    if (wanted === undefined) return `Operation '${verb}' is not supported for this field.`;
    const read = readValue(desk, field, wanted);
    if (read.kind === 'invalid') return read.sentence;
    value = read.value;
  }
  if (JSON.stringify(value) === JSON.stringify(current)) return undefined;
  return { field, value, item: changeItem(desk, field, current, value) };
}

function withLabel(field: Field, current: Json, verb: string, operand: Json): Json | undefined {
  if (field.valueType !== 'list of string') return undefined;
  const labels = isJsonList(current) ? current : [];
  if (verb === 'add') return [...labels, operand];
  if (verb === 'remove') return labels.filter((label) => label !== operand);
  return undefined;
}

/** What the changelog says about a field that went from one stored value to another. */
export function changeItem(desk: Desk, field: Field, from: Json, to: Json): ChangeItem {
  const before = readableValue(desk, field, from);
  const after = readableValue(desk, field, to);
  return {
    field: field.custom ? field.name : field.id,
    fieldtype: field.custom ? 'custom' : 'jira',
    fieldId: field.id,
    from: before.id,
    fromString: before.text,
    to: after.id,
    toText: after.text,
  };
}

/** The stored value of a field of an issue, for the fields that can be edited. */
export function storedValue(desk: Desk, issue: Issue, field: Field): Json {
  switch (field.id) {
    case 'summary':
      return issue.summary;
    case 'description':
      return issue.description;
    case 'labels':
      return issue.labels;
    case 'reporter':
      return issue.reporter;
    case 'assignee':
      return issue.assignee;
    case 'parent':
      return issue.parentId;
    default:
      return field.custom ? customValue(desk.database, issue.id, field.id) : null;
  }
}

export function writeChanges(desk: Desk, issueId: number, changes: readonly FieldChange[]): void {
  for (const { field, value } of changes) writeField(desk.database, issueId, field.id, value);
}
