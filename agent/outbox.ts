/** The messages of a job on their way to the app: numbered when they are first sent, the same ever after. */
import type { DatabaseSync } from 'node:sqlite';
import { BODY_MAX_BYTES, REPORT_ENTRIES_MAX } from '#wire/agent';
import type { FinishOutcome, ReportEntry } from '#wire/agent';
import { OutboxRow } from './journal-rows';
import type { JobRow } from './journal-rows';
import type { JobRef } from './ports/app';
import type { OutboxMessage } from './ports/journal';
import { parsedJson, tellableEntry, tellableOutcome } from './tellable';

/** Entries travel together up to so many bytes: the app keeps where and when with each of their acts, in a value of 240 KiB. */
const REPORT_BYTES = 128 * 1024;
/** What more than so many bytes has never arrived, the envelope included: the app's door is shut for it. */
const REPORT_MAX_BYTES = BODY_MAX_BYTES - 8 * 1024;

/** Puts an entry behind everything else that is to tell, as the app takes it. */
export function enqueueEntry(database: DatabaseSync, job: string, value: ReportEntry): void {
  const entry = tellableEntry(value);
  if (entry) enqueue(database, job, 'entry', entry);
}

/** Puts the end behind everything else that is to tell. */
export const enqueueFinish = (database: DatabaseSync, job: string, end: FinishOutcome): void =>
  enqueue(database, job, 'finish', end);

function enqueue(
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
  const numbered = readRows(
    database,
    database
      .prepare(
        `SELECT id, seq, kind, json FROM outbox WHERE job = ? AND state = 'waiting' AND seq =
         (SELECT min(seq) FROM outbox WHERE job = ? AND state = 'waiting') ORDER BY id`,
      )
      .all(row.job, row.job),
  );
  const [first] = numbered;
  if (first && first.seq !== null) {
    const sent = within(REPORT_MAX_BYTES, numbered);
    const unnumber = database.prepare('UPDATE outbox SET seq = NULL WHERE id = ?');
    for (const { id } of numbered.slice(sent.length)) unnumber.run(id);
    return messageOf(row, first.seq, sent);
  }

  const waiting = readRows(
    database,
    database
      .prepare(
        `SELECT id, seq, kind, json FROM outbox
         WHERE job = ? AND state = 'waiting' AND seq IS NULL ORDER BY id LIMIT ?`,
      )
      .all(row.job, REPORT_ENTRIES_MAX),
  );
  const end = waiting.findIndex(({ told }) => told.kind === 'finish');
  const next = within(REPORT_BYTES, end < 0 ? waiting : waiting.slice(0, Math.max(end, 1)));
  if (next.length === 0) return undefined;

  const seq = row.last_seq + 1;
  const number = database.prepare('UPDATE outbox SET seq = ?, fence = ? WHERE id = ?');
  for (const { id } of next) number.run(seq, row.fence, id);
  database.prepare('UPDATE jobs SET last_seq = ? WHERE job = ?').run(seq, row.job);
  return messageOf(row, seq, next);
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

interface ReadRow {
  readonly id: number;
  readonly seq: number | null;
  readonly told:
    | { readonly kind: 'entry'; readonly entry: ReportEntry }
    | { readonly kind: 'finish'; readonly outcome: FinishOutcome };
}

/** What can be read of the rows; an entry of which nothing can be is forgotten, for it would be in the way of all others. */
const readRows = (database: DatabaseSync, found: readonly unknown[]): readonly ReadRow[] =>
  found.flatMap((row): ReadRow[] => {
    const { id, seq, kind, json } = OutboxRow.parse(row);
    const value = parsedJson(json);
    if (kind === 'finish')
      return [{ id, seq, told: { kind: 'finish', outcome: tellableOutcome(value) } }];
    const entry = tellableEntry(value);
    if (entry) return [{ id, seq, told: { kind: 'entry', entry } }];
    database.prepare('DELETE FROM outbox WHERE id = ?').run(id);
    return [];
  });

/** The first rows, as many as have so many bytes together; one at the least, which is far smaller. */
function within(maxBytes: number, rows: readonly ReadRow[]): readonly ReadRow[] {
  let bytes = 0;
  const beyond = rows.findIndex(({ told }, index) => {
    bytes += Buffer.byteLength(JSON.stringify(told));
    return bytes > maxBytes && index > 0;
  });
  return beyond < 0 ? rows : rows.slice(0, beyond);
}

function messageOf({ job, fence }: JobRow, seq: number, rows: readonly ReadRow[]): OutboxMessage {
  const ref = { job, fence, seq };
  const entries: ReportEntry[] = [];
  for (const { told } of rows) {
    if (told.kind === 'finish') return { ...ref, kind: 'finish', outcome: told.outcome };
    entries.push(told.entry);
  }
  return { ...ref, kind: 'report', entries };
}
