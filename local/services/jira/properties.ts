import type { DatabaseSync } from 'node:sqlite';
import { text } from '../../columns';
import { type Json, storedJson } from './json';
import { change, row, rows } from './table';

export type PropertyOwner = 'comment' | 'issue' | 'project';

export function propertyKeys(
  database: DatabaseSync,
  kind: PropertyOwner,
  entityId: number,
): readonly string[] {
  return rows(
    database,
    'SELECT key FROM jira_property WHERE kind = ? AND entity_id = ? ORDER BY key',
    [kind, entityId],
    (from) => text(from, 'key'),
  );
}

/** Undefined when there is no such property: a property may hold null. */
export function propertyValue(
  database: DatabaseSync,
  kind: PropertyOwner,
  entityId: number,
  key: string,
): Json | undefined {
  return row(
    database,
    'SELECT value FROM jira_property WHERE kind = ? AND entity_id = ? AND key = ?',
    [kind, entityId, key],
    (from) => storedJson(text(from, 'value')),
  );
}

/** Answers whether the property is new. */
export function setProperty(
  database: DatabaseSync,
  kind: PropertyOwner,
  entityId: number,
  key: string,
  value: Json,
): boolean {
  const isNew = propertyValue(database, kind, entityId, key) === undefined;
  change(
    database,
    'INSERT OR REPLACE INTO jira_property (kind, entity_id, key, value) VALUES (?, ?, ?, ?)',
    kind,
    entityId,
    key,
    JSON.stringify(value),
  );
  return isNew;
}

export function deleteProperty(
  database: DatabaseSync,
  kind: PropertyOwner,
  entityId: number,
  key: string,
): boolean {
  return (
    change(
      database,
      'DELETE FROM jira_property WHERE kind = ? AND entity_id = ? AND key = ?',
      kind,
      entityId,
      key,
    ) > 0
  );
}
