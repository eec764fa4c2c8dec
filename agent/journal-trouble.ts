/** Why the journal cannot be used, in a sentence with the remedy that fits: SQLite's errors are told apart. */

import { closedSentence, wordsOf } from './file-trouble';

/** SQLite's primary result codes: https://sqlite.org/rescode.html */
const CODES = {
  permission: 3,
  busy: 5,
  locked: 6,
  readOnly: 8,
  io: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  noDatabase: 26,
} as const;

/** The primary result code of an error of SQLite's; undefined for any other. */
function codeOf(cause: unknown): number | undefined {
  if (typeof cause !== 'object' || cause === null || !('errcode' in cause)) return undefined;
  return typeof cause.errcode === 'number' ? cause.errcode & 0xff : undefined;
}

/** Whether another process has what was asked for. */
export function isHeld(cause: unknown): boolean {
  const code = codeOf(cause);
  return code === CODES.busy || code === CODES.locked;
}

/** Whether the file holds no sound database any more. */
export function isDamaged(cause: unknown): boolean {
  const code = codeOf(cause);
  return code === CODES.corrupt || code === CODES.noDatabase;
}

/** `place`: what is called the journal. Undefined for errors that are no matter of its file or its disk. */
export function journalTrouble(place: string, cause: unknown): string | undefined {
  const why = wordsOf(cause);
  switch (codeOf(cause)) {
    case CODES.corrupt:
    case CODES.noDatabase:
      return damagedSentence(place, why);
    case CODES.full:
      return `${place} cannot be written (${why}), so nothing more was begun: make room there; the agent's next start goes on where this one stopped.`;
    case CODES.io:
      return `${place} cannot be read or written (${why}), so nothing more was begun: look whether its disk is full or failing; the agent's next start goes on where this one stopped.`;
    case CODES.permission:
    case CODES.readOnly:
    case CODES.cannotOpen:
      return closedSentence(place, why);
    case CODES.busy:
    case CODES.locked:
      return `${place} is held by another process (${why}): end what works on that file beside the agent, then try again.`;
    case undefined:
    default:
      return undefined;
  }
}

/** It would remember less than hosts and Jira do, so no backup helps. */
export const damagedSentence = (place: string, why: string): string =>
  `${place} cannot be used, because it is damaged (${why}): look at the hosts of its open jobs, move it away, and enroll this agent anew.`;
