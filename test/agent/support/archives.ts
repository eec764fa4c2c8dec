/** Archives byte by byte, so that they may say what no tool would write. */
import { gzipSync } from 'node:zlib';

export interface Entry {
  readonly path: string;
  readonly body?: string;
  /** ustar's type flag: 0 file, 1 hard link, 2 symbolic link, 3 character device, 5 directory, 6 pipe. */
  readonly type?: string;
  readonly link?: string;
  readonly mode?: number;
}

const BLOCK = 512;

/** One header and its body. */
export function tarEntry({ path, body = '', type = '0', link = '', mode = 0o644 }: Entry): Buffer {
  const header = Buffer.alloc(BLOCK);
  const octal = (value: number, width: number): string =>
    `${value.toString(8).padStart(width - 1, '0')}\0`;
  header.write(path, 0, 100);
  header.write(octal(mode, 8), 100);
  header.write(octal(0, 8), 108);
  header.write(octal(0, 8), 116);
  header.write(octal(Buffer.byteLength(body), 12), 124);
  header.write(octal(0, 12), 136);
  header.write('        ', 148);
  header.write(type, 156);
  header.write(link, 157, 100);
  header.write('ustar\0', 257);
  header.write('00', 263);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  const padding = Buffer.alloc((BLOCK - (Buffer.byteLength(body) % BLOCK)) % BLOCK);
  return Buffer.concat([header, Buffer.from(body), padding]);
}

export const END = Buffer.alloc(2 * BLOCK);

/** What every package has. */
export const PROGRAM: Entry = { path: 'bin/run', body: '#!/bin/sh\n', mode: 0o755 };

/** A gzipped tar of these entries. */
export const anArchive = (...entries: readonly Entry[]): Buffer =>
  gzipSync(Buffer.concat([...entries.map(tarEntry), END]));
