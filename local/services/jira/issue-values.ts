import type { DatabaseSync } from 'node:sqlite';
import { text } from '../../columns';
import { type Json, storedJson } from './json';
import { change, row, rows } from './table';

/** The value of a custom field, null where none was set. */
export function customValue(database: DatabaseSync, issueId: number, fieldId: string): Json {
  return (
    row(
      database,
      'SELECT value FROM jira_field_value WHERE issue_id = ? AND field_id = ?',
      [issueId, fieldId],
      (from) => storedJson(text(from, 'value')),
    ) ?? null
  );
}

export function customValues(
  database: DatabaseSync,
  issueId: number,
): Readonly<Record<string, Json>> {
  return Object.fromEntries(
    rows(
      database,
      'SELECT field_id, value FROM jira_field_value WHERE issue_id = ?',
      [issueId],
      (from) => [text(from, 'field_id'), storedJson(text(from, 'value'))] as const,
    ),
  );
}

/** Writes a field that may be written; the value has its stored shape already. */
export function writeField(
  database: DatabaseSync,
  issueId: number,
  fieldId: string,
  value: Json,
): void {
  const column = SYSTEM_COLUMNS[fieldId];
  if (column === undefined) {
    writeCustomValue(database, issueId, fieldId, value);
    return;
  }
  const stored =
    typeof value === 'string' || typeof value === 'number' || (value === null && column.nullable)
      ? value
      : JSON.stringify(value);
  change(database, `UPDATE jira_issue SET ${column.name} = ? WHERE id = ?`, stored, issueId);
}

const SYSTEM_COLUMNS: Readonly<
  Record<string, { readonly name: string; readonly nullable: boolean }>
> = {
  summary: { name: 'summary', nullable: false },
  description: { name: 'description', nullable: false },
  labels: { name: 'labels', nullable: false },
  reporter: { name: 'reporter', nullable: true },
  assignee: { name: 'assignee', nullable: true },
  parent: { name: 'parent_id', nullable: true },
};

function writeCustomValue(
  database: DatabaseSync,
  issueId: number,
  fieldId: string,
  value: Json,
): void {
  if (value === null) {
    change(
      database,
      'DELETE FROM jira_field_value WHERE issue_id = ? AND field_id = ?',
      issueId,
      fieldId,
    );
    return;
  }
  change(
    database,
    'INSERT OR REPLACE INTO jira_field_value (issue_id, field_id, value) VALUES (?, ?, ?)',
    issueId,
    fieldId,
    JSON.stringify(value),
  );
}
