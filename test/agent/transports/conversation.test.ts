import { describe, expect, test } from '@jest/globals';
import { PassThrough, Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { converse } from '../../../agent/transports/conversation';
import type { Streams } from '../../../agent/transports/conversation';
import { OUTPUT_MAX_CHARS } from '../../../agent/transports/transport';

const PIECES = 100;
/** As long as anything could still move. */
const settle = async (): Promise<void> => {
  for (let turns = 0; turns < 1_000; turns += 1) await turn();
};

/** A package whose reading is counted. */
function countedPackage() {
  let read = 0;
  const pieces = async function* (): AsyncGenerator<Uint8Array> {
    for (; read < PIECES;) {
      read += 1;
      yield Buffer.alloc(1_024);
      await turn();
    }
  };
  return { input: { read: pieces }, count: () => read };
}

/** As ssh2's channels are: they take two megabytes before they ask to wait. */
const DEEP = { highWaterMark: 2 * 1024 * 1024 };
const silent = () => ({ stdout: new PassThrough(), stderr: new PassThrough() });

describe('a package', () => {
  test('is read no further than its host takes it', async () => {
    const { input, count } = countedPackage();
    const taken: (() => void)[] = [];
    const stdin = new Writable({ ...DEEP, write: (_bytes, _encoding, done) => taken.push(done) });

    converse({ stdin, ...silent() }, input);
    await settle();
    expect(count()).toBe(1);

    taken.shift()?.();
    await settle();
    expect(count()).toBe(2);
    stdin.destroy();
  });

  test('is read no further than the connection has sent it', async () => {
    const { input, count } = countedPackage();
    const stdin = new Writable({ ...DEEP, write: (_bytes, _encoding, done) => done() });
    const sent: (() => void)[] = [];
    const drained: Streams['drained'] = () => new Promise((resolve) => sent.push(resolve));

    converse({ stdin, ...silent(), drained }, input);
    await settle();
    expect(count()).toBe(1);

    while (!stdin.writableEnded) {
      sent.shift()?.();
      await turn();
    }
    expect(count()).toBe(PIECES);
  });

  test('is read no further once the command has ended, and given back', async () => {
    let isGivenBack = false;
    const read = async function* (): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield await Promise.resolve(Buffer.alloc(1_024));
      } finally {
        isGivenBack = true;
      }
    };
    const stdin = new Writable({ ...DEEP, write: () => undefined });

    converse({ stdin, ...silent() }, { read });
    await settle();
    expect(isGivenBack).toBe(false);
    stdin.destroy();
    await settle();

    expect(isGivenBack).toBe(true);
  });
});

describe('what a command says', () => {
  const said = async (...pieces: readonly string[]): Promise<string> => {
    const streams = silent();
    const stdin = new Writable({ write: (_bytes, _encoding, done) => done() });
    const { stderr } = converse({ stdin, ...streams }, undefined);
    for (const piece of pieces) streams.stderr.write(piece);
    await settle();
    return stderr();
  };
  const full = `${'x'.repeat(OUTPUT_MAX_CHARS - 11)}\n`;

  test('is kept as it is up to the limit, the last line without its end too', async () => {
    expect(await said(full, '0123456789')).toBe(`${full}0123456789`);
  });

  test('ends with a whole line where it is longer than is kept: the line that is cut may hold half a secret', async () => {
    expect(await said(full, '0123456789-', 'and more\n', 'late\n')).toBe(full);
    expect(await said(`${full}0123456789-and more\n`)).toBe(full);
    expect(await said('x'.repeat(OUTPUT_MAX_CHARS + 1))).toBe('');
  });
});
