import { beforeEach, describe, expect, test } from '@jest/globals';
import { KEY_OVERLAP_SECONDS } from '#wire/agent';
import { createCaller, newKey } from '../support/agent-caller';
import type { AgentCaller } from '../support/agent-caller';
import { NOW } from '../support/builders';
import { aReleaseWorld, enrollAgent } from '../support/release-world';
import type { ReleaseWorld } from '../support/release-world';

let world: ReleaseWorld;
beforeEach(async () => {
  world = await aReleaseWorld();
  await statusOf(world.agent);
});

const POLL = { op: 'poll', data: { version: '0.2.0', busy: false } } as const;
const statusOf = async (caller: AgentCaller): Promise<number> => (await caller.call(POLL)).status;
const keysOf = async () => (await world.ports.memory.get('agent', world.agent.agentId))?.keys;

/** Adds a key with the one that signs, and gives the caller that signs with the new one. */
async function renew(from: AgentCaller) {
  const { keys, data } = newKey(from, world.ports);
  const answer = await from.call({ op: 'add-key', data });
  return { answer, data, caller: createCaller(world.ports, keys, from.agentId) };
}

describe('a new key', () => {
  test('is good at once, and the former one for a day more', async () => {
    const { answer, caller } = await renew(world.agent);

    expect(answer).toMatchObject({
      status: 200,
      body: { key: caller.keys.keyId, formerUntil: NOW + KEY_OVERLAP_SECONDS },
    });
    expect(KEY_OVERLAP_SECONDS).toBeLessThanOrEqual(24 * 3_600);
    expect([await statusOf(caller), await statusOf(world.agent)]).toEqual([200, 200]);
    world.ports.pass(KEY_OVERLAP_SECONDS);
    expect(await statusOf(world.agent)).toBe(200);
    world.ports.pass(1);
    expect([await statusOf(caller), await statusOf(world.agent)]).toEqual([200, 401]);
  });

  test('asked for again gets the same answer and changes nothing', async () => {
    const { answer, data } = await renew(world.agent);
    world.ports.pass(60);
    const before = await keysOf();

    const again = await world.agent.call({ op: 'add-key', data });

    expect(again.body).toEqual({ ...answer.body, now: NOW + 60 });
    expect(await keysOf()).toEqual(before);
  });

  test('may be replaced in its turn: never are more than two good', async () => {
    const second = await renew(world.agent);
    const third = await renew(second.caller);

    expect(third.answer.status).toBe(200);
    expect(await keysOf()).toHaveLength(2);
    expect(await statusOf(world.agent)).toBe(401);
    expect([await statusOf(second.caller), await statusOf(third.caller)]).toEqual([200, 200]);
  });

  test('is not added by a key that is being replaced', async () => {
    await renew(world.agent);
    const before = await keysOf();

    const other = await renew(world.agent);

    expect(other.answer).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining('only the newest key') },
    });
    expect(await keysOf()).toEqual(before);
  });

  test('has to sign for itself, for this agent, at this installation', async () => {
    const other = await enrollAgent(world.ports);
    const mine = newKey(world.agent, world.ports).data;
    const others = newKey(other, world.ports).data;
    const elsewhere = newKey(world.agent, { ...world.ports, audience: 'another' }).data;

    for (const data of [{ ...mine, proof: others.proof }, others, elsewhere]) {
      expect(await world.agent.call({ op: 'add-key', data })).toMatchObject({
        status: 400,
        body: { error: 'invalid', message: expect.stringContaining('has not signed for itself') },
      });
    }
    expect(await keysOf()).toHaveLength(1);
  });

  test('is one of at most two, however many ask at once', async () => {
    const asked = Array.from({ length: 12 }, () => newKey(world.agent, world.ports));

    const answers = await Promise.all(
      asked.map(({ data }) => world.agent.call({ op: 'add-key', data })),
    );

    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(await keysOf()).toHaveLength(2);
  });

  test('cannot be asked for by anybody whose key the app does not know', async () => {
    const stranger = createCaller(
      world.ports,
      newKey(world.agent, world.ports).keys,
      world.agent.agentId,
    );

    expect((await renew(stranger)).answer.status).toBe(401);
  });
});
