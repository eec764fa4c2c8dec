import { beforeEach, describe, expect, test } from '@jest/globals';
import { createHash, sign } from 'node:crypto';
import { createEnrollment, revokeAgent } from '#app/manage-agents';
import { handleAgentCall } from '#app/handle-agent';
import type { AgentRequest } from '#app/agent-message';
import { BODY_MAX_BYTES } from '#wire/agent';
import { signedText } from '#wire/signature';
import { createCaller, makeKeys, signedRequest } from '../support/agent-caller';
import { NOW } from '../support/builders';
import { aReleaseWorld, enrollAgent, PROJECT } from '../support/release-world';
import type { ReleaseWorld } from '../support/release-world';

const POLL = { op: 'poll', data: { version: '0.1.0', busy: false } } as const;

let world: ReleaseWorld;
beforeEach(async () => {
  world = await aReleaseWorld();
});

type Spoil = (request: AgentRequest) => AgentRequest;

const withHeader =
  (name: string, ...values: readonly string[]): Spoil =>
  (request) => ({ ...request, headers: { ...request.headers, [name]: values } });

/** What a stranger is told: nothing but the time. */
const STRANGER = {
  status: 401,
  body: {
    type: 'urn:interlock:problem:unauthorized',
    title: 'The message is not from an agent of this installation.',
    status: 401,
    error: 'unauthorized',
    now: NOW,
  },
};

async function knockWith(request: AgentRequest) {
  const before = new Map(world.ports.memory.rows);
  world.ports.resetCost();
  const answer = await handleAgentCall(world.ports, request);
  return {
    answer,
    reads: world.ports.cost.reads,
    writes: world.ports.cost.writes,
    changed: ![...world.ports.memory.rows].every(([row, value]) => before.get(row) === value),
  };
}

describe('a stranger at the agent’s door', () => {
  test('whose key nobody has enrolled is told no more than anybody else', async () => {
    const stranger = createCaller(world.ports);

    expect((await knockWith(stranger.request(POLL))).answer).toEqual(STRANGER);
    const asAnother = createCaller(world.ports, stranger.keys, world.agent.agentId);
    expect((await knockWith(asAnother.request(POLL))).answer).toEqual(STRANGER);
  });

  test('may be another agent: one agent’s key opens nothing in another’s name', async () => {
    const other = await enrollAgent(world.ports);
    const disguised = createCaller(world.ports, other.keys, world.agent.agentId);

    expect((await knockWith(disguised.request(POLL))).answer).toEqual(STRANGER);
  });

  test('cannot pass a signed decision off as a message', async () => {
    const { keys } = world.agent;
    const request = world.agent.request(POLL);
    const text = `interlock-decision.v1.${request.body}`;
    const signature = sign(null, Buffer.from(text), keys.privateKey).toString('base64');

    const knock = await knockWith(withHeader('webhook-signature', `v1a,${signature}`)(request));

    expect(knock.answer).toEqual(STRANGER);
  });

  test('is a revoked agent, from the very next call on', async () => {
    expect((await world.agent.call(POLL)).status).toBe(200);

    await revokeAgent(world.ports, { project: PROJECT, agentId: world.agent.agentId });

    expect((await knockWith(world.agent.request(POLL))).answer).toEqual(STRANGER);
  });
});

describe('the clock at the agent’s door', () => {
  test.each([
    [-301, 401],
    [-300, 200],
    [0, 200],
    [300, 200],
    [301, 401],
  ])('lets a message of %d s come in with %d', async (skew, status) => {
    const { keys, agentId } = world.agent;
    const { body } = createCaller(world.ports, keys, agentId).request(POLL);

    const answer = await handleAgentCall(
      world.ports,
      signedRequest(keys, body, String(NOW + skew)),
    );

    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ now: NOW });
  });
});

describe('the size at the agent’s door', () => {
  const padded = (bytes: number): AgentRequest => {
    const { keys } = world.agent;
    const { body } = world.agent.request({ ...POLL, data: { ...POLL.data, pad: '' } });
    const filled = body.replace('"pad":""', `"pad":"${'x'.repeat(bytes - body.length)}"`);
    return signedRequest(keys, filled, String(NOW));
  };

  test('is 256 KiB: a message of exactly so many bytes is read, one byte more is not', async () => {
    expect(Buffer.byteLength(padded(BODY_MAX_BYTES).body)).toBe(BODY_MAX_BYTES);

    expect((await knockWith(padded(BODY_MAX_BYTES))).answer.status).toBe(200);
    expect((await knockWith(padded(BODY_MAX_BYTES + 1))).answer).toEqual(STRANGER);
  });

  test('counts bytes, not characters', async () => {
    const { keys } = world.agent;
    const { body } = world.agent.request({ ...POLL, data: { ...POLL.data, pad: '界' } });
    const filled = body.replace('界', '界'.repeat(BODY_MAX_BYTES / 2));
    const request = signedRequest(keys, filled, String(NOW));

    expect((await knockWith(request)).answer).toEqual(STRANGER);
  });
});

describe('a known agent at the door', () => {
  test('may number its messages in words with dots', async () => {
    const { keys } = world.agent;
    const { body } = world.agent.request(POLL);
    const id = '10001.7.3.fetch.0123456789abcdef.0';
    const signature = sign(null, Buffer.from(signedText(id, String(NOW), body)), keys.privateKey);
    const request = signedRequest(keys, body, String(NOW));

    const answer = await handleAgentCall(world.ports, {
      ...request,
      headers: {
        ...request.headers,
        'webhook-id': [id],
        'webhook-signature': [`v1a,${signature.toString('base64')}`],
      },
    });

    expect(answer.status).toBe(200);
  });

  test('may sign with its old and its new key at once', async () => {
    const request = world.agent.request(POLL);
    const own = request.headers['webhook-signature']?.[0] ?? '';
    const other = `v1a,${Buffer.alloc(64, 1).toString('base64')}`;

    const both = withHeader('webhook-signature', `${other} ${own}`)(request);

    expect((await handleAgentCall(world.ports, both)).status).toBe(200);
  });

  test('reads in one sentence where its data break the protocol', async () => {
    const answer = await world.agent.call({ op: 'poll', data: { version: 7, busy: false } });

    expect(answer).toMatchObject({
      status: 400,
      body: { error: 'invalid', message: 'The data of poll break the protocol at version.' },
    });
  });

  test('may poll before an admin has confirmed it, and gets 403 for anything else', async () => {
    const keys = makeKeys();
    const { code } = await createEnrollment(world.ports, {
      project: PROJECT,
      name: 'Room 2',
      environments: ['SIT'],
    });
    const pending = createCaller(world.ports, keys);
    await pending.call({
      op: 'enroll',
      agent: '-',
      data: { code, name: 'room2', publicKey: keys.publicKey },
    });

    expect(await pending.call(POLL)).toMatchObject({ status: 200, body: { state: 'pending' } });
    for (const op of ['claim', 'fetch', 'heartbeat', 'report', 'finish'] as const) {
      expect(await pending.call({ op, job: '10001.5', data: {} })).toMatchObject({
        status: 403,
        body: { error: 'pending', now: NOW },
      });
    }
  });

  test('is told to come again when our own side fails', async () => {
    const failing = { ...world.ports.store, get: async () => Promise.reject(new Error('down')) };

    const answer = await handleAgentCall(
      { ...world.ports, store: failing },
      world.agent.request(POLL),
    );

    expect(answer).toMatchObject({
      status: 503,
      body: { error: 'busy', now: NOW, retryAfterSeconds: 5 },
    });
  });
});

test('the key id is the beginning of the digest of the raw key', () => {
  const { publicKey, keyId } = makeKeys();
  const digest = createHash('sha256').update(Buffer.from(publicKey, 'base64')).digest('hex');

  expect(keyId).toBe(digest.slice(0, 16));
  expect(world.ports.crypto.keyId(publicKey)).toBe(keyId);
});
