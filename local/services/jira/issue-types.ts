import type { DatabaseSync } from 'node:sqlite';
import { type Row, text, whole } from '../../columns';
import { change, nextNumber, row, rows } from './table';

export interface IssueType {
  readonly id: number;
  readonly name: string;
  readonly description: string;
  readonly subtask: boolean;
}

const readIssueType = (from: Row): IssueType => ({
  id: whole(from, 'id'),
  name: text(from, 'name'),
  description: text(from, 'description'),
  subtask: whole(from, 'subtask') === 1,
});

export function allIssueTypes(database: DatabaseSync): readonly IssueType[] {
  return rows(database, 'SELECT * FROM jira_issue_type ORDER BY id', [], readIssueType);
}

export function issueTypeById(database: DatabaseSync, id: number): IssueType | undefined {
  return row(database, 'SELECT * FROM jira_issue_type WHERE id = ?', [id], readIssueType);
}

/** The type of an issue that exists. */
export function knownIssueType(database: DatabaseSync, id: number): IssueType {
  const type = issueTypeById(database, id);
  if (type === undefined) throw new Error(`Issue type ${id} is used but does not exist.`);
  return type;
}

export function issueTypeByName(database: DatabaseSync, name: string): IssueType | undefined {
  return row(
    database,
    'SELECT * FROM jira_issue_type WHERE name = ? COLLATE NOCASE',
    [name],
    readIssueType,
  );
}

export function createIssueType(database: DatabaseSync, fresh: Omit<IssueType, 'id'>): IssueType {
  const id = nextNumber(database, 'issue-type');
  change(
    database,
    'INSERT INTO jira_issue_type (id, name, description, subtask) VALUES (?, ?, ?, ?)',
    id,
    fresh.name,
    fresh.description,
    fresh.subtask ? 1 : 0,
  );
  return { id, ...fresh };
}
