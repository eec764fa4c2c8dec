import { describe, expect, test } from '@jest/globals';
import { applyTransition } from '#app/apply-transition';
import { aSite, REPORTER, someHosts, TESTER } from '../support/builders';
import type { ReleaseEvent } from '#core/release-event';
import { aReleaseWorld } from '../support/release-world';
import type { ReleaseWorld } from '../support/release-world';

interface Cost {
  readonly reads: number;
  readonly writes: number;
  readonly jiraCalls: number;
}

const LIMIT: Cost = { reads: 12, writes: 8, jiraCalls: 4 };

/** What a click on Start costs until its post-function has answered, and with the effects it leaves. */
async function costOfStart(world: ReleaseWorld): Promise<{ answer: Cost; all: Cost }> {
  const { ports } = world;
  const now = (): Cost => ({ ...ports.cost, jiraCalls: ports.jira.calls.length });
  ports.resetCost();
  const clicked = await world.clickOnly('start', TESTER);
  if (clicked.kind !== 'moved') throw new Error(JSON.stringify(clicked));
  await applyTransition(ports, clicked.click);
  const answer = now();
  await ports.drain();
  return { answer, all: now() };
}

async function readyWorld(hosts = 2): Promise<ReleaseWorld> {
  const world = await aReleaseWorld({ sites: [aSite({ hosts: someHosts(hosts) })] });
  await world.click('submit', REPORTER);
  return world;
}

/** So many releases that have come and gone, as their rows would lie there. */
async function withPastReleases(world: ReleaseWorld, count: number): Promise<void> {
  const { memory } = world.ports;
  const record = await world.record();
  const event: ReleaseEvent = { type: 'approvals-met' };
  for (let serial = 0; serial < count; serial += 1) {
    const issueId = String(500_000 + serial);
    await memory.create('release', issueId, {
      ...record,
      status: 'released',
      state: { ...record.state, issueId, status: 'released' },
    });
    await memory.create('events', `${issueId}.00001`, {
      version: 1,
      project: record.project,
      at: 1,
      issueId,
      segment: 1,
      firstSerial: 1,
      events: [event],
      previous: '',
      hash: 'h',
    });
  }
}

const print = (what: string, { reads, writes, jiraCalls }: Cost): void => {
  process.stdout.write(`${what}: ${reads} reads, ${writes} writes, ${jiraCalls} Jira calls\n`);
};

describe('the cost of a click on Start', () => {
  test('stays within 12 reads, 8 writes and 4 Jira calls before the answer, and 8 calls in all', async () => {
    const { answer, all } = await costOfStart(await readyWorld());

    print('Start, validator and post-function', answer);
    print('Start, with its effects in Jira', all);
    expect(answer.reads).toBeLessThanOrEqual(LIMIT.reads);
    expect(answer.writes).toBeLessThanOrEqual(LIMIT.writes);
    expect(answer.jiraCalls).toBeLessThanOrEqual(LIMIT.jiraCalls);
    expect(all.jiraCalls).toBeLessThanOrEqual(8);
  });

  test('is the same with 500 hosts in the site', async () => {
    const few = await costOfStart(await readyWorld());

    expect(await costOfStart(await readyWorld(500))).toEqual(few);
  });

  test('is the same after 1,000 past releases', async () => {
    const fresh = await costOfStart(await readyWorld());
    const old = await readyWorld();
    await withPastReleases(old, 1_000);

    expect(await costOfStart(old)).toEqual(fresh);
  });
});
