/** The checkpoints in the journal: kept for good, because each fixes what a history was on that day. */
import type { DatabaseSync } from 'node:sqlite';
import { Checkpoint, SignedCheckpoint } from '#wire/checkpoint';

/** The longest history of a release that the installation has signed. */
export function lastCheckpoint(
  database: DatabaseSync,
  audience: string,
  issueId: string,
): Checkpoint | undefined {
  const row = database
    .prepare(
      'SELECT text FROM checkpoints WHERE audience = ? AND issue = ? ORDER BY segments DESC LIMIT 1',
    )
    .get(audience, issueId);
  return row === undefined ? undefined : Checkpoint.parse(JSON.parse(String(row['text'])));
}

/** Keeps one until the app has its countersignature, and afterwards as well. */
export function insertCheckpoint(
  database: DatabaseSync,
  { aud, issueId, segments, head }: Checkpoint,
  { text, signature }: SignedCheckpoint,
): void {
  database
    .prepare(
      `INSERT OR IGNORE INTO checkpoints (audience, issue, segments, head, text, signature, state)
       VALUES (?, ?, ?, ?, ?, ?, 'waiting')`,
    )
    .run(aud, issueId, segments, head, text, signature);
}

/** Those that the app has yet to hear of, the oldest first. */
export const waitingCheckpoints = (
  database: DatabaseSync,
  audience: string,
  max: number,
): readonly SignedCheckpoint[] =>
  database
    .prepare(
      `SELECT text, signature FROM checkpoints WHERE audience = ? AND state = 'waiting'
       ORDER BY rowid LIMIT ?`,
    )
    .all(audience, max)
    .map((row) => SignedCheckpoint.parse(row));

/** The app has these. */
export function acknowledgeCheckpoints(database: DatabaseSync, heads: readonly string[]): void {
  const settle = database.prepare(`UPDATE checkpoints SET state = 'acknowledged' WHERE head = ?`);
  for (const head of heads) settle.run(head);
}

/** All that were kept of a release; none in a journal from before there were checkpoints. */
export function checkpointsOf(
  database: DatabaseSync,
  audience: string,
  issueId: string,
): readonly SignedCheckpoint[] {
  const table = database
    .prepare(`SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'checkpoints'`)
    .get();
  if (table === undefined) return [];
  return database
    .prepare(
      'SELECT text, signature FROM checkpoints WHERE audience = ? AND issue = ? ORDER BY segments',
    )
    .all(audience, issueId)
    .map((row) => SignedCheckpoint.parse(row));
}
