import type { DatabaseSync } from 'node:sqlite';
import { text, whole, type Row } from '../../columns';
import { allIssueTypes, type IssueType } from './issue-types';
import { change, nextNumber, row, rows } from './table';

/** Which issue types a project offers. */
export interface IssueTypeScheme {
  readonly id: number;
  readonly name: string;
  readonly description: string;
}

/** The scheme that takes every new issue type, and that serves projects without one of their own. */
export const DEFAULT_ISSUE_TYPE_SCHEME = 10000;

const readScheme = (from: Row): IssueTypeScheme => ({
  id: whole(from, 'id'),
  name: text(from, 'name'),
  description: text(from, 'description'),
});

export function allIssueTypeSchemes(database: DatabaseSync): readonly IssueTypeScheme[] {
  return rows(database, 'SELECT * FROM jira_issue_type_scheme ORDER BY id', [], readScheme);
}

export function issueTypeSchemeById(
  database: DatabaseSync,
  id: number,
): IssueTypeScheme | undefined {
  return row(database, 'SELECT * FROM jira_issue_type_scheme WHERE id = ?', [id], readScheme);
}

export function createIssueTypeScheme(
  database: DatabaseSync,
  fresh: { readonly name: string; readonly description: string },
): IssueTypeScheme {
  const id = nextNumber(database, 'issue-type-scheme');
  change(
    database,
    'INSERT INTO jira_issue_type_scheme (id, name, description) VALUES (?, ?, ?)',
    id,
    fresh.name,
    fresh.description,
  );
  return { id, ...fresh };
}

export function addToScheme(database: DatabaseSync, schemeId: number, typeId: number): void {
  change(
    database,
    'INSERT OR IGNORE INTO jira_issue_type_scheme_item (scheme_id, type_id) VALUES (?, ?)',
    schemeId,
    typeId,
  );
}

/** The types of a scheme, in the order in which they were added. */
export function typesInScheme(database: DatabaseSync, schemeId: number): readonly IssueType[] {
  const ids = rows(
    database,
    'SELECT type_id FROM jira_issue_type_scheme_item WHERE scheme_id = ? ORDER BY rowid',
    [schemeId],
    (from) => whole(from, 'type_id'),
  );
  const types = new Map(allIssueTypes(database).map((type) => [type.id, type]));
  return ids.flatMap((id) => types.get(id) ?? []);
}

export function giveScheme(database: DatabaseSync, projectId: number, schemeId: number): void {
  change(
    database,
    'INSERT OR REPLACE INTO jira_project_issue_type_scheme (project_id, scheme_id) VALUES (?, ?)',
    projectId,
    schemeId,
  );
}

export function schemeOfProject(database: DatabaseSync, projectId: number): number {
  return (
    row(
      database,
      'SELECT scheme_id FROM jira_project_issue_type_scheme WHERE project_id = ?',
      [projectId],
      (from) => whole(from, 'scheme_id'),
    ) ?? DEFAULT_ISSUE_TYPE_SCHEME
  );
}

/** What one may create in a project. */
export function issueTypesOf(database: DatabaseSync, projectId: number): readonly IssueType[] {
  return typesInScheme(database, schemeOfProject(database, projectId));
}
