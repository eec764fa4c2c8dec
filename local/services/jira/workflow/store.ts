import { randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { type Row, text, whole } from '../../../columns';
import { storedJson } from '../json';
import { change, row, rows } from '../table';
import { WorkflowDocument } from './definition';

export interface Workflow {
  readonly id: string;
  readonly versionId: string;
  readonly versionNumber: number;
  readonly document: WorkflowDocument;
  readonly createdMs: number;
  readonly updatedMs: number;
}

const readWorkflow = (from: Row): Workflow => ({
  id: text(from, 'id'),
  versionId: text(from, 'version_id'),
  versionNumber: whole(from, 'version_number'),
  document: WorkflowDocument.parse(storedJson(text(from, 'document'))),
  createdMs: whole(from, 'created_ms'),
  updatedMs: whole(from, 'updated_ms'),
});

export function allWorkflows(database: DatabaseSync): readonly Workflow[] {
  return rows(database, 'SELECT * FROM jira_workflow ORDER BY rowid', [], readWorkflow);
}

export function workflowById(database: DatabaseSync, id: string): Workflow | undefined {
  return row(database, 'SELECT * FROM jira_workflow WHERE id = ?', [id], readWorkflow);
}

export function workflowByName(database: DatabaseSync, name: string): Workflow | undefined {
  return row(
    database,
    'SELECT * FROM jira_workflow WHERE name = ? COLLATE NOCASE',
    [name],
    readWorkflow,
  );
}

/** Stores a document whose references are status ids. */
export function createWorkflow(
  database: DatabaseSync,
  document: WorkflowDocument,
  nowMs: number,
): Workflow {
  const id = randomUUID();
  change(
    database,
    `INSERT INTO jira_workflow
     (id, name, description, version_id, version_number, document, created_ms, updated_ms)
     VALUES (?, ?, ?, ?, 0, ?, ?, ?)`,
    id,
    document.name,
    document.description,
    randomUUID(),
    JSON.stringify(document),
    nowMs,
    nowMs,
  );
  const stored = workflowById(database, id);
  if (stored === undefined) throw new Error(`Workflow ${id} was not stored.`);
  return stored;
}
