import { describe, expect, test } from '@jest/globals';
import { showRelease } from '#app/show-release';
import { HOT_SECONDS_A_DAY } from '#wire/agent';
import type { PollAnswer } from '#wire/agent';
import { REPORTER, TESTER } from '../support/builders';
import { aReleaseWorld } from '../support/release-world';
import type { ReleaseWorld } from '../support/release-world';

const DAY = 86_400;

/** Lets the agent poll as it is told, never later than that, and counts. */
async function pollFor(world: ReleaseWorld, seconds: number, watched: () => Promise<void>) {
  const { ports, agent } = world;
  const end = ports.clock.now() + seconds;
  const speeds = new Map<number, number>();
  let calls = 0;
  let writesOfMinute = 0;
  let minute = 0;
  let mostWrites = 0;
  while (ports.clock.now() < end) {
    await watched();
    ports.resetCost();
    const data = { version: '0.2.0', busy: false, speaks: [1, 2], heard: ports.clock.now() };
    const answer = (await agent.call({ op: 'poll', data })).body as PollAnswer;
    calls += 1;
    const now = Math.floor(ports.clock.now() / 60);
    writesOfMinute = (now === minute ? writesOfMinute : 0) + ports.cost.writes;
    minute = now;
    mostWrites = Math.max(mostWrites, writesOfMinute);
    const wait = answer.nextPollMilliseconds / 1_000;
    speeds.set(wait, (speeds.get(wait) ?? 0) + wait);
    ports.pass(wait);
  }
  return { calls, mostWrites, speeds };
}

describe('what an agent costs', () => {
  test('that nobody needs is at most 45,000 calls a month and one write a minute', async () => {
    const world = await aReleaseWorld();

    const { calls, mostWrites } = await pollFor(world, DAY, async () => undefined);

    expect(calls * 31).toBeLessThanOrEqual(45_000);
    expect(mostWrites).toBe(1);
  }, 300_000);

  test('that somebody watches all day is two hot hours, then four calls a minute', async () => {
    const world = await aReleaseWorld();
    const { issue, ports } = world;
    await world.click('submit', REPORTER);
    // The day begins at midnight, as it is counted.
    ports.pass(DAY / 2);
    let looked = 0;
    const watch = async (): Promise<void> => {
      if (ports.clock.now() - looked < 20) return;
      looked = ports.clock.now();
      await showRelease(ports, { issueId: issue.id, accountId: TESTER });
    };

    const { speeds, mostWrites } = await pollFor(world, 3 * 3_600, watch);

    const hot = speeds.get(2) ?? 0;
    expect(Math.abs(hot - HOT_SECONDS_A_DAY)).toBeLessThanOrEqual(120);
    expect(speeds.get(15)).toBeGreaterThan(3_000);
    expect(mostWrites).toBeLessThanOrEqual(2);

    ports.pass(DAY - 3 * 3_600);
    const next = await pollFor(world, 600, watch);
    expect(next.speeds.get(2)).toBeGreaterThan(500);
  }, 300_000);
});
