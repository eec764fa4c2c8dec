/** Whether the journal could be written, seen from beside the agent, without writing. */
import { accessSync, constants, statfsSync } from 'node:fs';
import { wordsOf } from './file-trouble';

/** A job's next intents and results, the write-ahead log and the agent's own look for room. */
const ROOM_MIN_BYTES = 256 * 1024;

/** Why nothing more goes into the journal of a state directory, in a sentence; undefined where it does. */
export function noRoom(directory: string, journal: string): string | undefined {
  try {
    accessSync(journal, constants.W_OK);
    const { bavail, bsize } = statfsSync(directory);
    const bytes = bavail * bsize;
    if (bytes >= ROOM_MIN_BYTES) return undefined;
    return `The journal in ${directory} cannot be written (its disk has ${Math.floor(bytes / 1_024)} KiB left), so the agent begins no work: make room there, then it goes on by itself.`;
  } catch (cause) {
    return `The journal ${journal} cannot be written (${wordsOf(cause)}), so the agent begins no work: its file system has to be writable, and the file the agent's own user's.`;
  }
}
