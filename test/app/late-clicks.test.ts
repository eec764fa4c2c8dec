import { describe, expect, test } from '@jest/globals';
import { applyTransition } from '#app/apply-transition';
import { segmentKey } from '#app/commit';
import { editContent } from '#app/edit-content';
import { reconcile } from '#app/reconcile';
import {
  aContent,
  aPolicyOf,
  BACKUP,
  LEADER,
  OWNER,
  PACKAGE_DIGEST,
  REPORTER,
  TESTER,
} from '../support/builders';
import { aReleaseWorld, PROJECT } from '../support/release-world';
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

describe('a click with a reason whose event is lost', () => {
  const WORDS = 'The package is the wrong one.';
  const LOST: unknown = expect.stringContaining('stands in the issue’s history');

  async function abortUntold(): Promise<ReleaseWorld> {
    const world = await aReleaseWorld();
    await world.click('submit', REPORTER);
    await clickUntold(world, 'abort', LEADER, WORDS);
    return world;
  }

  /** The event that is recorded last after a look at the issue. */
  async function recorded({ ports, issue, record }: ReleaseWorld) {
    await reconcile(ports, issue.id);
    const { history } = await record();
    const segment = await ports.memory.get('events', segmentKey(issue.id, history.segments));
    return segment?.events.at(-1);
  }

  test('is recorded with the words that the person wrote, as the changelog has them', async () => {
    const world = await abortUntold();

    expect(await recorded(world)).toMatchObject({ type: 'aborted', by: LEADER, reason: WORDS });
  });

  test('is recorded without them when its entry has none, and says where they may stand', async () => {
    const world = await abortUntold();
    const [entry] = world.issue.changes;
    if (!entry) throw new Error('Jira has no entry of the abort.');
    world.issue.changes[0] = { ...entry, texts: {} };

    expect(await recorded(world)).toMatchObject({ type: 'aborted', by: LEADER, reason: LOST });
  });

  test('is recorded without them where the workflow was installed before its reason field was kept', async () => {
    const world = await abortUntold();
    const settings = await world.ports.memory.get('policy', PROJECT);
    if (!settings?.workflow) throw new Error('There is no workflow.');
    const { reasonField, ...workflow } = settings.workflow;
    expect(reasonField).toBe('customfield_1');
    const record = { ...settings, version: settings.version + 1, workflow };
    const change = { type: 'set', entity: 'policy', key: PROJECT, record } as const;
    await world.ports.memory.transact([{ ...change, expect: settings.version }]);

    expect(await recorded(world)).toMatchObject({ type: 'aborted', by: LEADER, reason: LOST });
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

  test('never counts for a plan that others have clicked on meanwhile, however the two are told', async () => {
    const policy = aPolicyOf([{ label: 'Leaders', count: 2, from: { kind: 'leaders' } }]);
    const world = await aReleaseWorld({ policy });
    await world.click('submit', REPORTER);
    await world.ports.drain();
    const early = await clickUntold(world, 'approve', BACKUP);
    await edit(world);
    await world.ports.drain();

    const beside = await world.clickOnly('approve', LEADER);

    expect(beside).toMatchObject({
      kind: 'refused',
      sentence: expect.stringMatching(/may still tell .* click again in 15 minutes\.$/),
    });
    await applyTransition(world.ports, early);
    await world.ports.drain();
    expect((await world.record()).state.approvals).toEqual([]);
    await world.click('approve', LEADER);
    await world.click('approve', BACKUP);
    expect((await world.record()).status).toBe('ready');
  });

  test('that is never told keeps nobody from approving a quarter of an hour later', async () => {
    const policy = aPolicyOf([{ label: 'Leaders', count: 1, from: { kind: 'leaders' } }]);
    const world = await aReleaseWorld({ policy });
    await world.click('submit', REPORTER);
    await clickUntold(world, 'approve', BACKUP);
    await edit(world);
    await world.ports.drain();

    world.ports.pass(901);
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
