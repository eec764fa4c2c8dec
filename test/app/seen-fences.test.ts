/** Fences that an agent has seen at a target and that this store never gave out, as after a restore. */
import { describe, expect, test } from '@jest/globals';
import { FENCE_LEAP_MAX } from '#wire/agent';
import { LEADER, REPORTER, TESTER } from '../support/builders';
import { aReleaseWorld } from '../support/release-world';

const failure = { class: 'permission', sentence: 'Host web1 has seen a higher fence.' } as const;

/** The fence of the first claim, and of the one after a stage that failed so. */
async function fencesAround(fenceSeen?: number): Promise<readonly [number, number]> {
  const world = await aReleaseWorld();
  await world.click('submit', REPORTER);
  await world.click('start', TESTER);
  const first = await world.claim();
  const told = fenceSeen === undefined ? {} : { fenceSeen };
  expect(await world.finish(first, { kind: 'failed', failure, ...told })).toBe(200);
  expect((await world.record()).state).toMatchObject({ status: 'fix-pending', failure });

  await world.click('retry-code', LEADER);
  return [first.fence, (await world.claim('request-2')).fence];
}

describe('a stage that failed because a target had seen a higher fence', () => {
  test('is retried with a fence above it', async () => {
    const [, fence] = await fencesAround(120);

    expect(fence).toBe(121);
  });

  test('is retried with the next fence where the agent does not say which, or one that was given out', async () => {
    for (const seen of [undefined, 0, 1]) {
      const [before, after] = await fencesAround(seen);
      expect(after).toBe(before + 1);
    }
  });

  test('leaps over at most a million of fences', async () => {
    const [before, fence] = await fencesAround(1 + FENCE_LEAP_MAX);
    expect(fence).toBe(before + FENCE_LEAP_MAX + 1);

    const [first, ignored] = await fencesAround(2 + FENCE_LEAP_MAX);
    expect(ignored).toBe(first + 1);
  });
});
