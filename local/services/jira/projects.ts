import type { DatabaseSync } from 'node:sqlite';
import { type Row, text, whole } from '../../columns';
import { change, nextNumber, row, rows } from './table';

export interface Project {
  readonly id: number;
  readonly key: string;
  readonly name: string;
  readonly description: string;
  readonly typeKey: string;
  readonly lead: string;
  readonly permissionSchemeId: number;
  readonly workflowSchemeId: number;
}

const readProject = (from: Row): Project => ({
  id: whole(from, 'id'),
  key: text(from, 'key'),
  name: text(from, 'name'),
  description: text(from, 'description'),
  typeKey: text(from, 'type_key'),
  lead: text(from, 'lead'),
  permissionSchemeId: whole(from, 'permission_scheme_id'),
  workflowSchemeId: whole(from, 'workflow_scheme_id'),
});

export function allProjects(database: DatabaseSync): readonly Project[] {
  return rows(database, 'SELECT * FROM jira_project ORDER BY key', [], readProject);
}

/** By id or by key, as Jira's paths allow both. */
export function projectByIdOrKey(
  database: DatabaseSync,
  idOrKey: string | number,
): Project | undefined {
  return row(
    database,
    'SELECT * FROM jira_project WHERE key = ? COLLATE NOCASE OR id = ?',
    [String(idOrKey), /^\d+$/.test(String(idOrKey)) ? Number(idOrKey) : -1],
    readProject,
  );
}

/** The project of an issue that exists. */
export function knownProject(database: DatabaseSync, id: number): Project {
  const project = projectByIdOrKey(database, id);
  if (project === undefined) throw new Error(`Project ${id} is used but does not exist.`);
  return project;
}

export function createProject(database: DatabaseSync, fresh: Omit<Project, 'id'>): Project {
  const id = nextNumber(database, 'project');
  change(
    database,
    `INSERT INTO jira_project
     (id, key, name, description, type_key, lead, permission_scheme_id, workflow_scheme_id)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    id,
    fresh.key,
    fresh.name,
    fresh.description,
    fresh.typeKey,
    fresh.lead,
    fresh.permissionSchemeId,
    fresh.workflowSchemeId,
  );
  return { id, ...fresh };
}

/** The number of the next issue of a project: never given twice. */
export function nextIssueNumber(database: DatabaseSync, projectId: number): number {
  const taken = row(
    database,
    'UPDATE jira_project SET last_issue_number = last_issue_number + 1 WHERE id = ? RETURNING last_issue_number',
    [projectId],
    (from) => whole(from, 'last_issue_number'),
  );
  if (taken === undefined) throw new Error(`Project ${projectId} does not exist.`);
  return taken;
}

export function setWorkflowScheme(
  database: DatabaseSync,
  projectId: number,
  schemeId: number,
): void {
  change(
    database,
    'UPDATE jira_project SET workflow_scheme_id = ? WHERE id = ?',
    schemeId,
    projectId,
  );
}

export function setPermissionScheme(
  database: DatabaseSync,
  projectId: number,
  schemeId: number,
): void {
  change(
    database,
    'UPDATE jira_project SET permission_scheme_id = ? WHERE id = ?',
    schemeId,
    projectId,
  );
}

export function issueCount(database: DatabaseSync, projectId: number): number {
  return (
    row(
      database,
      'SELECT count(*) AS issues FROM jira_issue WHERE project_id = ?',
      [projectId],
      (from) => whole(from, 'issues'),
    ) ?? 0
  );
}
