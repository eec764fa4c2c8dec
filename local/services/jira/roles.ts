import type { DatabaseSync } from 'node:sqlite';
import { type Row, text, whole } from '../../columns';
import { groupsOf } from './people';
import { change, row, rows } from './table';

export interface Role {
  readonly id: number;
  readonly name: string;
  readonly description: string;
}

export type RoleActor =
  | { readonly kind: 'user'; readonly accountId: string }
  | { readonly kind: 'group'; readonly groupId: string };

/** Ids as on Jira Cloud sites. */
export const ADMINISTRATORS_ROLE = 10002;
/** The role through which apps get their project permissions on Jira Cloud. */
export const APPS_ROLE = 10003;

const readRole = (from: Row): Role => ({
  id: whole(from, 'id'),
  name: text(from, 'name'),
  description: text(from, 'description'),
});

const readActor = (from: Row): RoleActor =>
  text(from, 'kind') === 'group'
    ? { kind: 'group', groupId: text(from, 'actor') }
    : { kind: 'user', accountId: text(from, 'actor') };

export function allRoles(database: DatabaseSync): readonly Role[] {
  return rows(database, 'SELECT * FROM jira_role ORDER BY id', [], readRole);
}

export function roleById(database: DatabaseSync, id: number): Role | undefined {
  return row(database, 'SELECT * FROM jira_role WHERE id = ?', [id], readRole);
}

export function saveRole(database: DatabaseSync, role: Role): void {
  change(
    database,
    'INSERT OR IGNORE INTO jira_role (id, name, description) VALUES (?, ?, ?)',
    role.id,
    role.name,
    role.description,
  );
}

export function roleActors(
  database: DatabaseSync,
  projectId: number,
  roleId: number,
): readonly RoleActor[] {
  return rows(
    database,
    'SELECT kind, actor FROM jira_role_actor WHERE project_id = ? AND role_id = ? ORDER BY rowid',
    [projectId, roleId],
    readActor,
  );
}

export function addRoleActor(
  database: DatabaseSync,
  projectId: number,
  roleId: number,
  actor: RoleActor,
): void {
  change(
    database,
    'INSERT OR IGNORE INTO jira_role_actor (project_id, role_id, kind, actor) VALUES (?, ?, ?, ?)',
    projectId,
    roleId,
    actor.kind,
    actor.kind === 'group' ? actor.groupId : actor.accountId,
  );
}

export function removeRoleActor(
  database: DatabaseSync,
  projectId: number,
  roleId: number,
  actor: RoleActor,
): void {
  change(
    database,
    'DELETE FROM jira_role_actor WHERE project_id = ? AND role_id = ? AND kind = ? AND actor = ?',
    projectId,
    roleId,
    actor.kind,
    actor.kind === 'group' ? actor.groupId : actor.accountId,
  );
}

/** Directly or through a group. */
export function isInRole(
  database: DatabaseSync,
  projectId: number,
  roleId: number,
  accountId: string,
): boolean {
  const groups = new Set(groupsOf(database, accountId).map((group) => group.id));
  return roleActors(database, projectId, roleId).some((actor) =>
    actor.kind === 'group' ? groups.has(actor.groupId) : actor.accountId === accountId,
  );
}
