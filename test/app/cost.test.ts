import { describe, expect, test } from '@jest/globals';
import { applyTransition } from '#app/apply-transition';
import { reviewScript } from '#app/review-script';
import { reviewMark } from '#core/scripts';
import { aSite, DBA, REPORTER, someHosts, TESTER } from '../support/builders';
import type { ReleaseEvent } from '#core/release-event';
import { aReleaseWorld } from '../support/release-world';
import type { ReleaseWorld } from '../support/release-world';
import { setKey, written } from '../support/written-content';
import type { Written } from '../support/written-content';

interface Cost {
  readonly reads: number;
  readonly writes: number;
  readonly jiraCalls: number;
}

const LIMIT: Cost = { reads: 12, writes: 8, jiraCalls: 4 };

/** What a click costs until its post-function has answered, and with the effects it leaves. */
async function costOf(
  world: ReleaseWorld,
  action: string,
  by: string,
): Promise<{ answer: Cost; all: Cost }> {
  const { ports } = world;
  const now = (): Cost => ({ ...ports.cost, jiraCalls: ports.jira.calls.length });
  ports.resetCost();
  const clicked = await world.clickOnly(action, by);
  if (clicked.kind !== 'moved') throw new Error(JSON.stringify(clicked));
  await applyTransition(ports, clicked.click);
  const answer = now();
  await ports.drain();
  return { answer, all: now() };
}

const costOfStart = (world: ReleaseWorld) => costOf(world, 'start', TESTER);

async function readyWorld(hosts = 2, work: Partial<Written> = {}): Promise<ReleaseWorld> {
  const world = await aReleaseWorld({ sites: [aSite({ hosts: someHosts(hosts) })], ...work });
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
    await memory.create('deployment', `${issueId}.7.10000.shop`, {
      version: 1,
      site: '10000.shop',
      environment: 'SIT',
      endedAt: serial + 1,
      issueId,
      attempt: 1,
      releaseVersion: '0.9.0',
      artifactSha256: 'a'.repeat(64),
      planDigest: 'b'.repeat(64),
      result: 'deployed',
    });
  }
}

const print = (what: string, { reads, writes, jiraCalls }: Cost): void => {
  process.stderr.write(`${what}: ${reads} reads, ${writes} writes, ${jiraCalls} Jira calls\n`);
};

function expectWithin({ reads, writes, jiraCalls }: Cost): void {
  expect(reads).toBeLessThanOrEqual(LIMIT.reads);
  expect(writes).toBeLessThanOrEqual(LIMIT.writes);
  expect(jiraCalls).toBeLessThanOrEqual(LIMIT.jiraCalls);
}

describe('the cost of a click on Start', () => {
  test('stays within 12 reads, 8 writes and 4 Jira calls before the answer after 1,000 past releases and with 500 hosts, and 8 calls in all', async () => {
    const world = await readyWorld(500);
    await withPastReleases(world, 1_000);

    const { answer, all } = await costOfStart(world);

    print('Start, validator and post-function', answer);
    print('Start, with its effects in Jira', all);
    expectWithin(answer);
    expect(all.jiraCalls).toBeLessThanOrEqual(8);
  });

  test('is the same with 2 hosts and with 500, but for the second piece that a long plan lies in', async () => {
    const { answer, all } = await costOfStart(await readyWorld());

    expect(await costOfStart(await readyWorld(500))).toEqual({
      answer: { ...answer, reads: answer.reads + 1 },
      all: { ...all, reads: all.reads + 1 },
    });
  });

  test('is the same with and without 1,000 past releases', async () => {
    const fresh = await costOfStart(await readyWorld());
    const old = await readyWorld();
    await withPastReleases(old, 1_000);

    expect(await costOfStart(old)).toEqual(fresh);
  });
});

describe('the cost of the clicks of a release with two scripts, a configuration change and a site', () => {
  test('stays within the same limits after 1,000 past releases and with 500 hosts', async () => {
    const work = written(
      [
        { id: 'first', text: 'SELECT 1;' },
        { id: 'second', text: 'SELECT 2;' },
      ],
      [{ keys: [setKey('limit')] }],
    );
    const world = await readyWorld(500, work);
    await withPastReleases(world, 1_000);

    const start = await costOfStart(world);
    await reviewAll(world, work);
    const submit = await costOf(world, 'submit-sql', DBA);

    print('Start of everything', start.answer);
    print('Submit SQL', submit.answer);
    expectWithin(start.answer);
    expectWithin(submit.answer);
  });

  test('are no more reads with scripts for ten databases', async () => {
    const databases = (count: number) =>
      written(
        Array.from({ length: count }, (_, at) => ({
          id: `script-${at}`,
          text: 'SELECT 1;',
          database: `db-${at}`,
        })),
      );
    const few = await costOfStart(await readyWorld(2, databases(2)));

    expect((await costOfStart(await readyWorld(2, databases(10)))).answer.reads).toBe(
      few.answer.reads,
    );
  });
});

async function reviewAll({ ports, issue }: ReleaseWorld, { content }: Written): Promise<void> {
  for (const script of content.sql) {
    await reviewScript(ports, {
      issueId: issue.id,
      accountId: DBA,
      script: script.id,
      mark: reviewMark(script),
      verdict: 'approved',
      reason: '',
    });
  }
}
