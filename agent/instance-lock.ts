/** One agent per state directory: a lock that the kernel releases, however the process ends. */
import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { isHeld, journalTrouble } from './journal-trouble';

/** Released with the process; a lock that is collected is none. */
export interface InstanceLock {
  release(): void;
}

export type TakenLock =
  | { readonly kind: 'taken'; readonly lock: InstanceLock }
  | { readonly kind: 'held' }
  | { readonly kind: 'failed'; readonly sentence: string };

/** Takes the lock of a file, unless another process holds it. */
export function takeInstanceLock(file: string): TakenLock {
  let database: DatabaseSync | undefined;
  try {
    const opened = (database = new DatabaseSync(file, { timeout: 0 }));
    opened.exec('PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE');
    return { kind: 'taken', lock: { release: () => opened.close() } };
  } catch (cause) {
    database?.close();
    if (isHeld(cause)) return { kind: 'held' };
    const sentence = journalTrouble(`The lock ${file}`, cause);
    if (sentence === undefined) throw cause;
    return { kind: 'failed', sentence };
  }
}

/** Whether a process holds the lock of a file; looking takes nothing and leaves nothing behind. */
export function isInstanceLocked(file: string): boolean {
  if (!existsSync(file)) return false;
  const database = new DatabaseSync(file, { readOnly: true, timeout: 0 });
  try {
    database.exec('SELECT 1 FROM sqlite_master');
    return false;
  } catch (cause) {
    return isHeld(cause);
  } finally {
    database.close();
  }
}
