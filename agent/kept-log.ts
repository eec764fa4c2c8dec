/** The agent's own log as it stays on its machine: a line of JSON each, the newest in one file, older ones in a second. */
import { closeSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs';

/** Each of the two files; so much is hundreds of releases. */
const FILE_MAX_BYTES = 5 * 1024 * 1024;

/** The file with the lines before those of `file`. */
export const olderLog = (file: string): string => `${file}.1`;

/** Appends lines. A disk that is full or gone stops no work: the lines stand on stderr too. */
export function keepLog(file: string, maxBytes = FILE_MAX_BYTES): (line: string) => void {
  let open: { readonly descriptor: number; bytes: number } | undefined;

  const append = (line: string): void => {
    if (open && open.bytes >= maxBytes) {
      closeSync(open.descriptor);
      open = undefined;
      renameSync(file, olderLog(file));
    }
    open ??= openLog(file);
    open.bytes += writeSync(open.descriptor, line);
  };

  return (line) => {
    try {
      append(line);
    } catch {
      // Said on stderr already, where systemd keeps it.
    }
  };
}

function openLog(file: string) {
  const descriptor = openSync(file, 'a', 0o600);
  return { descriptor, bytes: fstatSync(descriptor).size };
}
