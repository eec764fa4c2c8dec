import { beforeEach, describe, expect, test } from '@jest/globals';
import { listAgents } from '#app/manage-agents';
import { aReleaseWorld, PROJECT } from '../support/release-world';
import type { ReleaseWorld } from '../support/release-world';

let world: ReleaseWorld;
beforeEach(async () => {
  world = await aReleaseWorld();
});

const poll = (speaks?: readonly number[]) =>
  world.agent.call({
    op: 'poll',
    data: { version: '0.2.0', busy: false, ...(speaks && { speaks }) },
  });
const trouble = async () => (await listAgents(world.ports, PROJECT))[0]?.trouble;

describe('the version that the app speaks', () => {
  test('is the newest that the agent names too', async () => {
    expect((await poll([1, 2])).body).toMatchObject({ speak: 2 });
    expect((await poll([1])).body).toMatchObject({ speak: 1 });
    expect((await poll([2, 3])).body).toMatchObject({ speak: 2 });
    expect(await trouble()).toBeNull();
  });

  test('is not mentioned to an agent of 0.1, which names none', async () => {
    expect((await poll()).body).not.toHaveProperty('speak');
  });

  test.each([
    [[0], 'too old and gets no work; update it on its machine.'],
    [[3, 4], 'too new and gets no work; update the app, or take an older agent.'],
  ])('cannot be %j, which agent and settings page are told in words', async (speaks, words) => {
    await poll([1, 2]);
    world.ports.pass(61);
    const inbox = await world.ports.memory.get('inbox', world.agent.agentId);

    const answer = await poll(speaks);

    expect(answer).toMatchObject({
      status: 400,
      body: { error: 'invalid', speaks: [1, 2], message: expect.stringContaining(words) },
    });
    expect(await trouble()).toContain(words);
    // Nobody counts on it: a start is not let through because of its polls.
    expect(await world.ports.memory.get('inbox', world.agent.agentId)).toEqual(inbox);
  });

  test('cannot be a newer one after a restart, which people read of before the agent ends', async () => {
    await poll([1, 2]);
    world.ports.pass(61);
    let heard = 0;
    const restarted = async () => {
      const data = { version: '0.4.0', busy: false, speaks: [3, 4], heard };
      const answer = await world.agent.call({ op: 'poll', boot: 'start002', data });
      heard = (answer.body as { readonly now: number }).now;
      return answer;
    };

    expect(await restarted()).toMatchObject({ status: 503, body: { retryAfterSeconds: 1 } });
    world.ports.pass(1);
    expect(await restarted()).toMatchObject({ status: 400, body: { speaks: [1, 2] } });

    expect(await trouble()).toContain('too new');
  });
});
