/** Reads an archive to its end without unpacking it, and refuses all of it for anything that looks wrong. */
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { Parser } from 'tar';
import type { ReadEntry } from 'tar';
import { createArchiveList, RESERVED_NAMES } from './archive-list';

/** Programs and their files rarely shrink further; a bomb does. */
const RATIO_MAX = 200;

export type GuardVerdict =
  | { readonly kind: 'sound'; readonly unpackedBytes: number }
  /** What is wrong, as the end of a sentence about the archive. */
  | { readonly kind: 'refused'; readonly problem: string };

export interface GuardLimits {
  readonly packedBytes: number;
  readonly unpackedMaxBytes: number;
  /** Names that may not stand in it; absent: all that Interlock writes itself. */
  readonly reserved?: readonly string[];
}

/** Says whether hosts may unpack this gzipped tar. */
export async function guardArchive(packed: Readable, limits: GuardLimits): Promise<GuardVerdict> {
  const most = Math.min(limits.unpackedMaxBytes, limits.packedBytes * RATIO_MAX);
  const list = createArchiveList(limits.reserved ?? RESERVED_NAMES);
  let unpackedBytes = 0;
  try {
    await pipeline(packed, createGunzip(), async (unpacked: AsyncIterable<Buffer>) => {
      const feed = openParser((entry) => list.take(entry));
      for await (const piece of unpacked) {
        // The parser would unpack a second layer by itself; tar on a host does not.
        if (unpackedBytes === 0 && piece.readUInt16BE(0) === 0x1f8b)
          throw new Error('packed twice');
        unpackedBytes += piece.length;
        if (unpackedBytes > most) throw new Error(`unpacks to more than ${most} bytes`);
        feed.write(piece);
      }
      feed.end();
    });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    return { kind: 'refused', problem: list.problem() ?? `is damaged or no gzipped tar (${why})` };
  }
  const problem = list.problem() ?? list.missing();
  return problem === undefined ? { kind: 'sound', unpackedBytes } : { kind: 'refused', problem };
}

interface Feed {
  write(piece: Buffer): void;
  /** Throws when the archive ended in the middle. */
  end(): void;
}

/** A strict parser that lists; what it would only warn about is thrown. */
function openParser(take: (entry: ReadEntry | 'end-mark') => void): Feed {
  let failure: Error | undefined;
  const parser = new Parser({ strict: true, zstd: false });
  const list = (entry: ReadEntry): void => {
    take(entry);
    entry.resume();
  };
  parser.on('entry', list);
  parser.on('ignoredEntry', list);
  parser.on('nullBlock', () => take('end-mark'));
  parser.on('error', (error: Error) => {
    failure ??= error;
  });
  const check = (): void => {
    if (failure) throw failure;
  };
  return {
    write: (piece) => {
      parser.write(piece);
      check();
    },
    end: () => {
      parser.end();
      check();
    },
  };
}
