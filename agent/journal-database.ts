/** The file in which the agent remembers: opened by one process, checked before it is believed. */
import { DatabaseSync } from 'node:sqlite';
import { wordsOf } from './file-trouble';
import { damagedSentence, isDamaged, journalTrouble } from './journal-trouble';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS identity (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    agent TEXT NOT NULL, audience TEXT NOT NULL, app_key TEXT NOT NULL, url TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS jobs (
    job TEXT PRIMARY KEY, fence INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'finished', 'closed', 'dropped')),
    last_seq INTEGER NOT NULL, outcome TEXT, why TEXT
  ) STRICT;
  CREATE TABLE IF NOT EXISTS journal (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    job TEXT NOT NULL, fence INTEGER NOT NULL, step TEXT NOT NULL, host TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('INTENT', 'RESULT')),
    intent INTEGER REFERENCES journal (seq), json TEXT NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS journal_by_job ON journal (job, seq);
  CREATE TABLE IF NOT EXISTS outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    job TEXT NOT NULL, fence INTEGER NOT NULL, seq INTEGER,
    kind TEXT NOT NULL CHECK (kind IN ('entry', 'finish')), json TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'acknowledged'))
  ) STRICT;
  CREATE INDEX IF NOT EXISTS outbox_by_job ON outbox (job, seq, id);
  CREATE TABLE IF NOT EXISTS checkpoints (
    audience TEXT NOT NULL, issue TEXT NOT NULL, segments INTEGER NOT NULL, head TEXT NOT NULL,
    text TEXT NOT NULL, signature TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'acknowledged')),
    UNIQUE (audience, issue, segments)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS room (
    only INTEGER PRIMARY KEY CHECK (only = 1), space BLOB NOT NULL
  ) STRICT;
`;

/** More than one host's intents and results take. */
const ROOM_BYTES = 64 * 1024;

/** Finished jobs that stay readable. */
const CLOSED_JOBS_KEPT = 500;

const PRUNE = `
  DELETE FROM jobs WHERE state IN ('closed', 'dropped') AND rowid NOT IN (
    SELECT rowid FROM jobs ORDER BY rowid DESC LIMIT ${CLOSED_JOBS_KEPT}
  );
  DELETE FROM journal WHERE job NOT IN (SELECT job FROM jobs);
`;

export type OpenedDatabase =
  | { readonly kind: 'opened'; readonly database: DatabaseSync }
  | { readonly kind: 'unusable'; readonly sentence: string };

/** Opens the journal's file, or makes it; a damaged one is refused, never repaired in silence. */
export function openDatabase(file: string): OpenedDatabase {
  const place = `The journal ${file}`;
  try {
    const database = new DatabaseSync(file);
    // Checkpoints come every 64 pages, so that the log stays at a quarter of a megabyte on a small disk.
    // FULL costs a millisecond a commit and keeps the last commits through a power failure; NORMAL may lose them.
    database.exec(
      'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA wal_autocheckpoint = 64;',
    );
    const check = database.prepare('PRAGMA integrity_check').get()?.['integrity_check'];
    if (check !== 'ok') return unusable(damagedSentence(place, String(check)));
    createTables(database);
    pruneJournal(database);
    return { kind: 'opened', database };
  } catch (cause) {
    const sentence = journalTrouble(place, cause);
    if (sentence === undefined) throw cause;
    return unusable(sentence);
  }
}

/** Forgets all but the last jobs that are over. */
export const pruneJournal = (database: DatabaseSync): void => database.exec(PRUNE);

/** Makes what is not there yet. */
export const createTables = (database: DatabaseSync): void => database.exec(SCHEMA);

const unusable = (sentence: string): OpenedDatabase => ({ kind: 'unusable', sentence });

/** Why the journal takes nothing more, in a sentence; undefined where it does. Asked by writing. */
export function unwritableJournal(database: DatabaseSync, directory: string): string | undefined {
  try {
    writeRoom(database);
    return undefined;
  } catch (cause) {
    const why = wordsOf(cause);
    const place = `The journal in ${directory}`;
    if (isDamaged(cause)) return damagedSentence(place, why);
    return `${place} cannot be written (${why}), so this agent begins no work: make room there, then it goes on by itself.`;
  }
}

/** What stands in the write-ahead log twice gives its room back before the disk counts as full. */
function writeRoom(database: DatabaseSync): void {
  const write = `INSERT OR REPLACE INTO room (only, space) VALUES (1, zeroblob(${ROOM_BYTES}))`;
  try {
    database.exec(write);
  } catch {
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    database.exec(write);
  }
}

/** All of it, or nothing. */
export function inTransaction<Result>(database: DatabaseSync, work: () => Result): Result {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (cause) {
    // SQLite has rolled back by itself where the disk is full.
    if (database.isTransaction) database.exec('ROLLBACK');
    throw cause;
  }
}
