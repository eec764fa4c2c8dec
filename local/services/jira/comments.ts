import type { DatabaseSync } from 'node:sqlite';
import { type Row, text, whole } from '../../columns';
import { type Json, storedJson } from './json';
import { change, nextNumber, row, rows } from './table';

export interface Comment {
  readonly id: number;
  readonly issueId: number;
  readonly author: string;
  readonly body: Json;
  readonly updateAuthor: string;
  readonly createdMs: number;
  readonly updatedMs: number;
}

const readComment = (from: Row): Comment => ({
  id: whole(from, 'id'),
  issueId: whole(from, 'issue_id'),
  author: text(from, 'author'),
  body: storedJson(text(from, 'body')),
  updateAuthor: text(from, 'update_author'),
  createdMs: whole(from, 'created_ms'),
  updatedMs: whole(from, 'updated_ms'),
});

export function addComment(
  database: DatabaseSync,
  fresh: { readonly issueId: number; readonly author: string; readonly body: Json },
  nowMs: number,
): Comment {
  const id = nextNumber(database, 'comment');
  change(
    database,
    `INSERT INTO jira_comment (id, issue_id, author, body, update_author, created_ms, updated_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
    id,
    fresh.issueId,
    fresh.author,
    JSON.stringify(fresh.body),
    fresh.author,
    nowMs,
    nowMs,
  );
  return { id, ...fresh, updateAuthor: fresh.author, createdMs: nowMs, updatedMs: nowMs };
}

export function commentsOf(
  database: DatabaseSync,
  issueId: number,
  page: { readonly startAt: number; readonly maxResults: number; readonly newestFirst: boolean },
): readonly Comment[] {
  return rows(
    database,
    `SELECT * FROM jira_comment WHERE issue_id = ? ORDER BY id ${page.newestFirst ? 'DESC' : 'ASC'} LIMIT ? OFFSET ?`,
    [issueId, page.maxResults, page.startAt],
    readComment,
  );
}

export function commentCount(database: DatabaseSync, issueId: number): number {
  return (
    row(
      database,
      'SELECT count(*) AS comments FROM jira_comment WHERE issue_id = ?',
      [issueId],
      (from) => whole(from, 'comments'),
    ) ?? 0
  );
}

export function commentById(
  database: DatabaseSync,
  issueId: number,
  id: number,
): Comment | undefined {
  return row(
    database,
    'SELECT * FROM jira_comment WHERE id = ? AND issue_id = ?',
    [id, issueId],
    readComment,
  );
}

export function updateComment(
  database: DatabaseSync,
  id: number,
  update: { readonly body: Json; readonly author: string; readonly nowMs: number },
): void {
  change(
    database,
    'UPDATE jira_comment SET body = ?, update_author = ?, updated_ms = ? WHERE id = ?',
    JSON.stringify(update.body),
    update.author,
    update.nowMs,
    id,
  );
}

export function deleteComment(database: DatabaseSync, id: number): void {
  change(database, 'DELETE FROM jira_comment WHERE id = ?', id);
}
