/** The messages of a job on their way to the app: numbered when they are first sent, the same ever after. */
import type { DatabaseSync } from 'node:sqlite';
import { FinishOutcome, REPORT_ENTRIES_MAX, ReportEntry } from '#wire/agent';
import { OutboxRow } from './journal-rows';
import type { JobRow } from './journal-rows';
import type { JobRef } from './ports/app';
import type { OutboxMessage } from './ports/journal';

/** Puts something to tell behind everything else. */
export function enqueue(
  database: DatabaseSync,
  job: string,
  kind: OutboxRow['kind'],
  value: ReportEntry | FinishOutcome,
): void {
  database
    .prepare(
      `INSERT INTO outbox (job, fence, kind, json, state)
       SELECT job, fence, ?, ?, 'waiting' FROM jobs WHERE job = ?`,
    )
    .run(kind, JSON.stringify(value), job);
}

/** The first message that is not acknowledged; as many entries as fit travel together. */
export function takeMessage(database: DatabaseSync, row: JobRow): OutboxMessage | undefined {
  const numbered = rows(
    database
      .prepare(
        `SELECT id, seq, kind, json FROM outbox WHERE job = ? AND state = 'waiting' AND seq =
         (SELECT min(seq) FROM outbox WHERE job = ? AND state = 'waiting') ORDER BY id`,
      )
      .all(row.job, row.job),
  );
  if (numbered.length > 0) return messageOf(row, numbered);

  const waiting = rows(
    database
      .prepare(
        `SELECT id, seq, kind, json FROM outbox
         WHERE job = ? AND state = 'waiting' AND seq IS NULL ORDER BY id LIMIT ?`,
      )
      .all(row.job, REPORT_ENTRIES_MAX),
  );
  const end = waiting.findIndex(({ kind }) => kind === 'finish');
  const next = end < 0 ? waiting : waiting.slice(0, Math.max(end, 1));
  if (next.length === 0) return undefined;

  const seq = row.last_seq + 1;
  const number = database.prepare('UPDATE outbox SET seq = ?, fence = ? WHERE id = ?');
  for (const { id } of next) number.run(seq, row.fence, id);
  database.prepare('UPDATE jobs SET last_seq = ? WHERE job = ?').run(seq, row.job);
  return messageOf(
    row,
    next.map((entry) => ({ ...entry, seq })),
  );
}

/**
 * Prepares the outbox for a new claim. When nobody had the job between the claims, the app has every
 * message up to `lastSeq`; else its numbers are not ours, and what is in doubt is told once more.
 */
export function renumber(
  database: DatabaseSync,
  before: JobRow,
  ref: JobRef,
  lastSeq: number,
): void {
  if (ref.fence <= before.fence + 1) {
    acknowledgeUpTo(database, before, lastSeq);
    // Had once and lost since, as by a store that was restored: where it says so before the next claim, rewind does this.
    database
      .prepare(`UPDATE outbox SET state = 'waiting' WHERE job = ? AND seq > ?`)
      .run(before.job, lastSeq);
  }
  database
    .prepare(`UPDATE outbox SET seq = NULL, fence = ? WHERE job = ? AND state = 'waiting'`)
    .run(ref.fence, ref.job);
}

/** The app has the claim's messages up to this one. True when its finish is among them. */
export function acknowledgeUpTo(
  database: DatabaseSync,
  { job, fence }: Pick<JobRow, 'job' | 'fence'>,
  seq: number,
): boolean {
  database
    .prepare(`UPDATE outbox SET state = 'acknowledged' WHERE job = ? AND fence = ? AND seq <= ?`)
    .run(job, fence, seq);
  const finish = database
    .prepare(`SELECT 1 FROM outbox WHERE job = ? AND kind = 'finish' AND state = 'acknowledged'`)
    .get(job);
  return finish !== undefined;
}

/** Sends the claim's messages again from this one on; false when it is not there. */
export function rewind(database: DatabaseSync, { job, fence }: JobRow, seq: number): boolean {
  const changed = database
    .prepare(
      `UPDATE outbox SET state = 'waiting' WHERE job = ?1 AND fence = ?2 AND seq >= ?3 AND EXISTS
         (SELECT 1 FROM outbox WHERE job = ?1 AND fence = ?2 AND seq = ?3)`,
    )
    .run(job, fence, seq);
  return Number(changed.changes) > 0;
}

const rows = (found: readonly unknown[]): readonly OutboxRow[] =>
  found.map((row) => OutboxRow.parse(row));

function messageOf({ job, fence }: JobRow, numbered: readonly OutboxRow[]): OutboxMessage {
  const [first] = numbered;
  if (!first || first.seq === null) throw new Error(`A message of job ${job} has no number.`);
  const ref = { job, fence, seq: first.seq };
  if (first.kind === 'finish') {
    return { ...ref, kind: 'finish', outcome: FinishOutcome.parse(JSON.parse(first.json)) };
  }
  const entries = numbered.map(({ json }) => ReportEntry.parse(JSON.parse(json)));
  return { ...ref, kind: 'report', entries };
}
