/** Directories in memory: no matrix takes the power away, and waiting for a disk is most of what a story would do. */
import { accessSync, constants, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Debian's memory for files; programs may not be allowed to run from it. */
const MEMORY = '/dev/shm';

/** Makes a directory; whoever does removes it. */
export function quickDirectory(name: string): string {
  return mkdtempSync(join(isWritable(MEMORY) ? MEMORY : tmpdir(), `interlock-${name}-`));
}

function isWritable(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
