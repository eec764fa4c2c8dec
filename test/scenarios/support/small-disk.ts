/** A file system of its own below a directory, as small as a test needs it to be full. */
import { execFileSync } from 'node:child_process';
import { closeSync, cpSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

export interface SmallDisk {
  /** Fills it to the last byte. */
  fill(): void;
  makeRoom(): void;
  unmount(): void;
}

/** Puts it in the place of a directory, with what the directory held. Needs root, or sudo that does not ask. */
export function mountSmallDisk(directory: string, megabytes: number): SmallDisk {
  const kept = mkdtempSync(join(tmpdir(), 'interlock-kept-'));
  mkdirSync(directory, { recursive: true });
  cpSync(directory, kept, { recursive: true });
  const { uid, gid } = userInfo();
  const options = `size=${String(megabytes)}m,mode=0700,uid=${String(uid)},gid=${String(gid)}`;
  asRoot('mount', '-t', 'tmpfs', '-o', options, 'tmpfs', directory);
  cpSync(kept, directory, { recursive: true });
  rmSync(kept, { recursive: true });
  const ballast = join(directory, 'ballast');
  return {
    fill: () => fill(ballast),
    makeRoom: () => rmSync(ballast),
    // Lazy: a process that still has its directory there keeps nobody waiting.
    unmount: () => asRoot('umount', '-l', directory),
  };
}

function fill(file: string): void {
  const descriptor = openSync(file, 'w');
  try {
    for (let size = 1024 * 1024; size > 0;) {
      try {
        writeSync(descriptor, Buffer.alloc(size));
      } catch {
        size = Math.floor(size / 2);
      }
    }
  } finally {
    closeSync(descriptor);
  }
}

function asRoot(...words: readonly string[]): void {
  const [command = '', ...rest] = process.getuid?.() === 0 ? words : ['sudo', '-n', ...words];
  execFileSync(command, rest, { stdio: 'pipe' });
}
