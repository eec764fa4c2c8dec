import { describe, expect, test } from '@jest/globals';
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openSession } from '../../../agent/host/host-session';
import { hostHelper } from '../../../agent/host/helper-text';
import type { OpenArtifact } from '../../../agent/ports/artifacts';
import { localTransport } from '../../../agent/transports/local';
import type { RunResult, Transport } from '../../../agent/transports/transport';
import { aPackage, scratch, SLEEPS_FOREVER } from '../support/scratch';
import type { TestPackage } from '../support/scratch';

const directory = scratch();
const helper = hostHelper();
const fresh = aPackage(directory, 'fresh', { 'bin/run': SLEEPS_FOREVER });

const artifactOf = ({ bytes, digest }: TestPackage): OpenArtifact & { sentBytes(): number } => {
  let sent = 0;
  return {
    sha256: digest,
    sizeBytes: bytes.length,
    unpackedBytes: 1_000,
    read: async function* () {
      sent += bytes.length;
      yield bytes;
    },
    close: async () => undefined,
    sentBytes: () => sent,
  };
};

let bases = 0;

function aSession(answer?: RunResult) {
  bases += 1;
  const basePath = join(directory, `base-${bases}`);
  const local = localTransport();
  let commands = 0;
  const transport: Transport = {
    run: (command, options) => {
      commands += 1;
      return answer ? Promise.resolve(answer) : local.run(command, options);
    },
    close: () => local.close(),
  };
  const session = openSession(transport, {
    helper,
    name: 'web-1 (10.0.0.1)',
    actSeconds: 20,
    releasesKept: 5,
  });
  const order = { basePath, job: 'j.1', fence: 1, digest: fresh.digest, version: '1.1.0' };
  return { session, order, basePath, commands: () => commands };
}

describe('a session with a host', () => {
  test('brings the helper where it is missing, and then needs one command for each act', async () => {
    const { session, order, basePath, commands } = aSession();

    expect(await session.stage(order, artifactOf(fresh))).toMatchObject({ kind: 'done' });
    expect(commands()).toBe(3);
    expect(readdirSync(join(basePath, '.interlock'))).toContain(`helper-${helper.digest}`);

    expect(await session.activate(order)).toMatchObject({ kind: 'done' });
    expect(await session.start(order, { port: 18_080, script: 'bin/start' })).toMatchObject({
      facts: { current: { digest: fresh.digest, version: '1.1.0' }, process: 'running' },
    });
    expect(commands()).toBe(5);
  });

  test('sends no byte of a release that the host has', async () => {
    const { session, order } = aSession();
    await session.stage(order, artifactOf(fresh));
    const again = artifactOf(fresh);

    expect(await session.stage({ ...order, fence: 2 }, again)).toMatchObject({ kind: 'done' });
    expect(again.sentBytes()).toBe(0);
  });

  test('a package that changed on its way is refused as a package', async () => {
    const { session, order } = aSession();
    const other = {
      ...artifactOf(fresh),
      read: async function* () {
        yield Buffer.from('other bytes');
      },
    };

    expect(await session.stage(order, other)).toEqual({
      kind: 'refused',
      failure: {
        class: 'package',
        sentence: `Host web-1 (10.0.0.1): The bytes that arrived do not have the digest ${fresh.digest}; nothing was unpacked. Retry; if it happens again, check the network and the store.`,
      },
    });
  });

  test('a higher fence supersedes, and is no failure', async () => {
    const { session, order } = aSession();
    await session.state(order.basePath, 9);

    expect(await session.activate(order)).toEqual({
      kind: 'superseded',
      sentence: expect.stringContaining('has seen fence 9'),
      seen: 9,
    });
  });

  test('a directory that the user may not write to is said with its remedy', async () => {
    const { session, order, basePath } = aSession();
    writeFileSync(basePath, 'a file');
    chmodSync(basePath, 0o400);

    expect(await session.state(order.basePath, 1)).toMatchObject({
      kind: 'refused',
      failure: {
        class: 'permission',
        sentence: expect.stringMatching(
          /^Host web-1 \(10\.0\.0\.1\) did not take Interlock's helper into .*then retry\.$/,
        ),
      },
    });
  });

  test.each([
    [{ kind: 'lost', sentence: 'the connection ended' }, 'gave no answer: the connection ended'],
    [{ kind: 'exited', exitCode: 255, stdout: '', stderr: 'odd' }, 'exit code 255: odd'],
    [
      { kind: 'exited', exitCode: 0, stdout: 'send\nfence 1\n', stderr: '' },
      'an answer that cannot be read',
    ],
  ] as const)('%j leaves it open whether the act has happened', async (result, words) => {
    const { session, order } = aSession(result);

    expect(await session.activate(order)).toEqual({
      kind: 'lost',
      sentence: expect.stringContaining(words),
    });
  });

  test('a helper of another version does not disturb', async () => {
    const { session, order, basePath } = aSession();
    mkdirSync(join(basePath, '.interlock'), { recursive: true });
    writeFileSync(join(basePath, '.interlock', `helper-${'0'.repeat(64)}`), 'exit 1');

    expect(await session.state(order.basePath, 1)).toMatchObject({ kind: 'done' });
  });
});
