/** Opens what an agent keeps: its lock, its key, its journal. */
import { accessSync, constants, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { isAbsent } from '../centres/durable-file';
import type { CommandEnd } from '../exit-codes';
import { takeInstanceLock } from '../instance-lock';
import { openDatabase } from '../journal-database';
import { closedSentence, wordsOf } from '../file-trouble';
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
  troubles: join(directory, 'troubles.json'),
});

/** Opens a state directory for this process alone, making it first where there is none. */
export function openState(directory: string): OpenedState {
  const paths = statePaths(directory);
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (cause) {
    return failed(
      'config',
      `The state directory ${directory} cannot be made (${wordsOf(cause)}); correct stateDirectory in agent.yml.`,
    );
  }
  const taken = takeInstanceLock(paths.lock);
  if (taken.kind === 'failed') return failed('journal', taken.sentence);
  if (taken.kind === 'held') {
    return failed(
      'alreadyRunning',
      `Another agent already uses ${directory}; stop it first, or give this one its own stateDirectory.`,
    );
  }
  const { lock } = taken;
  const opened = openDatabase(paths.journal);
  if (opened.kind === 'unusable') return failed('journal', opened.sentence);
  const { database } = opened;
  const close = (): void => {
    database.close();
    lock.release();
  };
  try {
    return { kind: 'opened', state: { key: openKey(paths.key), database, close } };
  } catch (cause) {
    close();
    return failed('journal', keyTrouble(paths.key, cause));
  }
}

/** A key that cannot be read or is none. */
export function keyTrouble(file: string, cause: unknown): string {
  const why = wordsOf(cause);
  return `The key ${file} cannot be used (${why}): run this as the agent's user; if it does not help, move the key away and enroll this agent anew.`;
}

/** Why this user cannot look into a state directory; undefined where he can, or where there is none. */
export function closedState(directory: string): CommandEnd | undefined {
  try {
    accessSync(directory, constants.R_OK | constants.X_OK);
    return undefined;
  } catch (cause) {
    if (isAbsent(cause)) return undefined;
    const place = `The state directory ${directory}`;
    return { exit: 'journal', sentence: closedSentence(place, wordsOf(cause)) };
  }
}

const failed = (exit: CommandEnd['exit'], sentence: string): OpenedState => ({
  kind: 'failed',
  end: { exit, sentence },
});
