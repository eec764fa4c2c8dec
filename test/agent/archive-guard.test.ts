import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { guardArchive } from '../../agent/archive-guard';
import { makeSamplePackages } from '../../demo/sample-package';
import { anArchive, END, PROGRAM, tarEntry } from './support/archives';
import type { Entry } from './support/archives';
import { aPackage, scratch, SLEEPS_FOREVER } from './support/scratch';

const directory = scratch();

const guard = (bytes: Buffer, unpackedMaxBytes = 10_000_000) =>
  guardArchive(Readable.from([bytes]), { packedBytes: bytes.length, unpackedMaxBytes });

const problemOf = async (bytes: Buffer): Promise<string> => {
  const verdict = await guard(bytes);
  return verdict.kind === 'refused' ? verdict.problem : 'sound';
};

const withEntry = (...entries: readonly Entry[]): Buffer => anArchive(PROGRAM, ...entries);

describe('an archive is refused whole', () => {
  test.each<[string, readonly Entry[], string]>([
    ['leads out', [{ path: '../evil' }], 'no plain path inside'],
    ['leads out later', [{ path: 'a/../../evil' }], 'no plain path inside'],
    ['makes a detour', [{ path: 'a/../b' }], 'no plain path inside'],
    ['is absolute', [{ path: '/etc/passwd' }], 'no plain path inside'],
    ['is absolute after a dot', [{ path: './/etc/passwd' }], 'no plain path inside'],
    ['holds a backslash', [{ path: '..\\evil' }], 'no plain path inside'],
    ['holds a line break', [{ path: 'a\nb' }], 'no plain path inside'],
    ['is too deep', [{ path: `${'d/'.repeat(40)}f` }], 'no plain path inside'],
    ['is what hosts write', [{ path: '.interlock-release' }], 'no plain path inside'],
    ['links out', [{ path: 'l', type: '2', link: '../x' }], 'SymbolicLink that may not'],
    [
      'links out from below',
      [{ path: 'd/l', type: '2', link: '../../x' }],
      'SymbolicLink that may not',
    ],
    [
      'links to an absolute path',
      [{ path: 'l', type: '2', link: '/etc' }],
      'SymbolicLink that may not',
    ],
    [
      'goes through a link',
      [{ path: 'l', type: '2', link: 'bin' }, { path: 'l/f' }],
      'which is no directory',
    ],
    ['goes through a file', [{ path: 'f' }, { path: 'f/g' }], 'which is no directory'],
    [
      'is a hard link to outside',
      [{ path: 'h', type: '1', link: '/etc/shadow' }],
      'Link that may not',
    ],
    ['is a hard link to nothing', [{ path: 'h', type: '1', link: 'later' }], 'Link that may not'],
    [
      'is a hard link to a link',
      [
        { path: 'l', type: '2', link: 'bin/run' },
        { path: 'h', type: '1', link: 'l' },
      ],
      'Link that may not',
    ],
    ['is a character device', [{ path: 'dev', type: '3' }], 'CharacterDevice that may not'],
    ['is a block device', [{ path: 'dev', type: '4' }], 'BlockDevice that may not'],
    ['is a pipe', [{ path: 'pipe', type: '6' }], 'FIFO that may not'],
    ['is of a kind that nobody knows', [{ path: 'odd', type: 'Q' }], 'may not be in a package'],
    ['sets the user', [{ path: 'su', mode: 0o4755 }], 'set-user'],
    ['comes twice', [{ path: 'a' }, { path: 'a' }], 'twice'],
    ['comes in two cases', [{ path: 'README' }, { path: 'readme' }], 'two spellings'],
    [
      'comes in two Unicode forms',
      [{ path: 'caf\u00e9' }, { path: 'cafe\u0301' }],
      'two spellings',
    ],
    ['replaces a directory by a file', [{ path: 'd/', type: '5' }, { path: 'd' }], 'twice'],
  ])('when an entry %s', async (_what, entries, words) => {
    expect(await problemOf(withEntry(...entries))).toContain(words);
  });

  /** An archive with an entry whose real path stands in a pax header. */
  const withPaxPath = (path: string): Buffer => {
    const rest = ` path=${path}\n`;
    const digits = String(rest.length + 2).length;
    const body = `${String(rest.length + digits)}${rest}`;
    const hidden = [tarEntry({ path: 'pax', type: 'x', body }), tarEntry({ path: 'good' })];
    return gzipSync(Buffer.concat([tarEntry(PROGRAM), ...hidden, END]));
  };

  test('when a pax header hides the real path', async () => {
    expect(await problemOf(withPaxPath('../../evil'))).toContain('evil');
  });

  test('with no piece of a path that is too long to be shown: it may hold half a secret', async () => {
    expect(await problemOf(withPaxPath('x'.repeat(256)))).toBe(
      'holds a path of 256 characters, which is no plain path inside the package',
    );
    const longest = `/${'x'.repeat(254)}`;
    expect(await problemOf(withPaxPath(longest))).toContain(`holds "${longest}", which`);
  });

  test('when entries stand after its end', async () => {
    const bytes = gzipSync(
      Buffer.concat([tarEntry(PROGRAM), Buffer.alloc(512), tarEntry({ path: 'late' }), END]),
    );

    expect(await problemOf(bytes)).toContain('holds "late" after its end');
  });

  test('when it unpacks to more than is allowed, before all of it is unpacked', async () => {
    const bomb = gzipSync(
      Buffer.concat([tarEntry({ path: 'zeros', body: '0'.repeat(50_000_000) }), END]),
    );
    const verdict = await guard(bomb, 1_000_000);

    expect(verdict).toMatchObject({
      problem: expect.stringContaining('unpacks to more than 1000000 bytes'),
    });
  });

  test('when it shrank more than two hundredfold', async () => {
    const bomb = anArchive(PROGRAM, { path: 'zeros', body: '0'.repeat(5_000_000) });

    expect(await problemOf(bomb)).toContain(`unpacks to more than ${bomb.length * 200} bytes`);
  });

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['no gzip', Buffer.from('hello')],
    ['an empty archive', gzipSync(END)],
    ['half an archive', anArchive(PROGRAM).subarray(0, 40)],
    [
      'half a tar',
      gzipSync(
        tarEntry({ path: 'bin/run', body: 'x'.repeat(2_000), mode: 0o755 }).subarray(0, 1_024),
      ),
    ],
    ['a damaged header', gzipSync(Buffer.concat([tarEntry(PROGRAM).fill('z', 0, 9), END]))],
    ['an archive packed twice', gzipSync(anArchive(PROGRAM))],
    ['no tar', gzipSync(Buffer.from('x'.repeat(2_000)))],
  ])('when it is %s', async (_what, bytes) => {
    expect(await problemOf(bytes)).not.toBe('sound');
  });

  test('when it has nothing to start', async () => {
    const none = 'has neither an executable bin/run nor an executable bin/start';

    expect(await problemOf(anArchive({ path: 'README', body: 'hello' }))).toBe(none);
    expect(await problemOf(anArchive({ path: 'bin/run', body: 'x', mode: 0o644 }))).toBe(none);
  });
});

describe('an archive is sound', () => {
  test.each<[string, readonly Entry[]]>([
    [
      'with a link that stays inside',
      [
        { path: 'lib/', type: '5' },
        { path: 'lib/l', type: '2', link: '../bin/run' },
      ],
    ],
    [
      'with a second name of one of its files',
      [{ path: 'bin/again', type: '1', link: 'bin/run', mode: 0o755 }],
    ],
    [
      'with directories named twice',
      [{ path: 'd/', type: '5' }, { path: 'd/', type: '5' }, { path: 'd/f' }],
    ],
    ['with names in Chinese', [{ path: '文档/说明.txt' }]],
  ])('%s', async (_what, entries) => {
    expect(await guard(withEntry(...entries))).toMatchObject({ kind: 'sound' });
  });

  test('as tar and the demo make it', async () => {
    const made = await makeSamplePackages(directory);
    const packed = aPackage(directory, 'packed', { 'bin/run': SLEEPS_FOREVER, 'a/b/c': 'text' });

    for (const { file } of [...made, packed]) {
      expect(await guard(readFileSync(file))).toMatchObject({ kind: 'sound' });
    }
  });
});
