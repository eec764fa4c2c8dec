import type { DatabaseSync } from 'node:sqlite';
import { type Row, text, whole } from '../../columns';
import { isJsonList, type Json, member, storedJson } from './json';
import { change, nextNumber, row, rows } from './table';

export interface ChangeItem {
  readonly field: string;
  readonly fieldtype: 'jira' | 'custom';
  readonly fieldId: string;
  readonly from: string | null;
  readonly fromString: string | null;
  readonly to: string | null;
  readonly toText: string | null;
}

export interface History {
  readonly id: number;
  readonly issueId: number;
  readonly author: string;
  readonly createdMs: number;
  readonly items: readonly ChangeItem[];
}

const textOf = (value: Json): string | null => (typeof value === 'string' ? value : null);

function readItem(value: Json): ChangeItem {
  return {
    field: textOf(member(value, 'field')) ?? '',
    fieldtype: member(value, 'fieldtype') === 'custom' ? 'custom' : 'jira',
    fieldId: textOf(member(value, 'fieldId')) ?? '',
    from: textOf(member(value, 'from')),
    fromString: textOf(member(value, 'fromString')),
    to: textOf(member(value, 'to')),
    toText: textOf(member(value, 'toText')),
  };
}

function readHistory(from: Row): History {
  const items = storedJson(text(from, 'items'));
  return {
    id: whole(from, 'id'),
    issueId: whole(from, 'issue_id'),
    author: text(from, 'author'),
    createdMs: whole(from, 'created_ms'),
    items: isJsonList(items) ? items.map(readItem) : [],
  };
}

export type NewHistory = Omit<History, 'id'>;

/** Writes one entry; entries are never changed afterwards. */
export function addHistory(database: DatabaseSync, fresh: NewHistory): History {
  const id = nextNumber(database, 'history');
  change(
    database,
    'INSERT INTO jira_history (id, issue_id, author, created_ms, items) VALUES (?, ?, ?, ?, ?)',
    id,
    fresh.issueId,
    fresh.author,
    fresh.createdMs,
    JSON.stringify(fresh.items),
  );
  return { id, ...fresh };
}

/** Oldest first, as GET …/changelog gives them. */
export function historyOf(
  database: DatabaseSync,
  issueId: number,
  startAt: number,
  maxResults: number,
): readonly History[] {
  return rows(
    database,
    'SELECT * FROM jira_history WHERE issue_id = ? ORDER BY id LIMIT ? OFFSET ?',
    [issueId, maxResults, startAt],
    readHistory,
  );
}

export function historyCount(database: DatabaseSync, issueId: number): number {
  return (
    row(
      database,
      'SELECT count(*) AS entries FROM jira_history WHERE issue_id = ?',
      [issueId],
      (from) => whole(from, 'entries'),
    ) ?? 0
  );
}

/** The change of an issue's status, as the changelog says it. */
export function statusChange(
  from: { readonly id: number; readonly name: string },
  to: { readonly id: number; readonly name: string },
): ChangeItem {
  return {
    field: 'status',
    fieldtype: 'jira',
    fieldId: 'status',
    from: String(from.id),
    fromString: from.name,
    to: String(to.id),
    toText: to.name,
  };
}
