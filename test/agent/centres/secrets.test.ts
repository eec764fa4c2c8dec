import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createSecrets } from '../../../agent/centres/secrets';
import { listSecrets, setSecret } from '../../../agent/cli/secret';
import { parseConfig } from '../../../agent/config';
import { scratch } from '../support/scratch';

const directory = scratch();
let states = 0;

function aState(more = '') {
  states += 1;
  const stateDirectory = join(directory, `state-${states}`);
  const read = parseConfig(
    `{url: "http://x/", stateDirectory: ${stateDirectory}, name: x, hosts: []${more}}`,
    'agent.yml',
  );
  if (read.kind === 'invalid') throw new Error(read.sentence);
  const printed: string[] = [];
  const print = (line: string): void => {
    printed.push(line);
  };
  const { config } = read;
  const set = (name: string, ...pieces: readonly (string | Buffer)[]) =>
    setSecret(config, name, Readable.from(pieces.map((piece) => Buffer.from(piece))), print);
  const places = {
    directory: join(stateDirectory, 'secrets'),
    keyFile: config.secretsKey ?? join(stateDirectory, 'secrets.key'),
  };
  return { places, printed, set, list: () => listSecrets(config, print) };
}

describe('interlock-agent secret', () => {
  test('keeps what stands on stdin, and shows its name alone', async () => {
    const { places, printed, set, list } = aState();

    expect(await set('shop-db', 'two ', 'pieces\n')).toEqual({ exit: 'done' });
    await list();

    expect(printed).toEqual(['The secret shop-db is set.', 'shop-db']);
    expect(await createSecrets(places).read('shop-db')).toEqual({
      kind: 'value',
      value: 'two pieces',
    });
  });

  test('leaves files that only the agent’s user reads, and that say nothing', async () => {
    const { places, set } = aState();
    await set('shop-db', 'canary-value');

    const file = join(places.directory, 'shop-db');
    expect(readdirSync(places.directory)).toEqual(['shop-db']);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(places.keyFile).mode & 0o777).toBe(0o600);
    expect(readFileSync(file).includes('canary')).toBe(false);
    await set('shop-db', 'another');
    expect(await createSecrets(places).read('shop-db')).toMatchObject({ value: 'another' });
  });

  test.each<[string, readonly (string | Buffer)[], RegExp]>([
    ['../x', ['value'], /name is 1 to 64/],
    ['empty', ['\n'], /nothing came/],
    ['large', ['x'.repeat(65 * 1024)], /at most 65536 bytes/],
    ['binary', [Buffer.from([0xff, 0xfe])], /text in UTF-8/],
    ['nul', ['abcdef\0b'], /no NUL/],
    ['short', ['admin\n'], /at least 6 characters; .* taken out of the log/],
    ['blank', ['  ab   \n'], /at least 6 characters/],
  ])('refuses %s in words, without the value', async (name, pieces, words) => {
    const { places, set, printed } = aState();

    const { exit, sentence } = await set(name, ...pieces);

    expect(exit).toBe('usage');
    expect(sentence).toMatch(words);
    expect(printed).toEqual([]);
    expect(await createSecrets(places).names()).toEqual([]);
  });

  test('keeps its key where agent.yml says, and never beside the secrets', async () => {
    const elsewhere = join(directory, 'elsewhere.key');
    const apart = aState(`, secretsKey: ${elsewhere}`);
    await apart.set('a', 'value-a');
    expect(readFileSync(elsewhere, 'utf8')).toMatch(/^[A-Za-z0-9+/]{43}=\n$/);

    const beside = aState(`, secretsKey: ${join(directory, `state-${states + 1}`)}/secrets/key`);
    expect(await beside.set('a', 'value-a')).toMatchObject({
      exit: 'config',
      sentence: expect.stringContaining('beside the secrets that it opens'),
    });
  });
});

describe('a secret', () => {
  test('comes back as it was set', async () => {
    const { places } = aState();
    const secrets = createSecrets(places);
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', minLength: 1 }), async (value) => {
        await secrets.set('any', value);
        expect(await secrets.read('any')).toEqual({ kind: 'value', value });
      }),
      { numRuns: 25 },
    );
  });

  test('that was changed, moved to another name, or lost its key is not believed', async () => {
    const { places } = aState();
    const secrets = createSecrets(places);
    await secrets.set('one', 'value-one');
    const file = join(places.directory, 'one');
    const sealed = readFileSync(file);

    sealed.writeUInt8(sealed.readUInt8(30) ^ 1, 30);
    writeFileSync(file, sealed);
    expect(await secrets.read('one')).toMatchObject({ kind: 'unreadable' });

    await secrets.set('two', 'value-two');
    renameSync(join(places.directory, 'two'), join(places.directory, 'three'));
    expect(await secrets.read('three')).toMatchObject({ kind: 'unreadable' });
    expect(await secrets.read('two')).toEqual({ kind: 'absent' });

    await secrets.set('four', 'value-four');
    renameSync(places.keyFile, `${places.keyFile}.gone`);
    expect(await secrets.read('four')).toMatchObject({
      kind: 'unreadable',
      sentence: expect.stringContaining('interlock-agent secret set four'),
    });
  });
});
