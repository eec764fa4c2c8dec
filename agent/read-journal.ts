/** A look into the journal, from beside the agent that may be at work on it. */
import { statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { isAbsent } from './centres/durable-file';
import { closedSentence, wordsOf } from './file-trouble';
import { journalTrouble } from './journal-trouble';

export type JournalLook<Result> =
  | { readonly kind: 'read'; readonly result: Result }
  /** Nobody was ever enrolled here. */
  | { readonly kind: 'none' }
  | { readonly kind: 'failed'; readonly sentence: string };

/** Reads what `read` asks for, and writes nothing. */
export function readJournal<Result>(
  file: string,
  read: (database: DatabaseSync) => Result,
): JournalLook<Result> {
  const place = `The journal ${file}`;
  try {
    statSync(file);
  } catch (cause) {
    if (isAbsent(cause)) return { kind: 'none' };
    return { kind: 'failed', sentence: closedSentence(place, wordsOf(cause)) };
  }
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { readOnly: true });
    if (!hasTables(database)) return { kind: 'none' };
    return { kind: 'read', result: read(database) };
  } catch (cause) {
    const sentence = journalTrouble(place, cause);
    if (sentence === undefined) throw cause;
    return { kind: 'failed', sentence };
  } finally {
    database?.close();
  }
}

/** A file that is made and not yet filled is a database without tables. */
const hasTables = (database: DatabaseSync): boolean =>
  database.prepare(`SELECT 1 FROM sqlite_master WHERE name = 'identity'`).get() !== undefined;
