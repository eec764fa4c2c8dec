import { describe, expect, test } from '@jest/globals';
import { showRelease } from '#app/show-release';
import { LEADER, REPORTER, TESTER } from '../support/builders';
import { aReleaseWorld } from '../support/release-world';
import type { ReleaseWorld } from '../support/release-world';

const ILL = { class: 'health', sentence: 'web1 did not answer.' } as const;

/** What is kept of a site in an environment, oldest first. */
async function historyOf({ ports }: ReleaseWorld) {
  const { rows } = await ports.memory.list('deployment', {
    index: 'by-site',
    partition: ['10000.shop', 'SIT'],
    order: 'ascending',
    limit: 20,
  });
  return rows.map(({ record }) => record);
}

describe('every attempt of a release', () => {
  test('leaves its version, place, time and end, and who did what, whether it succeeded or not [S0-3]', async () => {
    const world = await aReleaseWorld();
    const { ports, issue } = world;
    const begin = ports.clock.now();
    await world.click('submit', REPORTER);
    await world.click('start', TESTER);
    await world.finish(await world.claim(), { kind: 'failed', failure: ILL });
    await world.click('iterate', REPORTER);
    ports.pass(60);
    await world.click('submit', REPORTER);
    await world.click('start', LEADER);
    await world.succeed();
    await world.succeed();

    const kept = await historyOf(world);
    expect(kept).toMatchObject([
      { attempt: 1, releaseVersion: '1.0.0', environment: 'SIT', result: 'failed' },
      { attempt: 2, releaseVersion: '1.0.0', environment: 'SIT', result: 'deployed' },
    ]);
    for (const row of kept) expect(row).toMatchObject({ issueId: issue.id, site: '10000.shop' });
    const [first = 0, second = 0] = kept.map(({ endedAt }) => endedAt);
    expect(first).toBeGreaterThanOrEqual(begin);
    expect(second).toBeGreaterThanOrEqual(first + 60);

    const view = await showRelease(ports, { issueId: issue.id, accountId: LEADER });
    const story = view.kind === 'release' ? view.story : [];
    const told = story.map(({ text, by }) => [text, by]);
    expect(told).toContainEqual(['started attempt 1', TESTER]);
    expect(told).toContainEqual(['started attempt 2', LEADER]);
  });

  test('needs a version: a release without content stays in Draft, and is told why [S0-3]', async () => {
    const world = await aReleaseWorld({ content: null });

    const clicked = await world.click('submit', REPORTER);

    expect(clicked).toMatchObject({ kind: 'refused', sentence: expect.stringMatching(/content/) });
    expect(world.ports.jira.statusOf(world.issue)).toBe('draft');
    expect(await historyOf(world)).toEqual([]);
  });
});
