import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { generateKeyPairSync } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  utimesSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { handleAgentCall } from '#app/handle-agent';
import { approveAgent, createEnrollment } from '#app/manage-agents';
import { createAppClient, enroll } from '../../agent/app-client';
import type { RawAnswer, SignedMessage } from '../../agent/app-client';
import { createKeyFiles } from '../../agent/key-files';
import { createKeyRing } from '../../agent/key-ring';
import { keyOf, openKey } from '../../agent/keys';
import { createKeyRenewal } from '../../agent/renew-key';
import type { KeyFiles } from '../../agent/renew-key';
import { createServerTime } from '../../agent/server-time';
import { aReleaseWorld, PROJECT } from '../support/release-world';
import type { ReleaseWorld } from '../support/release-world';
import { silent } from './support/an-agent';

const DAY = 86_400;

class Crash extends Error {}

let world: ReleaseWorld;
let directory: string;
let identity: { agent: string; audience: string; appKey: string };
beforeEach(async () => {
  world = await aReleaseWorld();
  directory = mkdtempSync(join(tmpdir(), 'keys-'));
  const { code } = await createEnrollment(world.ports, {
    project: PROJECT,
    name: 'Room 2',
    environments: ['SIT'],
  });
  const sender = senderOf(openKey(places().key), async () => undefined);
  const enrolled = await enroll(sender, code, 'room2');
  if (enrolled.kind !== 'answered') throw new Error(enrolled.kind);
  const { agent: agentId, fingerprint } = enrolled.answer;
  identity = enrolled.answer;
  await approveAgent(world.ports, { project: PROJECT, agentId, fingerprint });
});
afterEach(() => rmSync(directory, { recursive: true }));

const places = () => ({ key: join(directory, 'key.pem'), nextKey: join(directory, 'next.pem') });

const clock = {
  wallMilliseconds: () => world.ports.clock.now() * 1_000,
  monotonicMilliseconds: () => world.ports.clock.now() * 1_000,
  sleep: async () => undefined,
};

/** `strike` is called before a message is sent and after it was answered; it may throw. */
const senderOf = (
  key: Parameters<typeof createKeyRing>[0],
  strike: (moment: 'before' | 'after', op: string) => Promise<void>,
) => ({
  exchange: {
    post: async ({ headers, body }: SignedMessage): Promise<RawAnswer> => {
      const op = /"op":"([a-z-]+)"/.exec(body)?.[1] ?? '';
      await strike('before', op);
      const answer = await handleAgentCall(world.ports, {
        method: 'POST',
        headers: Object.fromEntries(
          Object.entries(headers).map(([name, value]) => [name, [value]]),
        ),
        body,
      });
      await strike('after', op);
      return { kind: 'answered', status: answer.status, body: JSON.stringify(answer.body) };
    },
  },
  clock,
  time: createServerTime(clock),
  key,
  boot: `boot${String(Math.random()).slice(2, 12)}`,
  log: silent,
});

/** One life of the agent: polls so often, and renews its key when that is due. */
async function live(polls: number, crash?: string, disk?: 'no room') {
  const current = openKey(places().key);
  const files = createKeyFiles(current, places());
  const dying = async (moment: string): Promise<void> => {
    if (moment === crash) throw new Crash(moment);
  };
  const mortal: KeyFiles = {
    ...files,
    makeNext: async () => {
      await dying('before the key is made');
      const key = await files.makeNext();
      await dying('after the key is made');
      return key;
    },
    promote: async () => {
      await dying('before the key takes its place');
      if (disk === 'no room') return 'The disk is full.';
      const end = await files.promote();
      await dying('after the key took its place');
      return end;
    },
  };
  const ring = createKeyRing(current);
  const sender = senderOf(ring, async (moment, op) => {
    if (op === 'add-key') await dying(`${moment} the app hears of it`);
  });
  const app = createAppClient(sender, identity, '0.2.0');
  const renew = createKeyRenewal({
    files: mortal,
    ring,
    app,
    clock,
    log: silent,
    identity,
    days: 30,
  });
  const answers: string[] = [];
  try {
    for (let poll = 0; poll < polls; poll += 1) {
      const result = await app.poll();
      answers.push(result.kind === 'refused' ? result.error : result.kind);
      await renew(result.kind === 'answered');
      world.ports.pass(60);
    }
  } catch (error) {
    if (!(error instanceof Crash)) throw error;
    answers.push('crashed');
  }
  return answers;
}

/** The key that enrolled is older than it may become. */
const age = (): void => {
  const born = world.ports.clock.now() - 31 * DAY;
  utimesSync(places().key, born, born);
};
const keyIdOf = (file: string): string => openKey(file).keyId;
const keysAtApp = async () =>
  (await world.ports.memory.get('agent', identity.agent))?.keys.map(({ id }) => id) ?? [];

describe('the key of an agent', () => {
  test('stays while it is young', async () => {
    const first = keyIdOf(places().key);
    utimesSync(places().key, world.ports.clock.now(), world.ports.clock.now());

    await live(5);

    expect(keyIdOf(places().key)).toBe(first);
    expect(await keysAtApp()).toEqual([first]);
  });

  test('is replaced when it is a month old, and signs from then on', async () => {
    const first = keyIdOf(places().key);
    age();

    expect(await live(5)).toEqual(Array(5).fill('answered'));

    const second = keyIdOf(places().key);
    expect(second).not.toBe(first);
    expect(await keysAtApp()).toEqual([first, second]);
    expect(readdirSync(directory)).toEqual(['key.pem']);
    world.ports.pass(2 * DAY);
    expect(await live(2)).toEqual(['answered', 'answered']);
  });

  test.each([
    'before the key is made',
    'after the key is made',
    'before the app hears of it',
    'after the app hears of it',
    'before the key takes its place',
    'after the key took its place',
  ])(
    'is replaced as well when the agent dies %s, even if it is away for two days',
    async (moment) => {
      for (const away of [0, 2 * DAY]) {
        age();
        const before = keyIdOf(places().key);
        expect((await live(5, moment)).at(-1)).toBe('crashed');
        world.ports.pass(away);

        const answers = await live(5);

        expect(answers.slice(-3)).toEqual(['answered', 'answered', 'answered']);
        expect(readdirSync(directory)).toEqual(['key.pem']);
        expect(keyIdOf(places().key)).not.toBe(before);
        expect((await keysAtApp()).at(-1)).toBe(keyIdOf(places().key));
      }
    },
  );

  test('stays while its disk takes no other, and is replaced once there is room', async () => {
    age();
    const first = keyIdOf(places().key);
    // A directory in the way fails each write as a full disk does, for root as well.
    mkdirSync(join(directory, '.next.pem.new'));

    expect(await live(3)).toEqual(['answered', 'answered', 'answered']);
    expect(keyIdOf(places().key)).toBe(first);

    rmdirSync(join(directory, '.next.pem.new'));
    expect(await live(61)).toEqual(Array(61).fill('answered'));
    expect(keyIdOf(places().key)).not.toBe(first);
  });

  test('is in use from when the app has it, also where it cannot take its place on disk', async () => {
    age();
    const former = keyIdOf(places().key);

    expect(await live(3, 'never', 'no room')).toEqual(['answered', 'answered', 'answered']);

    const [, second] = await keysAtApp();
    expect(keyIdOf(places().key)).toBe(former);
    world.ports.pass(2 * DAY);
    expect((await live(4)).at(-1)).toBe('answered');
    expect(keyIdOf(places().key)).toBe(second);
  });

  test('is not replaced where the app does not take it, and the agent works on', async () => {
    age();
    const first = readFileSync(places().key, 'utf8');
    world.ports.meanwhile = async () => {
      throw new Error('the store is down');
    };

    expect((await live(1)).at(-1)).toBeDefined();

    world.ports.meanwhile = undefined;
    expect(readFileSync(places().key, 'utf8')).toBe(first);
    expect((await live(3)).slice(-1)).toEqual(['answered']);
  });
});

describe('a key ring', () => {
  test('signs with the key that it was given last', () => {
    const [one, two] = [1, 2].map(() => keyOf(generateKeyPairSync('ed25519').privateKey));
    if (!one || !two) throw new Error('There are two keys.');
    const ring = createKeyRing(one);
    ring.replace(two);

    expect([ring.keyId, ring.publicKey, ring.sign('a')]).toEqual([
      two.keyId,
      two.publicKey,
      two.sign('a'),
    ]);
  });
});
