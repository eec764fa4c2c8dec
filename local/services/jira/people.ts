import { createHash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { type Row, text } from '../../columns';
import { change, row, rows } from './table';

export interface User {
  readonly accountId: string;
  readonly name: string;
  readonly email: string;
  readonly displayName: string;
  readonly accountType: 'atlassian' | 'app';
}

export interface Group {
  readonly id: string;
  readonly name: string;
}

/** A fixed account id in one of the two shapes that Atlassian gives: 24 hex digits, or `712020:` and a UUID. */
export function accountIdOf(name: string): string {
  const digest = createHash('sha256').update(`local-jira account ${name}`).digest('hex');
  const isNewer = Number.parseInt(digest.slice(-1), 16) % 2 === 1;
  return isNewer ? `712020:${asUuid(digest)}` : digest.slice(0, 24);
}

/** A fixed group id: Jira's are UUIDs. */
export function groupIdOf(name: string): string {
  return asUuid(createHash('sha256').update(`local-jira group ${name}`).digest('hex'));
}

function asUuid(hex: string): string {
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `a${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}

const readUser = (from: Row): User => ({
  accountId: text(from, 'account_id'),
  name: text(from, 'name'),
  email: text(from, 'email'),
  displayName: text(from, 'display_name'),
  accountType: text(from, 'account_type') === 'app' ? 'app' : 'atlassian',
});

const readGroup = (from: Row): Group => ({ id: text(from, 'id'), name: text(from, 'name') });

export function userById(database: DatabaseSync, accountId: string): User | undefined {
  return row(database, 'SELECT * FROM jira_user WHERE account_id = ?', [accountId], readUser);
}

export function userByEmail(database: DatabaseSync, email: string): User | undefined {
  return row(database, 'SELECT * FROM jira_user WHERE email = ?', [email.toLowerCase()], readUser);
}

/** Everybody who can sign in, in the order in which they were made. */
export function humanUsers(database: DatabaseSync): readonly User[] {
  return rows(
    database,
    "SELECT * FROM jira_user WHERE account_type = 'atlassian' ORDER BY rowid",
    [],
    readUser,
  );
}

export function saveUser(database: DatabaseSync, user: User): void {
  change(
    database,
    `INSERT INTO jira_user (account_id, name, email, display_name, account_type) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (account_id) DO UPDATE SET display_name = excluded.display_name`,
    user.accountId,
    user.name,
    user.email,
    user.displayName,
    user.accountType,
  );
}

export function allGroups(database: DatabaseSync): readonly Group[] {
  return rows(database, 'SELECT * FROM jira_group ORDER BY name', [], readGroup);
}

export function groupBy(
  database: DatabaseSync,
  by: { readonly id: string } | { readonly name: string },
): Group | undefined {
  return 'id' in by
    ? row(database, 'SELECT * FROM jira_group WHERE id = ?', [by.id], readGroup)
    : row(database, 'SELECT * FROM jira_group WHERE name = ?', [by.name], readGroup);
}

export function saveGroup(database: DatabaseSync, group: Group): void {
  change(
    database,
    'INSERT OR IGNORE INTO jira_group (id, name) VALUES (?, ?)',
    group.id,
    group.name,
  );
}

export function addMember(database: DatabaseSync, groupId: string, accountId: string): void {
  change(
    database,
    'INSERT OR IGNORE INTO jira_group_member (group_id, account_id) VALUES (?, ?)',
    groupId,
    accountId,
  );
}

export function removeMember(database: DatabaseSync, groupId: string, accountId: string): void {
  change(
    database,
    'DELETE FROM jira_group_member WHERE group_id = ? AND account_id = ?',
    groupId,
    accountId,
  );
}

export function groupsOf(database: DatabaseSync, accountId: string): readonly Group[] {
  return rows(
    database,
    `SELECT g.* FROM jira_group g JOIN jira_group_member m ON m.group_id = g.id
     WHERE m.account_id = ? ORDER BY g.name`,
    [accountId],
    readGroup,
  );
}

export function membersOf(database: DatabaseSync, groupId: string): readonly User[] {
  return rows(
    database,
    `SELECT u.* FROM jira_user u JOIN jira_group_member m ON m.account_id = u.account_id
     WHERE m.group_id = ? ORDER BY u.rowid`,
    [groupId],
    readUser,
  );
}
