import type { DatabaseSync } from 'node:sqlite';
import { type Row, text, whole } from '../../columns';
import { isAdf } from './adf';
import { isJsonList, type Json, member, storedJson, textMember } from './json';
import { setProperty } from './properties';
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

/** What somebody says, with the properties that clients hang on it. */
export interface CommentText {
  readonly body: Json;
  readonly properties: readonly { readonly key: string; readonly value: Json }[];
}

/** Reads `{body, properties}` of a request; undefined when the body is no document. */
export function readCommentText(said: Json): CommentText | undefined {
  const body = member(said, 'body');
  const properties = member(said, 'properties');
  if (!isAdf(body)) return undefined;
  return {
    body,
    properties: (isJsonList(properties) ? properties : []).flatMap((property) => {
      const key = textMember(property, 'key');
      return key === undefined ? [] : [{ key, value: member(property, 'value') }];
    }),
  };
}

export function addComment(
  database: DatabaseSync,
  fresh: CommentText & { readonly issueId: number; readonly author: string },
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
  saveProperties(database, id, fresh.properties);
  const { issueId, author, body } = fresh;
  return { id, issueId, author, body, updateAuthor: author, createdMs: nowMs, updatedMs: nowMs };
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

/** A comment of whichever issue. */
export function commentByIdAlone(database: DatabaseSync, id: number): Comment | undefined {
  return row(database, 'SELECT * FROM jira_comment WHERE id = ?', [id], readComment);
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
  update: CommentText & { readonly author: string; readonly nowMs: number },
): void {
  change(
    database,
    'UPDATE jira_comment SET body = ?, update_author = ?, updated_ms = ? WHERE id = ?',
    JSON.stringify(update.body),
    update.author,
    update.nowMs,
    id,
  );
  saveProperties(database, id, update.properties);
}

function saveProperties(
  database: DatabaseSync,
  commentId: number,
  properties: CommentText['properties'],
): void {
  for (const { key, value } of properties) {
    setProperty(database, 'comment', commentId, key, value);
  }
}

export function deleteComment(database: DatabaseSync, id: number): void {
  change(database, "DELETE FROM jira_property WHERE kind = 'comment' AND entity_id = ?", id);
  change(database, 'DELETE FROM jira_comment WHERE id = ?', id);
}
