/** Lines of the kept log: read from its files, and written as people read them. */
import { closeSync, fstatSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { z } from 'zod';
import { plainText } from '#core/plain-text';
import { isAbsent } from '../centres/durable-file';
import { olderLog } from '../kept-log';

const Line = z.looseObject({
  level: z.number(),
  time: z.string(),
  msg: z.string(),
  job: z.string().optional(),
});
export type KeptLine = z.infer<typeof Line>;

/** Pino's numbers. */
const LEVELS: Readonly<Record<number, string>> = { 30: 'info', 40: 'warn', 50: 'error' };

/** The lines before those of the newest file. */
export function readOlder(file: string): readonly KeptLine[] {
  try {
    return parseLines(readFileSync(olderLog(file), 'utf8'));
  } catch (cause) {
    if (isAbsent(cause)) return [];
    throw cause;
  }
}

const parseLines = (text: string): readonly KeptLine[] =>
  text.split('\n').flatMap((line) => parseLine(line) ?? []);

/** A line that a crash cut short is none. */
function parseLine(line: string): KeptLine | undefined {
  if (line === '') return undefined;
  try {
    return Line.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

/** `2026-11-20T14:00:00.000Z info Claimed a job. {"job":"10001.8"}` */
export function lineText({ level, time, msg, ...facts }: KeptLine): string {
  const more = Object.keys(facts).length === 0 ? '' : ` ${JSON.stringify(facts)}`;
  return plainText(`${time} ${LEVELS[level] ?? String(level)} ${msg}${more}`);
}

/** The newest file: each call brings the lines since the one before, over changes of the file. */
export function followNewest(file: string): () => readonly KeptLine[] {
  let open: { readonly descriptor: number; readonly inode: number; at: number } | undefined;
  let rest = '';

  const reopen = (): void => {
    try {
      const descriptor = openSync(file, 'r');
      open = { descriptor, inode: fstatSync(descriptor).ino, at: 0 };
    } catch (cause) {
      if (!isAbsent(cause)) throw cause;
    }
  };
  const readOn = (): string => {
    if (!open) return '';
    const pieces: Buffer[] = [];
    const buffer = Buffer.alloc(64 * 1024);
    for (;;) {
      const bytes = readSync(open.descriptor, buffer, 0, buffer.length, open.at);
      if (bytes === 0) return Buffer.concat(pieces).toString('utf8');
      open.at += bytes;
      pieces.push(Buffer.from(buffer.subarray(0, bytes)));
    }
  };

  return () => {
    let text = rest + readOn();
    if (open?.inode !== inodeOf(file)) {
      if (open) closeSync(open.descriptor);
      open = undefined;
      reopen();
      text += readOn();
    }
    const end = text.lastIndexOf('\n') + 1;
    rest = text.slice(end);
    return parseLines(text.slice(0, end));
  };
}

const inodeOf = (file: string): number | undefined =>
  statSync(file, { throwIfNoEntry: false })?.ino;
