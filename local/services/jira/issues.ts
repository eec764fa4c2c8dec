import type { DatabaseSync } from 'node:sqlite';
import { isJsonList, storedJson, type Json } from './json';
import { change, integer, integerOrNull, row, rows, text, textOrNull, type Row } from './table';

export interface Issue {
  readonly id: number;
  readonly key: string;
  readonly projectId: number;
  readonly typeId: number;
  readonly statusId: number;
  readonly parentId: number | null;
  readonly summary: string;
  /** A document of the Atlassian Document Format, or null. */
  readonly description: Json;
  readonly labels: readonly string[];
  readonly creator: string;
  readonly reporter: string | null;
  readonly assignee: string | null;
  readonly createdMs: number;
  readonly updatedMs: number;
  readonly statusChangedMs: number;
}

export function readIssue(from: Row): Issue {
  const labels = storedJson(text(from, 'labels'));
  return {
    id: integer(from, 'id'),
    key: text(from, 'key'),
    projectId: integer(from, 'project_id'),
    typeId: integer(from, 'type_id'),
    statusId: integer(from, 'status_id'),
    parentId: integerOrNull(from, 'parent_id'),
    summary: text(from, 'summary'),
    description: storedJson(text(from, 'description')),
    labels: isJsonList(labels) ? labels.map(String) : [],
    creator: text(from, 'creator'),
    reporter: textOrNull(from, 'reporter'),
    assignee: textOrNull(from, 'assignee'),
    createdMs: integer(from, 'created_ms'),
    updatedMs: integer(from, 'updated_ms'),
    statusChangedMs: integer(from, 'status_changed_ms'),
  };
}

/** By id or by key, as Jira's paths allow both. */
export function issueByIdOrKey(
  database: DatabaseSync,
  idOrKey: string | number,
): Issue | undefined {
  const asText = String(idOrKey);
  return /^\d+$/.test(asText)
    ? row(database, 'SELECT * FROM jira_issue WHERE id = ?', [Number(asText)], readIssue)
    : row(database, 'SELECT * FROM jira_issue WHERE key = ?', [asText.toUpperCase()], readIssue);
}

export function subtasksOf(database: DatabaseSync, issueId: number): readonly Issue[] {
  return rows(
    database,
    'SELECT * FROM jira_issue WHERE parent_id = ? ORDER BY id',
    [issueId],
    readIssue,
  );
}

/** Newest first. */
export function issuesOfProject(
  database: DatabaseSync,
  projectId: number,
  start: number,
  count: number,
): readonly Issue[] {
  return rows(
    database,
    'SELECT * FROM jira_issue WHERE project_id = ? ORDER BY id DESC LIMIT ? OFFSET ?',
    [projectId, count, start],
    readIssue,
  );
}

export function insertIssue(database: DatabaseSync, issue: Issue): void {
  change(
    database,
    `INSERT INTO jira_issue (id, key, project_id, type_id, status_id, parent_id, summary,
       description, labels, creator, reporter, assignee, created_ms, updated_ms, status_changed_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    issue.id,
    issue.key,
    issue.projectId,
    issue.typeId,
    issue.statusId,
    issue.parentId,
    issue.summary,
    JSON.stringify(issue.description),
    JSON.stringify(issue.labels),
    issue.creator,
    issue.reporter,
    issue.assignee,
    issue.createdMs,
    issue.updatedMs,
    issue.statusChangedMs,
  );
}

/** Moves an issue, if it still stands where the move starts; false when it does not. */
export function moveStatus(
  database: DatabaseSync,
  issueId: number,
  move: { readonly from: number; readonly to: number; readonly nowMs: number },
): boolean {
  const moved = change(
    database,
    `UPDATE jira_issue SET status_id = ?, status_changed_ms = ?, updated_ms = ?
     WHERE id = ? AND status_id = ?`,
    move.to,
    move.nowMs,
    move.nowMs,
    issueId,
    move.from,
  );
  return moved === 1;
}

export function touch(database: DatabaseSync, issueId: number, nowMs: number): void {
  change(database, 'UPDATE jira_issue SET updated_ms = ? WHERE id = ?', nowMs, issueId);
}

/** Removes an issue with everything that hangs on it, sub-tasks included. */
export function deleteIssue(database: DatabaseSync, issueId: number): void {
  for (const subtask of subtasksOf(database, issueId)) deleteIssue(database, subtask.id);
  for (const table of ['jira_field_value', 'jira_comment', 'jira_history', 'jira_search']) {
    change(database, `DELETE FROM ${table} WHERE issue_id = ?`, issueId);
  }
  change(database, "DELETE FROM jira_property WHERE kind = 'issue' AND entity_id = ?", issueId);
  change(database, 'DELETE FROM jira_issue WHERE id = ?', issueId);
}

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
