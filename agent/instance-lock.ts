/** One agent per state directory: a lock that the kernel releases, however the process ends. */
import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

/** Released with the process; a lock that is collected is none. */
export interface InstanceLock {
  release(): void;
}

/** Takes the lock of a file, or undefined while another process holds it. */
export function takeInstanceLock(file: string): InstanceLock | undefined {
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    database.exec('PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE');
  } catch {
    database.close();
    return undefined;
  }
  return { release: () => database.close() };
}

/** Whether a process holds the lock of a file. */
export function isLocked(file: string): boolean {
  if (!existsSync(file)) return false;
  const database = new DatabaseSync(file, { readOnly: true, timeout: 0 });
  try {
    database.prepare('SELECT count(*) FROM sqlite_master').get();
    return false;
  } catch {
    return true;
  } finally {
    database.close();
  }
}
