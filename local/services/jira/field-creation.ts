import type { DatabaseSync } from 'node:sqlite';
import type { App, AppModule } from '../service';
import type { Desk } from './desk';
import { CREATABLE } from './field-types';
import { type Field, fieldByIdOrKey } from './fields';
import { change, nextNumber } from './table';

export type FieldCreation =
  | { readonly kind: 'created'; readonly field: Field }
  | { readonly kind: 'unknown-type'; readonly known: readonly string[] };

/** Creates a custom field of one of Jira's own types. */
export function createField(
  database: DatabaseSync,
  fresh: { readonly name: string; readonly description: string; readonly type: string },
): FieldCreation {
  const creatable = Object.hasOwn(CREATABLE, fresh.type) ? CREATABLE[fresh.type] : undefined;
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
