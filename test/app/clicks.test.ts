import { describe, expect, test } from '@jest/globals';
import { applyTransition } from '#app/apply-transition';
import type { Click } from '#app/apply-transition';
import { checkTransition } from '#app/check-transition';
import { editContent } from '#app/edit-content';
import { segmentKey } from '#app/commit';
import { putSite } from '#app/manage-settings';
import { reconcile } from '#app/reconcile';
import { sweep } from '#app/sweep';
import { canonicalText } from '#core/canonical';
import { replay } from '#core/evolve';
import type { ReleaseEvent } from '#core/release-event';
import { sha256 } from '#forge/sha256';
import {
  NOW,
  aContent,
  aSite,
  LEADER,
  OWNER,
  REPORTER,
  someHosts,
  TESTER,
} from '../support/builders';
import { jiraStatusId } from '../support/memory-jira';
import { aReleaseWorld, PROJECT } from '../support/release-world';
import type { ReleaseWorld } from '../support/release-world';

const ask = ({ ports, issue }: ReleaseWorld, action: string, reason: string | null = null) =>
  checkTransition(ports, { issueKey: issue.key, action, reason });

async function ready(): Promise<ReleaseWorld> {
  const world = await aReleaseWorld();
  await world.click('submit', REPORTER);
  return world;
}

/** The whole history, as it is stored. */
async function historyOf(world: ReleaseWorld): Promise<readonly ReleaseEvent[]> {
  const { history } = await world.record();
  const segments = await Promise.all(
    Array.from({ length: history.segments }, (_, index) =>
      world.ports.memory.get('events', segmentKey(world.issue.id, index + 1)),
    ),
  );
  return segments.flatMap((segment) => segment?.events ?? []);
}

const typesOf = async (world: ReleaseWorld) => (await historyOf(world)).map(({ type }) => type);

describe('the validator', () => {
  test('lets a click pass whose gates are met, and writes down only the plan that it was judged on', async () => {
    const world = await ready();
    const before = await world.record();

    expect(await ask(world, 'start')).toEqual({ allowed: true });

    expect(await world.record()).toEqual({
      ...before,
      version: before.version + 1,
      judged: [{ action: 'start', planDigest: before.state.planDigest, at: NOW }],
    });
  });

  test('refuses with every blocker at once', async () => {
    const world = await ready();
    world.ports.pass(181);
    const other = world.ports.jira.addIssue();
    await reconcile(world.ports, other.id);
    const held = { version: 1, fence: 3, holder: other.id };
    await world.ports.memory.create('scope', '10000:shop:SIT', held);

    const answer = await ask(world, 'start');

    expect(answer).toMatchObject({ allowed: false });
    const sentence = answer.allowed ? '' : answer.sentence;
    expect(sentence).toContain(
      `The site shop is being changed in SIT by another release (${other.key})`,
    );
    expect(sentence).toContain('No agent for SIT has been heard from');
  });

  test('refuses a click on a release whose content is missing', async () => {
    const world = await aReleaseWorld({ content: null });

    expect(await ask(world, 'submit')).toEqual({
      allowed: false,
      sentence:
        'The release has no content yet; name a script, a configuration change or a site with its version.',
    });
  });

  test('refuses a click without its reason', async () => {
    const world = await ready();

    expect(await ask(world, 'abort', '  ')).toMatchObject({ allowed: false });
    expect(await ask(world, 'abort', 'not needed')).toEqual({ allowed: true });
  });

  test('refuses a click while the machine still moves the issue', async () => {
    const world = await ready();
    const clicked = await world.clickOnly('start', TESTER);
    if (clicked.kind === 'moved') await applyTransition(world.ports, clicked.click);

    expect(await ask(world, 'abort', 'no')).toEqual({
      allowed: false,
      sentence:
        'Interlock is still moving this issue to Code executing; wait until it stands there.',
    });
  });

  test('lets exactly the next machine move pass', async () => {
    const world = await ready();
    expect(await ask(world, 'no-sql')).toMatchObject({ allowed: false });
    const clicked = await world.clickOnly('start', TESTER);
    if (clicked.kind === 'moved') await applyTransition(world.ports, clicked.click);

    expect(await ask(world, 'no-config')).toMatchObject({ allowed: false });
    expect(await ask(world, 'no-sql')).toEqual({ allowed: true });
    expect(await ask(world, 'repair-draft')).toMatchObject({ allowed: false });
  });

  test.each(['constructor', 'deploy', '', 'repair-nowhere'])(
    'refuses the action «%s», which is in no table',
    async (action) => {
      expect(await ask(await ready(), action)).toMatchObject({ allowed: false });
    },
  );

  test('refuses an issue that is not there, or no release', async () => {
    const world = await ready();
    const task = world.ports.jira.addIssue({ issueTypeId: '10199' });

    for (const issueKey of ['REL-0', task.key]) {
      expect(
        await checkTransition(world.ports, { issueKey, action: 'submit', reason: null }),
      ).toEqual({
        allowed: false,
        sentence:
          'Interlock does not know this issue as a release yet; reload it in a few seconds.',
      });
    }
    expect(await world.ports.memory.get('release', task.id)).toBeUndefined();
  });

  test('finds a plan that the world has changed, and asks for it to be bound anew', async () => {
    const world = await ready();
    const site = aSite({ hosts: someHosts(3) });
    await putSite(world.ports, { project: PROJECT, site });

    const answer = await ask(world, 'start');
    await world.ports.drain();

    expect(answer).toMatchObject({ allowed: false });
    expect(await typesOf(world)).toEqual(
      expect.arrayContaining(['plan-changed', 'approvals-stale', 'approvals-met']),
    );
    expect(await ask(world, 'start')).toEqual({ allowed: true });
  });
});

test('the validator says what is wrong even if the queue is down', async () => {
  const world = await ready();
  await putSite(world.ports, { project: PROJECT, site: aSite({ hosts: someHosts(3) }) });
  world.ports.queueIsDown = true;

  expect(await ask(world, 'start')).toEqual({
    allowed: false,
    sentence:
      'The plan for SIT is no longer the one that was approved: content, hosts or policy changed; have it approved again.',
  });
});

describe('a click that Jira has let through', () => {
  test('becomes events in a chain whose hashes verify and whose replay is the state', async () => {
    const world = await ready();
    await world.click('start', TESTER);
    await world.succeed();
    await world.succeed();

    const { history, state } = await world.record();
    let previous = '';
    for (let number = 1; number <= history.segments; number += 1) {
      const segment = await world.ports.memory.get('events', segmentKey(world.issue.id, number));
      if (!segment) throw new Error(`Segment ${number} is missing.`);
      const { hash, version, ...stored } = segment;
      const covered = { ...stored, project: undefined };
      expect(version).toBe(1);
      expect(covered).toMatchObject({ format: 'interlock-events-1', previous });
      expect(covered.audience).toBe(world.ports.audience);
      expect(sha256(canonicalText(covered))).toBe(hash);
      previous = hash;
    }
    expect(history.head).toBe(previous);
    const events = await historyOf(world);
    expect(events).toHaveLength(history.events);
    expect(replay(events)).toEqual(state);
  });

  test('counts once, however often its post-function runs', async () => {
    const world = await ready();
    const clicked = await world.clickOnly('start', TESTER);
    if (clicked.kind !== 'moved') throw new Error(clicked.kind);

    await Promise.all([
      applyTransition(world.ports, clicked.click),
      applyTransition(world.ports, clicked.click),
    ]);
    await world.ports.drain();
    await applyTransition(world.ports, clicked.click);

    const types = await typesOf(world);
    expect(types.filter((type) => type === 'started')).toHaveLength(1);
    expect(types).not.toContain('move-undone');
    expect(world.issue.comments).toEqual([]);
  });

  test('by somebody who may not is put back once, with one comment that says why', async () => {
    const world = await ready();
    world.issue.statusId = jiraStatusId('sql-pending');
    const click: Click = {
      issueId: world.issue.id,
      action: 'start',
      accountId: OWNER,
      changelogId: '77',
      executionId: 'execution-77',
      reason: null,
    };

    await applyTransition(world.ports, click);
    await world.ports.drain();
    await applyTransition(world.ports, click);
    await world.ports.drain();

    expect(world.ports.jira.statusOf(world.issue)).toBe('ready');
    expect((await world.record()).status).toBe('ready');
    expect(world.issue.comments.map(({ comment }) => comment)).toEqual([
      expect.objectContaining({
        label: 'Interlock put this issue back',
        text: 'Start was not allowed. Start is reserved in SIT to the leaders of its sites, and to testers where the policy says so; ask one of them, or have the policy changed by a project admin.',
      }),
    ]);
    expect(await world.ports.memory.get('scope', '10000:shop:SIT')).toBeUndefined();
  });

  test('by nobody that Jira names is put back', async () => {
    const world = await ready();
    world.issue.statusId = jiraStatusId('sql-pending');

    await applyTransition(world.ports, {
      issueId: world.issue.id,
      action: 'start',
      accountId: null,
      changelogId: null,
      executionId: 'execution-1',
      reason: null,
    });
    await world.ports.drain();

    expect(world.ports.jira.statusOf(world.issue)).toBe('ready');
    expect((await world.record()).status).toBe('ready');
  });

  test('that the machine has overtaken is put back, and the person reads why', async () => {
    const world = await aReleaseWorld();
    await world.click('submit', REPORTER);
    await world.click('start', TESTER);
    await world.succeed();
    await world.succeed();
    await world.click('promote', LEADER);
    await world.click('approve', LEADER);
    // Rejected in Jira before the last approval was recorded; recorded after it.
    const approved = await world.clickOnly('approve', OWNER);
    const rejected = await world.clickOnly('reject', OWNER, 'not yet');
    if (approved.kind !== 'moved' || rejected.kind !== 'moved') throw new Error(rejected.kind);
    await applyTransition(world.ports, approved.click);
    expect((await world.record()).status).toBe('ready');

    await applyTransition(world.ports, rejected.click);
    await world.ports.drain();

    expect(world.ports.jira.statusOf(world.issue)).toBe('ready');
    expect(world.issue.comments.at(-1)?.comment.text).toContain('Reject was not allowed.');
  });

  test('an approval by an implementer is refused in a comment, and does not count', async () => {
    const world = await aReleaseWorld();
    await world.click('submit', REPORTER);
    await world.click('start', TESTER);
    await world.succeed();
    await world.succeed();
    await editContentBefore(world);

    expect((await world.record()).state.approvals).toEqual([]);
    expect(world.issue.comments.at(-1)?.comment.text).toContain(
      'Whoever reported this release or changed its content cannot approve it',
    );
  });

  test('is decided anew when somebody else was faster', async () => {
    const world = await ready();
    const clicked = await world.clickOnly('start', TESTER);
    if (clicked.kind !== 'moved') throw new Error(clicked.kind);
    world.ports.meanwhile = async () => {
      world.ports.meanwhile = undefined;
      const edited = {
        issueId: world.issue.id,
        accountId: REPORTER,
        content: aContent({ kind: 'Major' }),
      };
      await editContent(world.ports, edited);
    };

    await applyTransition(world.ports, clicked.click);
    await world.ports.drain();

    expect((await world.record()).state).toMatchObject({
      status: 'code-executing',
      content: { kind: 'Major' },
    });
  });

  test('gives up in words when the record never rests', async () => {
    let conflicts = false;
    const world = await aReleaseWorld({ mishap: () => (conflicts ? 'conflict' : 'none') });
    const clicked = await world.clickOnly('submit', REPORTER);
    if (clicked.kind !== 'moved') throw new Error(clicked.kind);
    conflicts = true;

    await expect(applyTransition(world.ports, clicked.click)).rejects.toThrow(
      `Release ${world.issue.id} is being changed by too many at once; try again in a moment.`,
    );
  });

  test('that was recorded although the store’s answer was lost is shown by its repetition', async () => {
    let luck: 'none' | 'done-but-lost' = 'none';
    const world = await aReleaseWorld({ mishap: () => luck });
    await world.click('submit', REPORTER);
    const clicked = await world.clickOnly('start', TESTER);
    if (clicked.kind !== 'moved') throw new Error(clicked.kind);
    // Only the transaction loses its answer; the lock's row is made before it.
    world.ports.meanwhile = async () => {
      luck = 'done-but-lost';
    };
    await expect(applyTransition(world.ports, clicked.click)).rejects.toThrow('no answer');
    world.ports.meanwhile = undefined;
    luck = 'none';
    expect(world.ports.tasks).toEqual([]);

    await applyTransition(world.ports, clicked.click);
    await world.ports.drain();

    expect(world.ports.jira.statusOf(world.issue)).toBe('code-executing');
  });

  test('is recorded even if the queue is down; the sweep shows it', async () => {
    const world = await ready();
    const clicked = await world.clickOnly('start', TESTER);
    if (clicked.kind !== 'moved') throw new Error(clicked.kind);
    world.ports.queueIsDown = true;
    await applyTransition(world.ports, clicked.click);
    expect((await world.record()).status).toBe('code-executing');

    world.ports.queueIsDown = false;
    world.ports.pass(61);
    await sweep(world.ports);
    await world.ports.drain();

    expect(world.ports.jira.statusOf(world.issue)).toBe('code-executing');
  });
});

/** The leader edits the content in Deployed, so that approving it is no longer theirs. */
async function editContentBefore(world: ReleaseWorld): Promise<void> {
  await world.click('iterate', REPORTER);
  const content = aContent({
    code: [{ site: 'shop', version: '1.0.1', artifactSha256: sha256('shop 1.0.1') }],
  });
  await editContent(world.ports, { issueId: world.issue.id, accountId: LEADER, content });
  await world.click('submit', REPORTER);
  await world.click('start', TESTER);
  await world.succeed();
  await world.succeed();
  await world.click('promote', LEADER);
  const { issue, ports } = world;
  await applyTransition(ports, {
    issueId: issue.id,
    action: 'approve',
    accountId: LEADER,
    changelogId: null,
    executionId: 'execution-own',
    reason: null,
  });
  await ports.drain();
}

test('a post-function for a machine’s action is an error that nobody swallows', async () => {
  const world = await ready();

  await expect(
    applyTransition(world.ports, {
      issueId: world.issue.id,
      action: 'verified',
      accountId: LEADER,
      changelogId: null,
      executionId: 'execution-x',
      reason: null,
    }),
  ).rejects.toThrow('no person');
  await reconcile(world.ports, world.issue.id);
  expect((await world.record()).status).toBe('ready');
});
