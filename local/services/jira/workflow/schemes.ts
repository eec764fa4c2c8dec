import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { type Row, text, whole } from '../../../columns';
import { storedJson } from '../json';
import { knownProject } from '../projects';
import { change, nextNumber, row, rows } from '../table';
import { type Workflow, workflowByName } from './store';

export interface WorkflowScheme {
  readonly id: number;
  readonly name: string;
  readonly description: string;
  readonly defaultWorkflow: string;
  /** Issue type id to the name of its workflow. */
  readonly mappings: Readonly<Record<string, string>>;
}

const Mappings = z.record(z.string(), z.string());

const readScheme = (from: Row): WorkflowScheme => ({
  id: whole(from, 'id'),
  name: text(from, 'name'),
  description: text(from, 'description'),
  defaultWorkflow: text(from, 'default_workflow'),
  mappings: Mappings.parse(storedJson(text(from, 'mappings'))),
});

export function allSchemes(database: DatabaseSync): readonly WorkflowScheme[] {
  return rows(database, 'SELECT * FROM jira_workflow_scheme ORDER BY id', [], readScheme);
}

export function schemeById(database: DatabaseSync, id: number): WorkflowScheme | undefined {
  return row(database, 'SELECT * FROM jira_workflow_scheme WHERE id = ?', [id], readScheme);
}

export function schemeByName(database: DatabaseSync, name: string): WorkflowScheme | undefined {
  return row(
    database,
    'SELECT * FROM jira_workflow_scheme WHERE name = ? COLLATE NOCASE',
    [name],
    readScheme,
  );
}

export function createScheme(
  database: DatabaseSync,
  fresh: Omit<WorkflowScheme, 'id'>,
): WorkflowScheme {
  const id = nextNumber(database, 'workflow-scheme');
  change(
    database,
    `INSERT INTO jira_workflow_scheme (id, name, description, default_workflow, mappings)
     VALUES (?, ?, ?, ?, ?)`,
    id,
    fresh.name,
    fresh.description,
    fresh.defaultWorkflow,
    JSON.stringify(fresh.mappings),
  );
  return { id, ...fresh };
}

/** The workflow that an issue type runs in a project. */
export function workflowFor(database: DatabaseSync, projectId: number, typeId: number): Workflow {
  const scheme = schemeById(database, knownProject(database, projectId).workflowSchemeId);
  const name = scheme?.mappings[String(typeId)] ?? scheme?.defaultWorkflow;
  const workflow = name === undefined ? undefined : workflowByName(database, name);
  if (workflow === undefined) throw new Error(`Project ${projectId} has no workflow "${name}".`);
  return workflow;
}
