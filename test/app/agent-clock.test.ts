import { beforeEach, describe, expect, test } from '@jest/globals';
import { listAgents } from '#app/manage-agents';
import { aReleaseWorld, PROJECT } from '../support/release-world';
import type { ReleaseWorld } from '../support/release-world';

let world: ReleaseWorld;
beforeEach(async () => {
  world = await aReleaseWorld();
});

/** A poll a minute later: signs of life are written no oftener. */
async function poll(clockAheadSeconds?: number): Promise<void> {
  world.ports.pass(61);
  const clock = clockAheadSeconds === undefined ? {} : { clockAheadSeconds };
  const data = { version: '0.2.0', busy: false, speaks: [1, 2], ...clock };
  expect((await world.agent.call({ op: 'poll', data })).status).toBe(200);
}
const trouble = async () => (await listAgents(world.ports, PROJECT))[0]?.trouble;

describe('an agent whose clock is wrong', () => {
  test.each([
    [600, 'was 600 s ahead of Interlock'],
    [-900, 'was 900 s behind Interlock'],
  ])('by %i s gets work, and its admins read so in the settings', async (ahead, words) => {
    await poll();
    expect(await trouble()).toBeNull();

    await poll(ahead);

    expect(await trouble()).toContain(words);
    expect(await trouble()).toMatch(/set it, because beyond an hour the agent gets no work\.$/);
  });

  test('is not named any more once its clock is right', async () => {
    await poll(600);
    await poll();
    expect(await trouble()).toBeNull();
  });
});
