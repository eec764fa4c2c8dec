import type { DatabaseSync } from 'node:sqlite';
import type { App } from '../service';
import type { Desk } from './desk';
import { groupBy, groupsOf, userById } from './people';
import { knownProject, type Project } from './projects';
import { isInRole } from './roles';
import { change, integer, nextNumber, row, rows, text, textOrNull, type Row } from './table';

/** Project permissions that this Jira checks; every other built-in key is held by nobody. */
export const PROJECT_PERMISSIONS = {
  ADD_COMMENTS: 'Add Comments',
  ADMINISTER_PROJECTS: 'Administer Projects',
  ASSIGN_ISSUES: 'Assign Work Items',
  BROWSE_PROJECTS: 'Browse Projects',
  CREATE_ISSUES: 'Create Work Items',
  DELETE_ALL_COMMENTS: 'Delete All Comments',
  DELETE_ISSUES: 'Delete Work Items',
  DELETE_OWN_COMMENTS: 'Delete Own Comments',
  EDIT_ALL_COMMENTS: 'Edit All Comments',
  EDIT_ISSUES: 'Edit Work Items',
  EDIT_OWN_COMMENTS: 'Edit Own Comments',
  TRANSITION_ISSUES: 'Transition Work Items',
} as const;

export const GLOBAL_PERMISSIONS = { ADMINISTER: 'Administer Jira' } as const;

/** Who administers Jira is in this group. */
export const ADMINISTRATORS_GROUP = 'jira-administrators';

export interface PermissionScheme {
  readonly id: number;
  readonly name: string;
  readonly description: string;
}

export const HOLDER_TYPES = [
  'anyone',
  'applicationRole',
  'assignee',
  'group',
  'projectLead',
  'projectRole',
  'reporter',
  'user',
] as const;
export type HolderType = (typeof HOLDER_TYPES)[number];

export interface Grant {
  readonly id: number;
  readonly permission: string;
  readonly holderType: HolderType;
  /** Group id, role id or account id; null for the types that need none. */
  readonly holder: string | null;
}

/** The part of an issue that a permission may depend on. */
export interface IssuePeople {
  readonly reporter: string | null;
  readonly assignee: string | null;
}

const readScheme = (from: Row): PermissionScheme => ({
  id: integer(from, 'id'),
  name: text(from, 'name'),
  description: text(from, 'description'),
});

function readGrant(from: Row): Grant {
  const holderType = HOLDER_TYPES.find((type) => type === text(from, 'holder_type'));
  if (holderType === undefined) throw new Error('A stored grant has an unknown holder type.');
  return {
    id: integer(from, 'id'),
    permission: text(from, 'permission'),
    holderType,
    holder: textOrNull(from, 'holder'),
  };
}

export function allPermissionSchemes(database: DatabaseSync): readonly PermissionScheme[] {
  return rows(database, 'SELECT * FROM jira_permission_scheme ORDER BY id', [], readScheme);
}

export function permissionSchemeById(
  database: DatabaseSync,
  id: number,
): PermissionScheme | undefined {
  return row(database, 'SELECT * FROM jira_permission_scheme WHERE id = ?', [id], readScheme);
}

export function createPermissionScheme(
  database: DatabaseSync,
  fresh: { readonly name: string; readonly description: string; readonly id?: number },
): PermissionScheme {
  const id = fresh.id ?? nextNumber(database, 'permission-scheme');
  change(
    database,
    'INSERT INTO jira_permission_scheme (id, name, description) VALUES (?, ?, ?)',
    id,
    fresh.name,
    fresh.description,
  );
  return { id, name: fresh.name, description: fresh.description };
}

export function grantsOf(database: DatabaseSync, schemeId: number): readonly Grant[] {
  return rows(
    database,
    'SELECT * FROM jira_permission_grant WHERE scheme_id = ? ORDER BY id',
    [schemeId],
    readGrant,
  );
}

export function grant(database: DatabaseSync, schemeId: number, fresh: Omit<Grant, 'id'>): Grant {
  const id = nextNumber(database, 'permission-grant');
  change(
    database,
    'INSERT INTO jira_permission_grant (id, scheme_id, permission, holder_type, holder) VALUES (?, ?, ?, ?, ?)',
    id,
    schemeId,
    fresh.permission,
    fresh.holderType,
    fresh.holder,
  );
  return { id, ...fresh };
}

export function revoke(database: DatabaseSync, schemeId: number, grantId: number): boolean {
  return (
    change(
      database,
      'DELETE FROM jira_permission_grant WHERE scheme_id = ? AND id = ?',
      schemeId,
      grantId,
    ) > 0
  );
}

/**
 * The app's own permissions: their key on the REST side is the module's ARI.
 * Source: developer.atlassian.com/platform/forge/manifest-reference/modules/jira-project-permission.
 */
export function appPermissions(
  app: App,
): readonly { readonly key: string; readonly name: string; readonly description: string }[] {
  return app.modules('jira:projectPermission').map((module) => ({
    key: app.moduleAri(module.key),
    name: textProperty(module.properties['name'], module.key),
    description: textProperty(module.properties['description'], ''),
  }));
}

function textProperty(value: unknown, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise;
}

export function isKnownProjectPermission(desk: Desk, permission: string): boolean {
  return (
    Object.hasOwn(PROJECT_PERMISSIONS, permission) ||
    appPermissions(desk.app).some(({ key }) => key === permission)
  );
}

/**
 * Holds *Administer Jira*. The app's account holds it as well: what it may do is limited by its
 * scopes, which the Forge proxy enforces (assumed, see DIFFERENCES.md).
 */
export function isAdmin(desk: Desk, accountId: string): boolean {
  if (accountId === desk.app.accountId) return true;
  return groupsOf(desk.database, accountId).some(({ name }) => name === ADMINISTRATORS_GROUP);
}

/** Holds a project permission, in the project or on this issue of it. */
export function holds(
  desk: Desk,
  accountId: string,
  permission: string,
  project: Project,
  issue?: IssuePeople,
): boolean {
  return grantsOf(desk.database, project.permissionSchemeId).some(
    (found) => found.permission === permission && isHolder(desk, found, accountId, project, issue),
  );
}

/** As `holds`, for the project of an issue. */
export function holdsOnIssue(
  desk: Desk,
  accountId: string,
  permission: string,
  issue: IssuePeople & { readonly projectId: number },
): boolean {
  return holds(desk, accountId, permission, knownProject(desk.database, issue.projectId), issue);
}

function isHolder(
  desk: Desk,
  { holderType, holder }: Grant,
  accountId: string,
  project: Project,
  issue: IssuePeople | undefined,
): boolean {
  switch (holderType) {
    case 'anyone':
      return true;
    case 'applicationRole':
      return userById(desk.database, accountId)?.accountType === 'atlassian';
    case 'group': {
      const group = groupBy(desk.database, { id: holder ?? '' });
      return groupsOf(desk.database, accountId).some(({ id }) => id === group?.id);
    }
    case 'projectRole':
      return isInRole(desk.database, project.id, Number(holder), accountId);
    case 'user':
      return holder === accountId;
    case 'projectLead':
      return project.lead === accountId;
    case 'reporter':
      return issue?.reporter === accountId;
    case 'assignee':
      return issue?.assignee === accountId;
  }
}
