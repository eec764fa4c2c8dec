import { describe, expect, test } from '@jest/globals';
import { generateKeyPairSync } from 'node:crypto';
import { Envelope, HeartbeatData, PROTOCOL_VERSIONS } from '#wire/agent';
import { createAppClient, enroll } from '../../agent/app-client';
import type { RawAnswer, SignedMessage } from '../../agent/app-client';
import { fingerprintOf, keyOf, sha256Hex, verifySignature } from '../../agent/keys';
import { createServerTime } from '../../agent/server-time';
import { IDENTITY } from './support/fake-app';
import { createVirtualClock } from './support/virtual-clock';

const HOUR = 3_600_000;
const pollAnswer = (now: number) => ({
  now,
  state: 'active',
  jobs: [],
  nextPollMilliseconds: 2_000,
});

/** A client whose messages are kept, with an app whose clock is ahead by some milliseconds. */
function aClient(answers: (message: SignedMessage) => RawAnswer, aheadMilliseconds = 0) {
  const clock = createVirtualClock();
  const key = keyOf(generateKeyPairSync('ed25519').privateKey);
  const time = createServerTime(clock);
  const sent: SignedMessage[] = [];
  const exchange = {
    post: async (message: SignedMessage) => {
      sent.push(message);
      return answers(message);
    },
  };
  const told: string[] = [];
  const log = {
    info: (message: string) => told.push(`info: ${message}`),
    warn: (message: string) => told.push(`warn: ${message}`),
    error: (message: string) => told.push(`error: ${message}`),
  };
  const troubles: string[] = [];
  const tell = (kind: string, sentence = 'over') => void troubles.push(`${kind}: ${sentence}`);
  const sender = {
    ...{ exchange, clock, time, key, boot: 'a1b2c3d4e5f6a7b8', log },
    troubles: { tell },
  };
  const appNow = (): number => Math.floor((clock.wallMilliseconds() + aheadMilliseconds) / 1_000);
  const client = createAppClient(sender, IDENTITY, '0.1.0');
  return { client, sender, sent, key, clock, appNow, told, troubles };
}

const inWords = (milliseconds: number): string =>
  `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;

const ok = (body: object): RawAnswer => ({
  kind: 'answered',
  status: 200,
  body: JSON.stringify(body),
});
const error = (status: number, body: object): RawAnswer => ({
  kind: 'answered',
  status,
  body: JSON.stringify(body),
});

describe('a message', () => {
  test('carries Standard Webhooks headers whose Ed25519 signature covers id, time and body', async () => {
    const { client, sent, key, appNow } = aClient(() => ok(pollAnswer(1)));

    await client.report({ job: '10001.9', fence: 7 }, 3, []);

    const { headers, body } = sent[0]!; // One message was sent.
    expect(headers).toEqual({
      'content-type': 'application/json',
      'webhook-id': '10001.9.7.3',
      'webhook-timestamp': String(appNow()),
      'webhook-signature': expect.stringMatching(/^v1a,[A-Za-z0-9+/]{86}==$/),
    });
    const signature = headers['webhook-signature']?.slice('v1a,'.length) ?? '';
    const signed = `${headers['webhook-id'] ?? ''}.${headers['webhook-timestamp'] ?? ''}.${body}`;
    expect(verifySignature(key.publicKey, signed, signature)).toBe(true);
    expect(verifySignature(key.publicKey, `${signed} `, signature)).toBe(false);
  });

  test('is an envelope of the protocol', async () => {
    const { client, sent, key } = aClient(() => ok(pollAnswer(1)));

    await client.report({ job: '10001.9', fence: 7 }, 3, []);

    expect(Envelope.parse(JSON.parse(sent[0]?.body ?? ''))).toEqual({
      v: 1,
      aud: IDENTITY.audience,
      op: 'report',
      agent: IDENTITY.agent,
      key: sha256Hex(Buffer.from(key.publicKey, 'base64')).slice(0, 16),
      boot: 'a1b2c3d4e5f6a7b8',
      job: '10001.9',
      fence: 7,
      seq: 3,
      data: { entries: [] },
    });
  });

  test('keeps its id when it is tried again, so that a lost answer costs nothing', async () => {
    const { client, sent } = aClient(() => ({ kind: 'unreachable', sentence: 'cut' }));

    await client.finish({ job: '10001.9', fence: 7 }, 4, { kind: 'succeeded' });
    await client.finish({ job: '10001.9', fence: 7 }, 4, { kind: 'succeeded' });

    expect(sent.map(({ headers }) => headers['webhook-id'])).toEqual([
      '10001.9.7.4',
      '10001.9.7.4',
    ]);
  });

  test('of a heartbeat keeps within the protocol, however long the names in its step are', async () => {
    const { client, sent } = aClient(() => ok(pollAnswer(1)));

    await client.heartbeat({ job: '10001.9', fence: 7 }, `start 1.1.0 on ${'w'.repeat(200)}`);
    // The last character that fits is half of one.
    await client.heartbeat({ job: '10001.9', fence: 7 }, `${'w'.repeat(199)}\u{1f600}`);

    const steps = sent.map(({ body }) => {
      const { data } = Envelope.parse(JSON.parse(body));
      return HeartbeatData.parse(data).step;
    });
    expect(steps).toEqual([`start 1.1.0 on ${'w'.repeat(185)}`, `${'w'.repeat(199)}\ufffd`]);
  });

  test('of enrollment proves possession of the key that it names', async () => {
    const { sender, sent, key } = aClient(() => error(401, { error: 'unauthorized', now: 1 }));

    await enroll(sender, 'c'.repeat(32), 'agent one');

    const { headers, body } = sent[0]!; // One message was sent.
    const envelope = Envelope.parse(JSON.parse(body));
    expect(envelope).toMatchObject({ op: 'enroll', agent: '-' });
    expect(envelope.data).toEqual({
      code: 'c'.repeat(32),
      name: 'agent one',
      publicKey: key.publicKey,
      speaks: [...PROTOCOL_VERSIONS],
    });
    const signed = `${headers['webhook-id'] ?? ''}.${headers['webhook-timestamp'] ?? ''}.${body}`;
    const signature = headers['webhook-signature']?.slice('v1a,'.length) ?? '';
    expect(verifySignature(key.publicKey, signed, signature)).toBe(true);
  });
});

describe('the app’s time', () => {
  test('is learned from a 401 of a clock that is ten minutes off, and the message is sent once more', async () => {
    const ahead = 600_000;
    const world = aClient((message) => {
      const now = world.appNow();
      const isClose = Math.abs(Number(message.headers['webhook-timestamp']) - now) <= 300;
      return isClose ? ok(pollAnswer(now)) : error(401, { error: 'unauthorized', now });
    }, ahead);

    expect(await world.client.poll()).toMatchObject({ kind: 'answered' });
    expect(world.sent).toHaveLength(2);
    expect(world.client.serverSeconds()).toBe(world.appNow());
    expect(new Set(world.sent.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  });

  test('does not correct a clock that is more than an hour off', async () => {
    const world = aClient(
      () => error(401, { error: 'unauthorized', now: world.appNow() }),
      3 * HOUR,
    );

    expect(await world.client.poll()).toMatchObject({ kind: 'refused', error: 'unauthorized' });
    expect(world.sent).toHaveLength(1);
  });

  test('that is minutes away from the agent’s own is used, and the agent says so once, with both times', async () => {
    const world = aClient(() => ok(pollAnswer(world.appNow())), 600_000);

    await world.client.poll();
    await world.client.poll();

    const own = world.clock.wallMilliseconds();
    expect(world.told).toEqual([
      `warn: The clock of this machine says ${inWords(own)} and Interlock's says ${inWords(own + 600_000)}; messages are signed with Interlock's time, which this agent does for up to an hour of difference: set the clock of this machine.`,
    ]);
    const polls = world.sent.map(({ body }) => Envelope.parse(JSON.parse(body)).data);
    expect(polls).toEqual([
      expect.not.objectContaining({ clockAheadSeconds: expect.anything() }),
      expect.objectContaining({ clockAheadSeconds: -600 }),
    ]);
  });

  test.each([
    ['a day behind', 24 * HOUR],
    ['a day ahead of', -24 * HOUR],
  ])('when the agent’s clock is %s it: the refusal names both times', async (_, ahead) => {
    const world = aClient(() => error(401, { error: 'unauthorized', now: world.appNow() }), ahead);

    const sentence = `The clock of this machine says ${inWords(world.clock.wallMilliseconds())} and Interlock's says ${inWords(world.clock.wallMilliseconds() + ahead)}, more than an hour apart, so this agent begins no work: set the clock of this machine, then it goes on by itself.`;
    expect(await world.client.poll()).toMatchObject({
      kind: 'refused',
      message: sentence,
      isClock: true,
    });
    expect(world.told).toEqual([`error: ${sentence}`]);
    expect(world.troubles).toEqual([`clock: ${sentence}`]);
  });

  test('goes on by the larger of both clocks, and never behind the app’s', async () => {
    const { client, clock, appNow } = aClient(() => ok(pollAnswer(appNow())));
    await client.poll();
    const before = client.serverSeconds();

    clock.jump(-HOUR);
    await clock.drive(clock.sleep(100_000));

    expect(client.serverSeconds()).toBe(before + 100);
  });
});

describe('an answer', () => {
  test.each([
    [401, 'unauthorized'],
    [403, 'pending'],
    [409, 'stale'],
    [409, 'taken'],
    [410, 'gone'],
    [400, 'invalid'],
  ])('%i %s is a refusal with a sentence', async (status, name) => {
    const { client, appNow } = aClient(() => error(status, { error: name, now: appNow() }));

    expect(await client.poll()).toEqual({
      kind: 'refused',
      error: name,
      message: expect.stringMatching(/\.$/),
    });
  });

  test('409 gap says from where to send again, 503 busy when', async () => {
    const gap = aClient(() => error(409, { error: 'gap', now: 1, expectedSeq: 4 }));
    const busy = aClient(() =>
      error(503, { error: 'busy', now: 1, retryAfterSeconds: 7, message: 'Later.' }),
    );

    expect(await gap.client.poll()).toMatchObject({ error: 'gap', expectedSeq: 4 });
    expect(await busy.client.poll()).toEqual({
      kind: 'refused',
      error: 'busy',
      retryAfterSeconds: 7,
      message: 'Later.',
    });
  });

  test.each([
    ['a proxy’s page', error(502, {})],
    ['half an answer', { kind: 'answered', status: 200, body: '{"now":1' }],
    ['an answer without what was asked for', ok({ now: 1 })],
  ] as const)('counts %s as no answer', async (_name, raw) => {
    const { client } = aClient(() => raw);

    expect(await client.poll()).toMatchObject({ kind: 'unreachable' });
  });
});

test('a fingerprint is read aloud in groups of four', () => {
  const { publicKey } = keyOf(generateKeyPairSync('ed25519').privateKey);

  expect(fingerprintOf(publicKey)).toMatch(/^([0-9a-f]{4} ){15}[0-9a-f]{4}$/);
});
