/** A package with configuration in it: the approved archive as it is, and files of ours at its end. */
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { Header } from 'tar';

export interface AddedFile {
  /** Below the package's root. */
  readonly path: string;
  readonly text: string;
  readonly mode: number;
}

interface Merge {
  /** The approved package, gzipped; judged already. */
  readonly packed: AsyncIterable<Uint8Array>;
  readonly files: readonly AddedFile[];
  /** Where the merged package is written. */
  readonly target: string;
}

const BLOCK_BYTES = 512;
/** A level that is named stays the same whatever the library's standard is. */
const GZIP_LEVEL = 6;

/** Writes the merged package. The same package and files make the same bytes: no time, no owner, one order. */
export async function mergePackage({ packed, files, target }: Merge): Promise<void> {
  const sorted = [...files].sort((left, right) => (left.path < right.path ? -1 : 1));
  await pipeline(
    packed,
    createGunzip(),
    (unpacked: AsyncIterable<Buffer>) => withFiles(unpacked, sorted),
    // zlib leaves the time in the header empty. Source: RFC 1952, MTIME 0.
    createGzip({ level: GZIP_LEVEL }),
    createWriteStream(target, { mode: 0o600 }),
  );
}

/** The archive's entries as they are, ours after them, then the two empty blocks that end an archive. */
async function* withFiles(
  unpacked: AsyncIterable<Buffer>,
  files: readonly AddedFile[],
): AsyncGenerator<Buffer> {
  yield* entriesOf(unpacked);
  for (const file of files) yield* entryBlocks(file);
  yield Buffer.alloc(2 * BLOCK_BYTES);
}

/** Everything up to the first header that is empty: the archive's end mark. */
async function* entriesOf(unpacked: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let waiting: Buffer = Buffer.alloc(0);
  let bodyBytes = 0;
  let ended = false;
  // The rest is read all the same, so that what sends it comes to its end.
  for await (const piece of unpacked) {
    if (ended) continue;
    waiting = waiting.length === 0 ? piece : Buffer.concat([waiting, piece]);
    while (waiting.length >= (bodyBytes > 0 ? 1 : BLOCK_BYTES)) {
      if (bodyBytes > 0) {
        const part = waiting.subarray(0, bodyBytes);
        yield part;
        bodyBytes -= part.length;
        waiting = waiting.subarray(part.length);
        continue;
      }
      const header = waiting.subarray(0, BLOCK_BYTES);
      if (header.every((byte) => byte === 0)) {
        ended = true;
        break;
      }
      bodyBytes = paddedBytes(new Header(header, 0).size ?? 0);
      yield header;
      waiting = waiting.subarray(BLOCK_BYTES);
    }
  }
}

function* entryBlocks({ path, text, mode }: AddedFile): Generator<Buffer> {
  const body = Buffer.from(text);
  const header = new Header({
    path,
    mode,
    size: body.length,
    type: 'File',
    mtime: new Date(0),
    uid: 0,
    gid: 0,
  });
  const block = Buffer.alloc(BLOCK_BYTES);
  if (header.encode(block, 0)) throw new Error(`The path ${path} does not fit into a header.`);
  yield block;
  yield body;
  yield Buffer.alloc(paddedBytes(body.length) - body.length);
}

const paddedBytes = (bytes: number): number => Math.ceil(bytes / BLOCK_BYTES) * BLOCK_BYTES;
