import type { DatabaseSync } from 'node:sqlite';
import { type Row, text, whole } from '../../columns';
import { CREATABLE, type ValueType } from './field-types';
import { row, rows, textOrNull } from './table';

export interface Field {
  readonly id: string;
  /** The ARI of the module for an app's field, otherwise the id. */
  readonly key: string;
  readonly name: string;
  readonly description: string;
  readonly custom: boolean;
  readonly valueType: ValueType;
  readonly schema: FieldSchema;
  /** Only its app may write it. */
  readonly readOnly: boolean;
  readonly moduleKey: string | null;
}

export interface FieldSchema {
  readonly type: string;
  readonly items?: string;
  readonly system?: string;
  readonly custom?: string;
  readonly customId?: number;
}

const system = (
  id: string,
  name: string,
  type: string,
  valueType: ValueType,
  items?: string,
): Field => ({
  id,
  key: id,
  name,
  description: '',
  custom: false,
  valueType,
  schema: { type, system: id, ...(items === undefined ? {} : { items }) },
  readOnly: false,
  moduleKey: null,
});

/** The system fields of this Jira, in the order in which pages show them. */
export const SYSTEM_FIELDS: readonly Field[] = [
  system('summary', 'Summary', 'string', 'string'),
  system('description', 'Description', 'string', 'richtext'),
  system('issuetype', 'Work Type', 'issuetype', 'other'),
  system('project', 'Project', 'project', 'other'),
  system('status', 'Status', 'status', 'other'),
  system('statuscategorychangedate', 'Status Category Changed', 'datetime', 'other'),
  system('reporter', 'Reporter', 'user', 'user'),
  system('creator', 'Creator', 'user', 'other'),
  system('assignee', 'Assignee', 'user', 'user'),
  system('parent', 'Parent', 'issuelink', 'issue'),
  system('subtasks', 'Sub-tasks', 'array', 'other', 'issuelinks'),
  system('labels', 'Labels', 'array', 'list of string', 'string'),
  system('comment', 'Comment', 'comments-page', 'other'),
  system('created', 'Created', 'datetime', 'other'),
  system('updated', 'Updated', 'datetime', 'other'),
];

const APP_TYPES: readonly ValueType[] = [
  'string',
  'number',
  'user',
  'group',
  'date',
  'datetime',
  'object',
];

function readField(from: Row): Field {
  const id = text(from, 'id');
  const custom = text(from, 'custom');
  const items = textOrNull(from, 'items');
  const type = text(from, 'type');
  return {
    id,
    key: text(from, 'key'),
    name: text(from, 'name'),
    description: text(from, 'description'),
    custom: true,
    valueType: valueTypeOf(custom, type, items),
    schema: {
      type,
      custom,
      customId: Number(id.slice('customfield_'.length)),
      ...(items === null ? {} : { items }),
    },
    readOnly: whole(from, 'read_only') === 1,
    moduleKey: textOrNull(from, 'module_key'),
  };
}

function valueTypeOf(custom: string, type: string, items: string | null): ValueType {
  const created = CREATABLE[custom];
  if (created !== undefined) return created.valueType;
  if (type === 'array') return items === 'string' ? 'list of string' : 'other';
  return APP_TYPES.find((known) => known === type) ?? 'other';
}

export function customFields(database: DatabaseSync): readonly Field[] {
  return rows(database, 'SELECT * FROM jira_field ORDER BY rowid', [], readField);
}

export function allFields(database: DatabaseSync): readonly Field[] {
  return [...SYSTEM_FIELDS, ...customFields(database)];
}

/** By id or by key: an app's field is known by its ARI too. */
export function fieldByIdOrKey(database: DatabaseSync, idOrKey: string): Field | undefined {
  return (
    SYSTEM_FIELDS.find(({ id }) => id === idOrKey) ??
    row(database, 'SELECT * FROM jira_field WHERE id = ? OR key = ?', [idOrKey, idOrKey], readField)
  );
}
