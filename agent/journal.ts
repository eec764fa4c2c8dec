/** The agent's memory in SQLite: what it meant, what came of it, and what the app has yet to hear. */
import type { DatabaseSync } from 'node:sqlite';
import {
  acknowledgeCheckpoints,
  insertCheckpoint,
  lastCheckpoint,
  waitingCheckpoints,
} from './checkpoint-rows';
import { inTransaction, pruneJournal } from './journal-database';
import { IdentityRow, IntentRow, JobRow } from './journal-rows';
import {
  acknowledgeUpTo,
  enqueueEntry,
  enqueueFinish,
  renumber,
  rewind,
  takeMessage,
} from './outbox';
import type { Identity } from './ports/agent';
import type { Intent, Journal, JournaledIntent, OpenJob } from './ports/journal';
import { tellableFailure, tellableOutcome } from './tellable';

/** An agent may run for years without a start that prunes its journal. */
const JOBS_BETWEEN_PRUNES = 50;

/** The journal in an open database. Each call is one transaction. */
export function createJournal(database: DatabaseSync): Journal {
  const atomically = async <Result>(work: () => Result): Promise<Result> =>
    inTransaction(database, work);
  let begun = 0;
  /** Apart from the work, which a disk that is full for this alone need not end: the next time will do. */
  const pruneNow = (): void => {
    begun += 1;
    if (begun % JOBS_BETWEEN_PRUNES !== 0) return;
    try {
      inTransaction(database, () => pruneJournal(database));
    } catch {
      begun -= 1;
    }
  };

  return {
    openJobs: () => atomically(() => readOpenJobs(database)),

    beginJob: (ref, lastSeq) => {
      pruneNow();
      return atomically(() => {
        const before = findJob(database, ref.job);
        const goesOn = before?.state === 'open' || before?.state === 'finished';
        if (before && goesOn) renumber(database, before, ref, lastSeq);
        const state = goesOn ? before.state : 'open';
        database
          .prepare(
            `INSERT INTO jobs (job, fence, state, last_seq) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (job) DO UPDATE SET fence = ?2, state = ?3, last_seq = ?4`,
          )
          .run(ref.job, ref.fence, state, lastSeq);
        return { ...ref, outcome: goesOn ? before.outcome : null };
      });
    },

    dropJob: (job, why) =>
      atomically(() => {
        database
          .prepare(`UPDATE jobs SET state = 'dropped', outcome = NULL, why = ? WHERE job = ?`)
          .run(why, job);
        database.prepare('DELETE FROM outbox WHERE job = ?').run(job);
      }),

    intentsOf: (job) => atomically(() => readIntents(database, job)),

    writeIntent: (intent, entry) =>
      atomically(() => {
        const serial = insertIntent(database, intent);
        enqueueEntry(database, intent.job, entry);
        return serial;
      }),

    writeResult: (serial, result, entry) =>
      atomically(() => {
        const { job } = insertResult(database, serial, result);
        enqueueEntry(database, job, entry);
      }),

    tell: (job, entry) => atomically(() => enqueueEntry(database, job, entry)),

    finishJob: (job, outcome) =>
      atomically(() => {
        const end = tellableOutcome(outcome);
        database
          .prepare(`UPDATE jobs SET state = 'finished', outcome = ? WHERE job = ?`)
          .run(JSON.stringify(end), job);
        enqueueFinish(database, job, end);
      }),

    nextMessage: (job) =>
      atomically(() => {
        const row = findJob(database, job);
        return row && takeMessage(database, row);
      }),

    acknowledge: (job, seq) =>
      atomically(() => {
        const row = findJob(database, job);
        if (!row || !acknowledgeUpTo(database, row, seq)) return;
        database.prepare(`UPDATE jobs SET state = 'closed' WHERE job = ?`).run(job);
        database.prepare('DELETE FROM outbox WHERE job = ?').run(job);
      }),

    sendAgainFrom: (job, seq) =>
      atomically(() => {
        const row = findJob(database, job);
        return row !== undefined && rewind(database, row, seq);
      }),

    lastCheckpoint: (audience, issueId) =>
      atomically(() => lastCheckpoint(database, audience, issueId)),

    keepCheckpoint: (checkpoint, signed) =>
      atomically(() => insertCheckpoint(database, checkpoint, signed)),

    waitingCheckpoints: (audience, max) =>
      atomically(() => waitingCheckpoints(database, audience, max)),

    acknowledgeCheckpoints: (heads) => atomically(() => acknowledgeCheckpoints(database, heads)),
  };
}

/** The jobs that were begun and have no end that the app knows. */
export const readOpenJobs = (database: DatabaseSync): readonly OpenJob[] =>
  database
    .prepare(`SELECT * FROM jobs WHERE state IN ('open', 'finished') ORDER BY rowid`)
    .all()
    .map((row) => {
      const { job, fence, outcome } = JobRow.parse(row);
      return { job, fence, outcome };
    });

/** The identity that enrollment left, with the address that it was enrolled at. */
export function readIdentity(
  database: DatabaseSync,
): (Identity & { readonly url: string }) | undefined {
  const row = database.prepare('SELECT agent, audience, app_key, url FROM identity').get();
  if (row === undefined) return undefined;
  const { agent, audience, app_key, url } = IdentityRow.parse(row);
  return { agent, audience, appKey: app_key, url };
}

/** Pins an identity; an earlier one is replaced. */
export function writeIdentity(database: DatabaseSync, identity: Identity, url: string): void {
  const { agent, audience, appKey } = identity;
  database
    .prepare(
      'INSERT OR REPLACE INTO identity (only, agent, audience, app_key, url) VALUES (1, ?, ?, ?, ?)',
    )
    .run(agent, audience, appKey, url);
}

function findJob(database: DatabaseSync, job: string): JobRow | undefined {
  const row = database.prepare('SELECT * FROM jobs WHERE job = ?').get(job);
  return row === undefined ? undefined : JobRow.parse(row);
}

function insertIntent(database: DatabaseSync, intent: Intent): number {
  const { job, fence, step, host, failure, ...act } = intent;
  const rest = { ...act, ...(failure && { failure: tellableFailure(failure) }) };
  const { lastInsertRowid } = database
    .prepare(
      `INSERT INTO journal (job, fence, step, host, kind, json) VALUES (?, ?, ?, ?, 'INTENT', ?)`,
    )
    .run(job, fence, step, host, JSON.stringify(rest));
  return Number(lastInsertRowid);
}

function insertResult(database: DatabaseSync, serial: number, result: string): { job: string } {
  const inserted = database
    .prepare(
      `INSERT INTO journal (job, fence, step, host, kind, intent, json)
       SELECT job, fence, step, host, 'RESULT', seq, ? FROM journal WHERE seq = ? RETURNING job`,
    )
    .get(JSON.stringify(result), serial);
  const job = inserted?.['job'];
  if (typeof job !== 'string') throw new Error(`The journal has no intent ${serial}.`);
  return { job };
}

const readIntents = (database: DatabaseSync, job: string): readonly JournaledIntent[] =>
  database
    .prepare(
      `SELECT i.seq, i.job, i.fence, i.step, i.host, i.json, r.json AS result
       FROM journal i LEFT JOIN journal r ON r.intent = i.seq
       WHERE i.job = ? AND i.kind = 'INTENT' ORDER BY i.seq`,
    )
    .all(job)
    .flatMap((row) => {
      // One that cannot be read is as if it had not been written: hosts do nothing twice that is done.
      const read = IntentRow.safeParse(row);
      if (!read.success) return [];
      const { seq, json, ...intent } = read.data;
      return [{ serial: seq, ...intent, ...json }];
    });
