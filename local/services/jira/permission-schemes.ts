import type { DatabaseSync } from 'node:sqlite';
import { type Row, text, whole } from '../../columns';
import { change, nextNumber, row, rows, textOrNull } from './table';

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

const readScheme = (from: Row): PermissionScheme => ({
  id: whole(from, 'id'),
  name: text(from, 'name'),
  description: text(from, 'description'),
});

function readGrant(from: Row): Grant {
  const holderType = HOLDER_TYPES.find((type) => type === text(from, 'holder_type'));
  if (holderType === undefined) throw new Error('A stored grant has an unknown holder type.');
  return {
    id: whole(from, 'id'),
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
