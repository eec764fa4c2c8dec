/** Files that outlive a power failure: whole in their place, or not there. */
import { mkdir, open, readFile, readdir, rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

interface DurableWrite {
  readonly path: string;
  readonly bytes: string | Uint8Array;
  readonly mode: number;
}

/** Puts a file in place whole. Who asks is the only writer of that path. */
export async function writeDurably({ path, bytes, mode }: DurableWrite): Promise<void> {
  const directory = dirname(path);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const part = join(directory, `.${basename(path)}.new`);
  const file = await open(part, 'w', mode);
  try {
    // A file that an interrupted write left keeps its mode.
    await file.chmod(mode);
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(part, path);
  await flushDirectory(directory);
}

/** The text of a file; undefined where there is none. */
export async function readIfAny(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if (isAbsent(cause)) return undefined;
    throw cause;
  }
}

/** Whether an operation failed because there is nothing of that name. */
export const isAbsent = (cause: unknown): boolean => codeOf(cause) === 'ENOENT';

/** The system's short word for why an operation failed; else what was thrown, as text. */
export const codeOf = (cause: unknown): string =>
  typeof cause === 'object' && cause !== null && 'code' in cause
    ? String(cause.code)
    : String(cause);

/** A rename is on disk once its directory is. Source: rename(2), fsync(2). */
async function flushDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Names in a directory; none where there is no such directory. */
export async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (cause) {
    if (isAbsent(cause)) return [];
    throw cause;
  }
}
