import type { DatabaseSync } from 'node:sqlite';
import { type Row, text, whole } from '../../columns';
import { isJsonList, type Json, storedJson } from './json';
import { change, integerOrNull, row, rows, textOrNull } from './table';

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
    id: whole(from, 'id'),
    key: text(from, 'key'),
    projectId: whole(from, 'project_id'),
    typeId: whole(from, 'type_id'),
    statusId: whole(from, 'status_id'),
    parentId: integerOrNull(from, 'parent_id'),
    summary: text(from, 'summary'),
    description: storedJson(text(from, 'description')),
    labels: isJsonList(labels) ? labels.map(String) : [],
    creator: text(from, 'creator'),
    reporter: textOrNull(from, 'reporter'),
    assignee: textOrNull(from, 'assignee'),
    createdMs: whole(from, 'created_ms'),
    updatedMs: whole(from, 'updated_ms'),
    statusChangedMs: whole(from, 'status_changed_ms'),
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
  change(
    database,
    `DELETE FROM jira_property WHERE kind = 'comment'
     AND entity_id IN (SELECT id FROM jira_comment WHERE issue_id = ?)`,
    issueId,
  );
  for (const table of ['jira_field_value', 'jira_comment', 'jira_history', 'jira_search']) {
    change(database, `DELETE FROM ${table} WHERE issue_id = ?`, issueId);
  }
  change(database, "DELETE FROM jira_property WHERE kind = 'issue' AND entity_id = ?", issueId);
  change(database, 'DELETE FROM jira_issue WHERE id = ?', issueId);
}
