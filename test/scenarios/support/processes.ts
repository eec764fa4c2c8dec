/** Processes of a stand, for tests that freeze or kill them. */
import { readFileSync } from 'node:fs';

/** The processes that a process has started, by Linux's own account. */
export function childrenOf(pid: number): readonly number[] {
  return readFileSync(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8')
    .split(' ')
    .filter((text) => text !== '')
    .map(Number);
}

/** The command line of a process. */
export const commandOf = (pid: number): string =>
  readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8').replaceAll('\0', ' ');

/** Whether a process is there, and not only its number, which waits for its parent to ask how it ended. */
export function isRunning(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${String(pid)}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}
