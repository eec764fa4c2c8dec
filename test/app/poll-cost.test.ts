import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { parse } from 'yaml';
import { z } from 'zod';
import { handleAgentCall } from '#app/handle-agent';
import { createEnrollment } from '#app/manage-agents';
import { showRelease } from '#app/show-release';
import { HOT_SECONDS_A_DAY } from '#wire/agent';
import type { PollAnswer } from '#wire/agent';
import { createCaller } from '../support/agent-caller';
import { REPORTER, TESTER } from '../support/builders';
import { aReleaseWorld, PROJECT } from '../support/release-world';
import type { ReleaseWorld } from '../support/release-world';

const DAY = 86_400;
/** The longest month. */
const DAYS_A_MONTH = 31;

/** What a function of the manifest costs, in gigabytes. */
function memoryOf(trigger: string): number {
  const Manifest = z.object({
    modules: z.object({
      webtrigger: z.array(z.object({ key: z.string(), function: z.string() })),
      function: z.array(
        z.object({ key: z.string(), runtime: z.object({ memoryMB: z.number() }).optional() }),
      ),
    }),
  });
  const file = join(__dirname, '../../manifest.yml');
  const { modules } = Manifest.parse(parse(readFileSync(file, 'utf8')));
  const name = modules.webtrigger.find(({ key }) => key === trigger)?.function;
  const found = modules.function.find(({ key }) => key === name);
  if (!found) throw new Error(`The manifest has no web trigger ${trigger}.`);
  // A function that asks for nothing gets 512 MB.
  return (found.runtime?.memoryMB ?? 512) / 1_024;
}

/** Lets the agent poll as it is told, never later than that, and counts. */
async function pollFor(
  world: Pick<ReleaseWorld, 'ports' | 'agent'>,
  seconds: number,
  watched: () => Promise<void>,
) {
  const { ports, agent } = world;
  const end = ports.clock.now() + seconds;
  const speeds = new Map<number, number>();
  let calls = 0;
  let writesOfMinute = 0;
  let minute = 0;
  let mostWrites = 0;
  const spent = { reads: 0, writes: 0, processorSeconds: 0 };
  while (ports.clock.now() < end) {
    await watched();
    ports.resetCost();
    const data = { version: '0.2.0', busy: false, speaks: [1, 2], heard: ports.clock.now() };
    const request = agent.request({ op: 'poll', data });
    const before = process.cpuUsage();
    const answer = (await handleAgentCall(ports, request)).body as PollAnswer;
    const { user, system } = process.cpuUsage(before);
    spent.processorSeconds += (user + system) / 1_000_000;
    spent.reads += ports.cost.reads;
    spent.writes += ports.cost.writes;
    calls += 1;
    const now = Math.floor(ports.clock.now() / 60);
    writesOfMinute = (now === minute ? writesOfMinute : 0) + ports.cost.writes;
    minute = now;
    mostWrites = Math.max(mostWrites, writesOfMinute);
    const wait = answer.nextPollMilliseconds / 1_000;
    speeds.set(wait, (speeds.get(wait) ?? 0) + wait);
    ports.pass(wait);
  }
  return { calls, mostWrites, speeds, spent };
}

describe('what an agent costs', () => {
  test('that nobody needs is at most 45,000 calls a month and one write a minute', async () => {
    const world = await aReleaseWorld();
    // The minute after it was confirmed comes once, not daily: 30 calls more.
    world.ports.pass(60);

    const { calls, mostWrites } = await pollFor(world, DAY, async () => undefined);

    expect(calls * DAYS_A_MONTH + 30).toBeLessThanOrEqual(45_000);
    expect(mostWrites).toBe(1);
  }, 300_000);

  test('that nobody confirms is as much: after ten minutes it asks every minute', async () => {
    const world = await aReleaseWorld();
    const { ports } = world;
    const { code } = await createEnrollment(ports, {
      project: PROJECT,
      name: 'Room 2',
      environments: ['SIT'],
    });
    const agent = createCaller(ports);
    const data = { code, name: 'room2', publicKey: agent.keys.publicKey };
    expect((await agent.call({ op: 'enroll', agent: '-', data })).status).toBe(200);

    const { calls, speeds, mostWrites } = await pollFor(
      { ports, agent },
      DAY,
      async () => undefined,
    );

    expect(speeds.get(5)).toBe(600);
    // Those of ten minutes come once, not daily.
    expect(calls).toBeLessThanOrEqual(DAY / 60 + 110);
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

  /**
   * Nobody could measure Forge's storage here. Assumed: one request to it takes 100 ms, so that a poll, with its two
   * reads one after the other, takes the 200 ms that people report as the upper end for a warm function with its
   * storage (50 to 200 ms; forge-apps.com, read 2026-11-20). A function gets processor time in proportion to its
   * memory, a whole core at 1,769 MB (docs.aws.amazon.com/lambda, Configure function memory), so that what is
   * measured here takes seven times as long at 256 MB. An agent that comes every minute finds the function warm.
   */
  test('that somebody watches for two hours a day is at most 10,000 GB-seconds a month', async () => {
    const storageSeconds = 0.1;
    const wholeCoreGigabytes = 1_769 / 1_024;
    const gigabytes = memoryOf('agent');
    const world = await aReleaseWorld();
    const { issue, ports } = world;
    await world.click('submit', REPORTER);
    ports.pass(DAY / 2);
    let looked = 0;
    const hot = await pollFor(world, HOT_SECONDS_A_DAY, async () => {
      if (ports.clock.now() - looked < 20) return;
      looked = ports.clock.now();
      await showRelease(ports, { issueId: issue.id, accountId: TESTER });
    });
    const far = await pollFor(world, DAY - HOT_SECONDS_A_DAY, async () => undefined);

    const sum = (of: (part: typeof far) => number): number => of(hot) + of(far);
    const calls = sum((part) => part.calls);
    const requests = sum(({ spent }) => spent.reads + spent.writes);
    const processorSeconds = sum(({ spent }) => spent.processorSeconds);
    const seconds = requests * storageSeconds + (processorSeconds * wholeCoreGigabytes) / gigabytes;
    const month = seconds * gigabytes * DAYS_A_MONTH;
    process.stderr.write(
      `an agent with two hot hours a day: ${calls * DAYS_A_MONTH} calls a month, ${requests * DAYS_A_MONTH} requests to the store, ` +
        `${((processorSeconds / calls) * 1_000).toFixed(2)} ms of processor time a poll: ${month.toFixed(0)} GB-s a month at ${gigabytes * 1_024} MB\n`,
    );
    expect(hot.calls).toBeGreaterThan(HOT_SECONDS_A_DAY / 2.1);
    expect(month).toBeLessThanOrEqual(10_000);
  }, 300_000);
});
