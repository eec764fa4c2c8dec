import type { DatabaseSync } from 'node:sqlite';
import type { App, AppModule } from '../service';
import type { Desk } from './desk';
import { change, integer, nextNumber, row, rows, text, textOrNull, type Row } from './table';

/** How the value of a field is checked, stored and shown. */
export type ValueType =
  | 'string'
  | 'richtext'
  | 'number'
  | 'user'
  | 'group'
  | 'date'
  | 'datetime'
  | 'object'
  | 'list of string'
  | 'issue'
  | 'other';

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

/** Field types that POST /field may create here, by Jira's names. */
const CREATABLE: Readonly<
  Record<string, { readonly type: string; readonly valueType: ValueType }>
> = {
  'com.atlassian.jira.plugin.system.customfieldtypes:textfield': {
    type: 'string',
    valueType: 'string',
  },
  'com.atlassian.jira.plugin.system.customfieldtypes:textarea': {
    type: 'string',
    valueType: 'richtext',
  },
  'com.atlassian.jira.plugin.system.customfieldtypes:float': {
    type: 'number',
    valueType: 'number',
  },
  'com.atlassian.jira.plugin.system.customfieldtypes:userpicker': {
    type: 'user',
    valueType: 'user',
  },
  'com.atlassian.jira.plugin.system.customfieldtypes:datetime': {
    type: 'datetime',
    valueType: 'datetime',
  },
  'com.atlassian.jira.plugin.system.customfieldtypes:datepicker': {
    type: 'date',
    valueType: 'date',
  },
  'com.atlassian.jira.plugin.system.customfieldtypes:labels': {
    type: 'array',
    valueType: 'list of string',
  },
};

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
    readOnly: integer(from, 'read_only') === 1,
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

export type FieldCreation =
  | { readonly kind: 'created'; readonly field: Field }
  | { readonly kind: 'unknown-type'; readonly known: readonly string[] };

/** Creates a custom field of one of Jira's own types. */
export function createField(
  database: DatabaseSync,
  fresh: { readonly name: string; readonly description: string; readonly type: string },
): FieldCreation {
  const creatable = CREATABLE[fresh.type];
  if (creatable === undefined) return { kind: 'unknown-type', known: Object.keys(CREATABLE) };
  const id = `customfield_${nextNumber(database, 'field')}`;
  saveField(database, {
    id,
    key: id,
    name: fresh.name,
    description: fresh.description,
    type: creatable.type,
    items: creatable.type === 'array' ? 'string' : null,
    custom: fresh.type,
    readOnly: false,
    moduleKey: null,
  });
  const field = fieldByIdOrKey(database, id);
  if (field === undefined) throw new Error(`Field ${id} was not stored.`);
  return { kind: 'created', field };
}

/** Makes the fields that the manifest declares, and takes over what it changed. */
export function syncAppFields(desk: Desk): void {
  for (const module of desk.app.modules('jira:customField')) {
    const key = desk.app.moduleAri(module.key);
    const existing = fieldByIdOrKey(desk.database, key);
    const type = property(module, 'type') ?? 'string';
    const isList = property(module, 'collection') === 'list';
    saveField(desk.database, {
      id: existing?.id ?? `customfield_${nextNumber(desk.database, 'field')}`,
      key,
      name: property(module, 'name') ?? module.key,
      description: property(module, 'description') ?? '',
      type: isList ? 'array' : type,
      items: isList ? type : null,
      custom: key,
      readOnly: module.properties['readOnly'] === true,
      moduleKey: module.key,
    });
  }
}

/** Whether the installed app declares the field now. */
export function isOwnedBy(app: App, field: Field): boolean {
  return (
    field.moduleKey !== null &&
    app.modules('jira:customField').some(({ key }) => key === field.moduleKey)
  );
}

function property(module: AppModule, name: string): string | undefined {
  const value = module.properties[name];
  return typeof value === 'string' ? value : undefined;
}

interface StoredField {
  readonly id: string;
  readonly key: string;
  readonly name: string;
  readonly description: string;
  readonly type: string;
  readonly items: string | null;
  readonly custom: string;
  readonly readOnly: boolean;
  readonly moduleKey: string | null;
}

function saveField(database: DatabaseSync, field: StoredField): void {
  change(
    database,
    `INSERT INTO jira_field (id, key, name, description, type, items, custom, read_only, module_key)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET name = excluded.name, description = excluded.description,
       type = excluded.type, items = excluded.items, read_only = excluded.read_only`,
    field.id,
    field.key,
    field.name,
    field.description,
    field.type,
    field.items,
    field.custom,
    field.readOnly ? 1 : 0,
    field.moduleKey,
  );
}
