import { describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseConfig } from '../../agent/config';
import { sha256Hex } from '../../agent/keys';
import { createArtifacts } from '../../agent/packages';
import type { OpenArtifact } from '../../agent/ports/artifacts';
import { anArchive, PROGRAM } from './support/archives';
import { scratch } from './support/scratch';

const directory = scratch();
const sound = anArchive(PROGRAM);

function open(
  bytes: Buffer,
  { store = 'packages', sha256 = sha256Hex(bytes), packageMaxBytes = 1_000_000 } = {},
) {
  const file = `shop-${sha256Hex(bytes).slice(0, 8)}.tar.gz`;
  writeFileSync(join(directory, file), bytes);
  return {
    path: join(directory, file),
    opened: openFile(file, sha256, { store, packageMaxBytes }),
  };
}

function openFile(
  file: string,
  sha256: string,
  { store = 'packages', path = directory, packageMaxBytes = 1_000_000 } = {},
) {
  const text = `{url: "http://x/", stateDirectory: /x, name: x, hosts: [], limits: {packageMaxBytes: ${packageMaxBytes}}}`;
  const parsed = parseConfig(text, 'agent.yml');
  if (parsed.kind === 'invalid') throw new Error(parsed.sentence);
  const stores = [{ id: 'packages', kind: 'directory' as const, path, environments: ['SIT'] }];
  const artifacts = createArtifacts(
    { file: '/etc/agent.yml', hosts: [], stores },
    parsed.config.limits,
  );
  return artifacts.open({ store, file, sha256 }, 'SIT', 'shop');
}

async function contentOf(artifact: OpenArtifact): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of artifact.read()) pieces.push(piece);
  return Buffer.concat(pieces);
}

async function artifactOf(bytes: Buffer) {
  const { path, opened } = open(bytes);
  const result = await opened;
  if (result.kind === 'refused') throw new Error(result.failure.sentence);
  return { path, artifact: result.artifact };
}

describe('a package', () => {
  test('is opened with its sizes, and read as often as there are hosts', async () => {
    const { artifact } = await artifactOf(sound);

    expect(artifact).toMatchObject({ sizeBytes: sound.length, sha256: sha256Hex(sound) });
    const [first, second] = await Promise.all([contentOf(artifact), contentOf(artifact)]);
    expect(first.equals(sound) && second.equals(sound)).toBe(true);
    await artifact.close();
  });

  test('that is replaced after it was judged is sent as it was judged', async () => {
    const { path, artifact } = await artifactOf(sound);
    writeFileSync(`${path}.new`, 'other bytes');
    renameSync(`${path}.new`, path);

    expect((await contentOf(artifact)).equals(sound)).toBe(true);
    await artifact.close();
  });

  test('whose bytes are not the approved ones is refused', async () => {
    const other = Buffer.concat([sound, Buffer.from('x')]);

    expect(await open(other, { sha256: sha256Hex(sound) }).opened).toEqual({
      kind: 'refused',
      failure: {
        class: 'package',
        sentence: expect.stringContaining(
          `its SHA-256 is ${sha256Hex(other)}, and ${sha256Hex(sound)} was approved`,
        ),
      },
    });
  });

  test('whose archive is damaged is refused, though its digest is right', async () => {
    const half = sound.subarray(0, sound.length - 20);

    expect(await open(half).opened).toMatchObject({
      failure: { class: 'package', sentence: expect.stringContaining('nothing of it was sent') },
    });
  });

  test('of a store that agent.yml does not have there is refused', async () => {
    expect(await open(sound, { store: 'other' }).opened).toEqual({
      kind: 'refused',
      failure: {
        class: 'permission',
        sentence:
          "/etc/agent.yml has no store other for SIT; add it there, or correct the site's store.",
      },
    });
  });

  test.each<[string, (path: string) => void, string]>([
    ['is not there', () => undefined, 'is not in the store'],
    ['is a directory', (path) => mkdirSync(path), 'is no plain file'],
    ['is a pipe', (path) => execFileSync('mkfifo', [path]), 'is no plain file'],
    ['is a link to nothing', (path) => symlinkSync('/nothing', path), 'is not in the store'],
    ['is a link to itself', (path) => symlinkSync(path, path), 'cannot be opened'],
  ])('whose path %s is refused in words, with the path once', async (what, make, words) => {
    const name = `${what.replaceAll(' ', '-')}.tar.gz`;
    const path = join(directory, name);
    make(path);

    const result = await openFile(name, sha256Hex(sound));
    if (result.kind !== 'refused') throw new Error('It was opened.');

    expect(result.failure.class).toBe('package');
    expect(result.failure.sentence).toContain(`The package ${path} ${words}`);
    expect(result.failure.sentence.split(path)).toHaveLength(2);
    expect(result.failure.sentence).not.toMatch(/\bE[A-Z]{3,}\b|no such file|syscall/);
  });

  test('that cannot be read to its end is refused with its path', async () => {
    // Linux lets a process open its own memory, and fails to read what lies at its beginning.
    expect(await openFile('mem', sha256Hex(sound), { path: '/proc/self' })).toEqual({
      kind: 'refused',
      failure: {
        class: 'package',
        sentence:
          'The package /proc/self/mem could not be read to its end; look at the disk of the store, then retry.',
      },
    });
  });

  test('that is larger than agent.yml allows is refused before it is read', async () => {
    expect(await open(sound, { packageMaxBytes: 10 }).opened).toMatchObject({
      failure: {
        class: 'capacity',
        sentence: expect.stringContaining('packageMaxBytes in agent.yml allows 10'),
      },
    });
  });

  test('that grows after it was judged no longer has its digest: the host notices', async () => {
    const { path, artifact } = await artifactOf(anArchive(PROGRAM, { path: 'more', body: 'x' }));
    appendFileSync(path, 'more');

    expect(sha256Hex(await contentOf(artifact))).not.toBe(artifact.sha256);
    await artifact.close();
  });
});
