/** Where Local Jira keeps what must survive a restart: one SQLite file under a state directory. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Raised when a table changes shape; older files are refused, since this is a tool to try things with. */
const SCHEMA_VERSION = 1;

/** Opens the state, or says in one sentence why it cannot be used. */
export function openStore(stateDirectory: string, reset: boolean): DatabaseSync {
  if (reset) rmSync(stateDirectory, { recursive: true, force: true });
  mkdirSync(stateDirectory, { recursive: true });
  const database = openAlone(join(stateDirectory, 'local-jira.sqlite'));
  const version = database.prepare('PRAGMA user_version').get()?.['user_version'];
  if (version !== 0 && version !== SCHEMA_VERSION) {
    database.close();
    throw new Error(
      `The state in ${stateDirectory} was written by another version of Local Jira; start once with --reset to begin anew.`,
    );
  }
  database.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
  return database;
}

function openAlone(path: string): DatabaseSync {
  const database = new DatabaseSync(path);
  try {
    // Exclusive, so that a second host on the same state stops at once instead of mixing both.
    database.exec(
      'PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL',
    );
    database.exec('BEGIN EXCLUSIVE; COMMIT');
    return database;
  } catch (cause) {
    database.close();
    throw new Error(
      `Another Local Jira uses ${path}; stop it, or choose another state directory.`,
      {
        cause,
      },
    );
  }
}

/** Everything in `work` is stored, or nothing. */
export function transact<Result>(database: DatabaseSync, work: () => Result): Result {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}
