/** Opens what an agent keeps: its lock, its key, its journal. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { CommandEnd } from '../exit-codes';
import { takeInstanceLock } from '../instance-lock';
import { openDatabase } from '../journal-database';
import { openKey } from '../keys';
import type { AgentKey } from '../keys';

export interface OpenState {
  readonly key: AgentKey;
  readonly database: DatabaseSync;
  close(): void;
}

export type OpenedState =
  | { readonly kind: 'opened'; readonly state: OpenState }
  | { readonly kind: 'failed'; readonly end: CommandEnd };

/** The files of a state directory. */
export const statePaths = (directory: string) => ({
  lock: join(directory, 'lock.db'),
  key: join(directory, 'key.pem'),
  /** Made and not yet known to be taken by the app. */
  nextKey: join(directory, 'key.next.pem'),
  journal: join(directory, 'journal.db'),
  /** There while somebody wants the agent to drain. */
  drain: join(directory, 'drain'),
  log: join(directory, 'agent.log'),
});

/** Opens a state directory for this process alone, making it first where there is none. */
export function openState(directory: string): OpenedState {
  const paths = statePaths(directory);
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    return failed(
      'config',
      `The state directory ${directory} cannot be made (${why}); correct stateDirectory in agent.yml.`,
    );
  }
  const lock = takeInstanceLock(paths.lock);
  if (!lock) {
    return failed(
      'alreadyRunning',
      `Another agent already uses ${directory}; stop it first, or give this one its own stateDirectory.`,
    );
  }
  const opened = openDatabase(paths.journal);
  if (opened.kind === 'damaged') return failed('journal', opened.sentence);
  const { database } = opened;
  const close = (): void => {
    database.close();
    lock.release();
  };
  return { kind: 'opened', state: { key: openKey(paths.key), database, close } };
}

const failed = (exit: CommandEnd['exit'], sentence: string): OpenedState => ({
  kind: 'failed',
  end: { exit, sentence },
});
