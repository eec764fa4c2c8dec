import { describe, expect, test } from '@jest/globals';
import { applyTransition } from '#app/apply-transition';
import { editContent } from '#app/edit-content';
import { reconcile } from '#app/reconcile';
import {
  aContent,
  aPolicyOf,
  LEADER,
  OWNER,
  PACKAGE_DIGEST,
  REPORTER,
  TESTER,
} from '../support/builders';
import { aReleaseWorld } from '../support/release-world';
import type { ReleaseWorld } from '../support/release-world';

/** The click moves the issue; what the post-function would tell is told later. */
async function clickUntold(world: ReleaseWorld, action: string, by: string, reason?: string) {
  const clicked = await world.clickOnly(action, by, reason);
  if (clicked.kind !== 'moved') throw new Error(JSON.stringify(clicked));
  return clicked.click;
}

describe('a click that is followed by another while it is looked at', () => {
  test('is never recorded in the other person’s name', async () => {
    const world = await aReleaseWorld();
    const { ports, issue } = world;
    await clickUntold(world, 'submit', REPORTER);
    const statusChanges: typeof ports.jira.statusChanges = (id) => {
      ports.jira.drag(issue, 'aborted', LEADER);
      return ports.jira.statusChanges(id);
    };

    await reconcile({ ...ports, jira: { ...ports.jira, statusChanges } }, issue.id);

    expect((await world.record()).status).toBe('draft');
    expect((await world.record()).clicks).toEqual([]);
  });
});

describe('an abort that is recorded late', () => {
  test('is shown although the issue was put back meanwhile', async () => {
    const world = await aReleaseWorld();
    const { ports, issue } = world;
    await world.click('submit', REPORTER);
    ports.jira.drag(issue, 'fix-pending');
    issue.gate = { until: 0, due: [], allow: { abort: [`u:${LEADER}`] } };
    const abort = await clickUntold(world, 'abort', LEADER, 'Not this week.');
    ports.jira.drag(issue, 'ready', 'app');

    await applyTransition(ports, abort);
    await ports.drain();

    expect((await world.record()).status).toBe('aborted');
    expect(ports.jira.statusOf(issue)).toBe('aborted');
  });
});

describe('a start that is recorded late', () => {
  test('is shown although a click that was not allowed put the issue back meanwhile', async () => {
    const world = await aReleaseWorld();
    const { ports, issue } = world;
    await world.click('submit', REPORTER);
    const start = await clickUntold(world, 'start', TESTER);
    const refused = { ...start, action: 'approve', accountId: OWNER, executionId: 'other' };

    await applyTransition(ports, { ...refused, changelogId: null });
    await applyTransition(ports, start);
    await ports.drain();

    expect((await world.record()).status).toBe('code-executing');
    expect(ports.jira.statusOf(issue)).toBe('code-executing');
    expect((await world.record()).jira.effects).toEqual([]);
  });

  test('is put back when the content was edited after the click: nobody started that', async () => {
    const world = await aReleaseWorld();
    const { ports, issue } = world;
    await world.click('submit', REPORTER);
    const start = await clickUntold(world, 'start', LEADER);
    await edit(world);

    await applyTransition(ports, start);
    await ports.drain();

    expect((await world.record()).status).toBe('ready');
    expect(ports.jira.statusOf(issue)).toBe('ready');
    expect(issue.comments.at(-1)?.comment.text).toContain('may have changed after the click');
    expect((await world.record()).state.run).toBeNull();
  });

  test('whose event was lost is not replayed over content that was edited after the click', async () => {
    const world = await aReleaseWorld();
    await world.click('submit', REPORTER);
    await clickUntold(world, 'start', LEADER);
    await edit(world);

    await reconcile(world.ports, world.issue.id);
    await world.ports.drain();

    expect(world.ports.jira.statusOf(world.issue)).toBe('ready');
    expect((await world.record()).state.run).toBeNull();
  });
});

describe('an approval that is recorded late', () => {
  test('does not count for content that was edited after the click, and counts when it is clicked again', async () => {
    const policy = aPolicyOf([{ label: 'Leader', count: 1, from: { kind: 'leaders' } }]);
    const world = await aReleaseWorld({ policy });
    await world.click('submit', REPORTER);
    await world.ports.drain();
    const approval = await world.clickOnly('approve', LEADER);
    if (approval.kind !== 'moved') throw new Error(approval.kind);
    await edit(world);

    await applyTransition(world.ports, approval.click);
    await world.ports.drain();

    expect((await world.record()).state.approvals).toEqual([]);
    expect(world.issue.comments.at(-1)?.comment.text).toContain('click once more');
    await world.click('approve', LEADER);
    expect((await world.record()).status).toBe('ready');
  });
});

async function edit({ ports, issue }: Awaited<ReturnType<typeof aReleaseWorld>>): Promise<void> {
  const version = { site: 'shop', version: '6.6.6', artifactSha256: PACKAGE_DIGEST };
  const content = aContent({ code: [version] });
  expect(await editContent(ports, { issueId: issue.id, accountId: REPORTER, content })).toEqual({
    kind: 'done',
  });
}
