import { describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import { guardArchive } from '../../../agent/archive-guard';
import { createCentres } from '../../../agent/centres/centres';
import type { Centres } from '../../../agent/centres/centres';
import { withConfiguration } from '../../../agent/centres/configured-artifacts';
import { mergePackage } from '../../../agent/centres/merge-package';
import type { AddedFile } from '../../../agent/centres/merge-package';
import { createSecrets } from '../../../agent/centres/secrets';
import { parseConfig } from '../../../agent/config';
import { sha256Hex } from '../../../agent/keys';
import { createArtifacts } from '../../../agent/packages';
import { anArchive, END, PROGRAM, tarEntry } from '../support/archives';
import { aPackage, scratch, SLEEPS_FOREVER } from '../support/scratch';

const directory = scratch();
const FILE: AddedFile = { path: 'config/shop.properties', text: 'a=1\n', mode: 0o644 };
const SECRET: AddedFile = { path: 'config/db.json', text: '{}\n'.padEnd(600, '#'), mode: 0o640 };

/** What this process has open. */
const openFiles = (): readonly string[] =>
  readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return [readlinkSync(join('/proc/self/fd', fd))];
    } catch {
      // The listing's own.
      return [];
    }
  });

let merges = 0;

/** Merges a package that arrives in pieces of this size. */
async function merged(packed: Buffer, files: readonly AddedFile[], pieceBytes = 100_000) {
  merges += 1;
  const target = join(directory, `merged-${merges}.tar.gz`);
  const pieces = Array.from({ length: Math.ceil(packed.length / pieceBytes) }, (_, index) =>
    packed.subarray(index * pieceBytes, (index + 1) * pieceBytes),
  );
  await mergePackage({ packed: Readable.from(pieces), files, target });
  return { target, bytes: readFileSync(target) };
}

const listed = (file: string): readonly string[] =>
  execFileSync('tar', ['-tvzf', file, '--full-time', '--numeric-owner'], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line.replace(/ +/g, ' '));

describe('a merged package', () => {
  test('holds the package’s entries as they were, and the files after them', async () => {
    const plain = aPackage(directory, 'plain', {
      'bin/run': SLEEPS_FOREVER,
      'config/own.json': '{}',
      'lib/large.bin': 'x'.repeat(200_000),
    });

    const { target } = await merged(plain.bytes, [FILE, SECRET]);

    const [before, after] = [listed(plain.file), listed(target)];
    expect(after.slice(0, before.length)).toEqual(before);
    expect(after.slice(before.length)).toEqual([
      '-rw-r----- 0/0 600 1970-01-01 00:00:00 config/db.json',
      '-rw-r--r-- 0/0 4 1970-01-01 00:00:00 config/shop.properties',
    ]);
  });

  test('has the same bytes whenever and in whatever pieces it is made', async () => {
    const packed = anArchive(PROGRAM, { path: 'data', body: 'x'.repeat(3_000) });

    const all = [
      await merged(packed, [FILE, SECRET]),
      await merged(packed, [SECRET, FILE], 7),
      await merged(gzipSync(gunzipSync(packed), { level: 1 }), [FILE, SECRET], 513),
    ];

    expect(new Set(all.map(({ bytes }) => sha256Hex(bytes))).size).toBe(1);
    // RFC 1952: bytes 4 to 7 are the time.
    expect(all[0]?.bytes.readUInt32LE(4)).toBe(0);
  });

  test('of an archive that is filled up with empty blocks is as sound as the archive', async () => {
    const filled = gzipSync(Buffer.concat([tarEntry(PROGRAM), END, Buffer.alloc(8_192)]));

    const { bytes, target } = await merged(filled, [FILE]);

    const limits = { packedBytes: bytes.length, unpackedMaxBytes: 1_000_000 };
    expect(await guardArchive(Readable.from([bytes]), limits)).toMatchObject({ kind: 'sound' });
    expect(listed(target)).toHaveLength(2);
  });
});

describe('packages with configuration', () => {
  const read = parseConfig('{url: "http://x/", stateDirectory: /x, name: x, hosts: []}', 'a.yml');
  if (read.kind === 'invalid') throw new Error(read.sentence);
  const { limits } = read.config;
  const places = { directory: join(directory, 'secrets'), keyFile: join(directory, 'secrets.key') };
  const rule = { kind: 'files' as const, environments: ['SIT'] };
  const centres = createCentres(
    [
      { ...rule, id: 'one', directory: join(directory, 'centre-1') },
      { ...rule, id: 'two', directory: join(directory, 'centre-2') },
    ],
    { secrets: places, merged: join(directory, 'remembered') },
  );

  const open = (packed: Buffer, site: string, environment = 'SIT', kept: Centres = centres) => {
    const file = `${sha256Hex(packed).slice(0, 8)}.tar.gz`;
    writeFileSync(join(directory, file), packed);
    const stores = [{ id: 'packages', kind: 'directory' as const, path: directory }];
    const plain = createArtifacts({ file: 'agent.yml', hosts: [], stores }, limits);
    const workshop = { centres: kept, limits, directory: join(directory, 'workshop') };
    const artifact = { store: 'packages', file, sha256: sha256Hex(packed) };
    return withConfiguration(plain, workshop).open(artifact, environment, site);
  };

  const keep = (site: string, namespace: string, secret?: string, centre = 'one') =>
    centres.find(centre, 'SIT')?.write(
      { environment: 'SIT', application: site, namespace },
      {
        key: secret === undefined ? { kind: 'text', text: '1' } : { kind: 'secret', name: secret },
      },
      { job: 'j.1', fence: 1, plan: 'p', change: namespace, act: 'apply' },
    );

  const packed = anArchive(PROGRAM);

  test('go as they are where the agent keeps none for the site there', async () => {
    await keep('shop', 'shop.properties');

    for (const [site, environment] of [
      ['other', 'SIT'],
      ['shop', 'PROD'],
    ] as const) {
      const opened = await open(packed, site, environment);
      expect(opened).toMatchObject({ kind: 'opened', artifact: { sha256: sha256Hex(packed) } });
      if (opened.kind === 'opened') await opened.artifact.close();
    }
  });

  test('name the approved package inside, and are sent with the digest of their own bytes', async () => {
    await keep('shop', 'shop.properties');

    const opened = await open(packed, 'shop');
    if (opened.kind === 'refused') throw new Error(opened.failure.sentence);
    const pieces: Uint8Array[] = [];
    for await (const piece of opened.artifact.read()) pieces.push(piece);
    await opened.artifact.close();

    const bytes = Buffer.concat(pieces);
    expect(sha256Hex(bytes)).toBe(opened.artifact.sha256);
    expect(opened.artifact.sizeBytes).toBe(bytes.length);
    const file = join(directory, 'sent.tar.gz');
    writeFileSync(file, bytes);
    const marked = execFileSync('tar', ['-xzOf', file, '.interlock-package'], { encoding: 'utf8' });
    expect(marked).toBe(`${sha256Hex(packed)}\n`);
  });

  test('are refused where the package holds the same file itself', async () => {
    await keep('doubled', 'own.json');
    const own = anArchive(PROGRAM, { path: 'config/own.json', body: '{}' });

    expect(await open(own, 'doubled')).toMatchObject({
      kind: 'refused',
      failure: {
        class: 'package',
        sentence: expect.stringMatching(
          /holds "config\/own\.json" twice.*take that file out of the package, or out of the centre/,
        ),
      },
    });
  });

  test('are refused where the site refers to a secret that is not there', async () => {
    await keep('secretive', 'db.json', 'missing');

    expect(await open(packed, 'secretive')).toMatchObject({
      failure: {
        class: 'config',
        sentence:
          'This agent has no secret missing; set it on its machine: interlock-agent secret set missing',
      },
    });
  });

  test('take away what a merge that was cut short has left', async () => {
    await keep('shop', 'shop.properties');
    const left = join(directory, 'workshop', 'left.tar.gz');
    mkdirSync(join(directory, 'workshop'), { recursive: true });
    writeFileSync(left, 'a secret in it');

    const opened = await open(packed, 'shop');
    if (opened.kind === 'opened') await opened.artifact.close();

    expect(readdirSync(join(directory, 'workshop'))).toEqual([]);
  });

  test('are refused and closed where the merged package cannot be read back', async () => {
    await keep('unread', 'shop.properties');
    const workshop = join(directory, 'workshop');
    const artifact = {
      sha256: sha256Hex(packed),
      sizeBytes: packed.length,
      unpackedBytes: packed.length,
      read: async function* () {
        yield packed;
        // In place of what is written there comes a file whose beginning nobody can read.
        const deadline = Date.now() + 10_000;
        while (readdirSync(workshop).length === 0 && Date.now() < deadline) await setImmediate();
        const target = join(workshop, readdirSync(workshop)[0] ?? '');
        rmSync(target);
        symlinkSync('/proc/self/mem', target);
      },
      close: async () => undefined,
    };
    const merging = withConfiguration(
      { open: async () => ({ kind: 'opened', artifact }) },
      { centres, limits, directory: workshop },
    );

    const opened = await merging.open(
      { store: 'packages', file: 'shop.tar.gz', sha256: artifact.sha256 },
      'SIT',
      'unread',
    );

    expect(opened).toEqual({
      kind: 'refused',
      failure: {
        class: 'capacity',
        sentence: `The package shop.tar.gz with its configuration could not be read back in ${workshop} (EIO); look at that disk, then retry.`,
      },
    });
    expect(openFiles().filter((path) => path.endsWith('/mem'))).toEqual([]);
  });

  test('are refused where two centres hold one namespace', async () => {
    await keep('twice', 'a', undefined, 'one');
    await keep('twice', 'a', undefined, 'two');

    expect(await open(packed, 'twice')).toMatchObject({
      failure: { class: 'config', sentence: expect.stringContaining('twice/a for SIT') },
    });
  });

  test('are refused where a secret was sealed with another key', async () => {
    await createSecrets(places).set('locked', 'value-one');
    await keep('locked', 'db.json', 'locked');
    writeFileSync(places.keyFile, Buffer.alloc(32, 1).toString('base64'));

    expect(await open(packed, 'locked')).toMatchObject({
      failure: { class: 'config', sentence: expect.stringContaining('cannot be decrypted with') },
    });
  });

  test('a package may not name itself another', async () => {
    const forged = anArchive(PROGRAM, { path: '.interlock-package', body: 'a'.repeat(64) });

    expect(await open(forged, 'other')).toMatchObject({
      kind: 'refused',
      failure: { class: 'package', sentence: expect.stringContaining('.interlock-package') },
    });
  });
});
