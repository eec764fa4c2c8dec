import { describe, expect, test } from '@jest/globals';
import { LEADER, OWNER, REPORTER, TESTER } from '../support/builders';
import { aReleaseWorld } from '../support/release-world';

describe('a release that everybody is content with', () => {
  test('reaches Deployed by one click after Ready, and every later move is the machine’s [S1-19]', async () => {
    const world = await aReleaseWorld();
    const { ports, issue } = world;
    await world.click('submit', REPORTER);
    expect(ports.jira.statusOf(issue)).toBe('ready');
    const before = issue.changes.length;

    await world.click('start', TESTER);
    await world.succeed();
    await world.succeed();

    const moves = issue.changes.slice(0, issue.changes.length - before).reverse();
    expect(moves.map(({ author, to }) => [author, to.slice('status-'.length)])).toEqual([
      [TESTER, 'sql-pending'],
      [null, 'config-executing'],
      [null, 'code-executing'],
      [null, 'verifying'],
      [null, 'deployed'],
    ]);
    const record = await world.record();
    expect(record.status).toBe('deployed');
    expect(record.jira).toMatchObject({ shown: 'deployed', effects: [], working: null });
    expect(issue.comments.map(({ comment }) => comment.label)).toEqual(['Deployed in SIT']);
    expect(issue.environment).toBe('SIT');
  });

  test('is promoted, approved in order and started by its leader', async () => {
    const world = await aReleaseWorld();
    await world.click('submit', REPORTER);
    await world.click('start', TESTER);
    await world.succeed();
    await world.succeed();

    await world.click('promote', LEADER);
    expect(await world.click('approve', OWNER)).toEqual({ kind: 'hidden' });
    await world.click('approve', LEADER);
    await world.click('approve', OWNER);
    await world.click('start', LEADER);
    await world.succeed();
    await world.succeed();
    await world.click('complete', LEADER);

    const record = await world.record();
    expect(record.status).toBe('released');
    expect(world.ports.jira.statusOf(world.issue)).toBe('released');
    expect(Object.keys(record.state.deployments)).toEqual(['SIT', 'STAGE']);
  });
});
