/** Files that the system does not let the agent's commands use, in a sentence. */

/** What an error says. */
export const wordsOf = (cause: unknown): string =>
  cause instanceof Error ? cause.message : String(cause).replace(/^Error: /, '');

const CLOSED_FILE = ['EACCES', 'EPERM', 'EROFS'];
const FULL_DISK = ['ENOSPC', 'EDQUOT', 'EIO'];

/** A file that the system does not let this process use; undefined for any other error. */
export function fileTrouble(cause: unknown): string | undefined {
  if (typeof cause !== 'object' || cause === null) return undefined;
  const code = 'code' in cause ? String(cause.code) : '';
  const place = 'path' in cause ? String(cause.path) : 'A file';
  if (CLOSED_FILE.includes(code)) return closedSentence(place, wordsOf(cause));
  return FULL_DISK.includes(code)
    ? `${place} cannot be written (${wordsOf(cause)}): look at its disk and make room there, then do it again.`
    : undefined;
}

/** Where this user may not look. */
export const closedSentence = (place: string, why: string): string =>
  `${place} cannot be opened by this user (${why}): run this as the agent's user, whose files these are: runuser -u interlock-agent -- interlock-agent …`;
