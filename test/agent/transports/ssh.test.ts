import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { utils } from 'ssh2';
import { connectSsh, fetchHostKey } from '../../../agent/transports/ssh';
import {
  findKnownHost,
  fingerprintOfHostKey,
  knownHostLine,
} from '../../../agent/transports/known-hosts';
import { makeSshKeyPair } from '../../../demo/ssh-key';
import { scratch } from '../support/scratch';
import { aSshHost } from '../support/ssh';
import type { TestSsh } from '../support/ssh';

const directory = scratch();
let ssh: TestSsh;
beforeAll(async () => {
  ssh = await aSshHost(directory);
});
afterAll(() => ssh.host.close());

async function refusal(change: object): Promise<{ class: string; sentence: string }> {
  const connection = await connectSsh({ ...ssh.place, ...change });
  if (connection.kind === 'failed') return connection.failure;
  await connection.transport.close();
  return { class: 'none', sentence: 'connected' };
}

const write = (name: string, text: string): string => {
  const file = join(directory, name);
  writeFileSync(file, text, { mode: 0o600 });
  return file;
};

function anotherKey(): string {
  const key = utils.parseKey(makeSshKeyPair().private);
  if (key instanceof Error) throw key;
  return key.getPublicSSH().toString('base64');
}

describe('a connection', () => {
  test('is made to a host whose key is pinned', async () => {
    expect(await refusal({})).toEqual({ class: 'none', sentence: 'connected' });
  });

  test('is not made to an unknown host: its fingerprint is shown, and how to trust it', async () => {
    const key = findKnownHost(
      readFileSync(ssh.place.knownHostsFile, 'utf8'),
      '127.0.0.1',
      ssh.host.port,
    ).keys[0];
    const print = key ? fingerprintOfHostKey(key) : '';
    const knownHostsFile = write('none', '');

    expect(await refusal({ knownHostsFile })).toEqual({
      class: 'transport',
      sentence: `Host 127.0.0.1 port ${ssh.host.port} is unknown: its key ssh-ed25519 ${print} is not in ${knownHostsFile}. Compare the fingerprint on the host, then run: interlock-agent trust 127.0.0.1:${ssh.host.port}`,
    });
    expect(await refusal({ knownHostsFile: '/nowhere' })).toMatchObject({ class: 'transport' });
  });

  test('is not made to a host that shows another key than before', async () => {
    const line = knownHostLine('127.0.0.1', ssh.host.port, {
      type: 'ssh-ed25519',
      base64: anotherKey(),
    });

    const { sentence } = await refusal({ knownHostsFile: write('other', line) });

    expect(sentence).toMatch(
      /shows another key than before: ssh-ed25519 SHA256:\S+ instead of SHA256:/,
    );
  });

  test('is not made to a host whose key is revoked', async () => {
    const file = write('revoked', readFileSync(ssh.place.knownHostsFile, 'utf8'));
    appendFileSync(file, `@revoked ${readFileSync(ssh.place.knownHostsFile, 'utf8')}`);

    expect(await refusal({ knownHostsFile: file })).toMatchObject({
      sentence: expect.stringContaining('revokes'),
    });
  });

  test('says that hashed names are not read', async () => {
    const line = `|1|F1E1KeoE/eEWhi10WpGv4OdiO6Y=|3988QV0VE8wmZL7suNrYQLITLCg= ssh-ed25519 ${anotherKey()}\n`;

    expect(await refusal({ knownHostsFile: write('hashed', line) })).toMatchObject({
      sentence: expect.stringContaining('Hashed names and authorities in that file are not read.'),
    });
  });

  test('says that the host does not take the agent’s key', async () => {
    const keyFile = write('foreign', makeSshKeyPair().private);

    expect(await refusal({ keyFile })).toEqual({
      class: 'permission',
      sentence: `The host refused the login deploy@127.0.0.1 port ${ssh.host.port} with the key ${keyFile}; add its public half to authorized_keys there.`,
    });
  });

  test('says that nobody listens', async () => {
    expect(await refusal({ port: 1 })).toEqual({
      class: 'transport',
      sentence: expect.stringMatching(
        /no ssh connection to deploy@127\.0\.0\.1 port 1 \(.*ECONNREFUSED.*check that the host is up/,
      ),
    });
  });

  test('says that the private key cannot be read', async () => {
    expect(await refusal({ keyFile: '/nowhere/id' })).toMatchObject({
      class: 'permission',
      sentence: expect.stringContaining('/nowhere/id'),
    });
    expect(await refusal({ keyFile: write('garbage', 'no key') })).toMatchObject({
      class: 'permission',
      sentence: expect.stringContaining('garbage'),
    });
  });

  test('that breaks during a command loses it', async () => {
    const host = await aSshHost(directory, 'breaking');
    const connection = await connectSsh(host.place);
    if (connection.kind === 'failed') throw new Error(connection.failure.sentence);

    const running = connection.transport.run(['sleep', '30'], { seconds: 20 });
    await connection.transport.run(['true'], { seconds: 20 });
    await host.host.close();

    expect(await running).toEqual({ kind: 'lost', sentence: 'the connection ended' });
    expect(await connection.transport.run(['true'], { seconds: 20 })).toEqual({
      kind: 'lost',
      sentence: 'it took no command (Not connected)',
    });
  });
});

test('a host key that does not come is said in words', async () => {
  expect(await fetchHostKey('127.0.0.1', 1, 5)).toEqual({
    kind: 'failed',
    sentence: expect.stringMatching(
      /^No host key came from 127\.0\.0\.1 port 1 \(.*ECONNREFUSED.*\); check that an ssh server listens there and that this machine may reach it\.$/,
    ),
  });
});

describe('known_hosts', () => {
  const text = [
    '# a comment',
    'web-1,10.0.0.1 ssh-ed25519 AAAA comment',
    '[10.0.0.1]:2201 ssh-rsa BBBB',
    'WEB-2 ssh-ed25519 CCCC',
    '@revoked web-2 ssh-ed25519 DDDD',
    '@cert-authority *.example.com ssh-ed25519 EEEE',
    'broken line',
    '',
  ].join('\n');

  test('is read by name, address and port', () => {
    expect(findKnownHost(text, '10.0.0.1', 22).keys).toEqual([
      { type: 'ssh-ed25519', base64: 'AAAA' },
    ]);
    expect(findKnownHost(text, '10.0.0.1', 2201).keys).toEqual([
      { type: 'ssh-rsa', base64: 'BBBB' },
    ]);
    expect(findKnownHost(text, '10.0.0.1', 2202).keys).toEqual([]);
    expect(findKnownHost(text, 'web-2', 22)).toEqual({
      keys: [{ type: 'ssh-ed25519', base64: 'CCCC' }],
      revoked: [{ type: 'ssh-ed25519', base64: 'DDDD' }],
      unread: true,
    });
  });
});
