import { describe, expect, test } from '@jest/globals';
import { applyTransition } from '#app/apply-transition';
import { reconcile } from '#app/reconcile';
import { sweep } from '#app/sweep';
import { putPolicy } from '#app/manage-settings';
import type { Click } from '#app/apply-transition';
import { aPolicy, LEADER, OWNER, REPORTER, TESTER } from '../support/builders';
import { jiraStatusId } from '../support/memory-jira';
import type { Clicked } from '../support/memory-jira';
import { aReleaseWorld } from '../support/release-world';
import type { ReleaseWorld } from '../support/release-world';

async function ready(): Promise<ReleaseWorld> {
  const world = await aReleaseWorld();
  await world.click('submit', REPORTER);
  return world;
}

const moved = (clicked: Clicked): Click => {
  if (clicked.kind !== 'moved') throw new Error(JSON.stringify(clicked));
  return clicked.click;
};

async function heal(world: ReleaseWorld): Promise<void> {
  await reconcile(world.ports, world.issue.id);
  await world.ports.drain();
}

const standing = async (world: ReleaseWorld) => [
  world.ports.jira.statusOf(world.issue),
  (await world.record()).status,
];

const labels = (world: ReleaseWorld) => world.issue.comments.map(({ comment }) => comment.label);

describe('a lost post-function', () => {
  test('is made good: the click counts as if it had been told', async () => {
    const world = await ready();
    moved(await world.clickOnly('start', TESTER));

    await heal(world);

    expect(await standing(world)).toEqual(['code-executing', 'code-executing']);
    expect(labels(world)).toEqual([]);
  });

  test('that comes late after all changes nothing, with and without the changelog’s id', async () => {
    const world = await ready();
    const click = moved(await world.clickOnly('start', TESTER));
    await heal(world);
    const before = await world.record();

    await applyTransition(world.ports, click);
    await world.ports.drain();
    expect(await world.record()).toEqual(before);

    await applyTransition(world.ports, { ...click, changelogId: null });
    await world.ports.drain();
    const after = await world.record();
    expect(after.state).toEqual(before.state);
    expect(after.history).toEqual(before.history);
    expect(labels(world)).toEqual([]);
  });

  test('of somebody who may not is put back, and its late telling changes nothing', async () => {
    const world = await ready();
    world.ports.jira.drag(world.issue, 'sql-pending', OWNER);

    await heal(world);
    const [change] = world.issue.changes.filter(({ author }) => author === OWNER);
    await applyTransition(world.ports, {
      issueId: world.issue.id,
      action: 'start',
      accountId: OWNER,
      changelogId: change?.id ?? '',
      executionId: 'late',
      reason: null,
    });
    await world.ports.drain();

    expect(await standing(world)).toEqual(['ready', 'ready']);
    expect(labels(world)).toEqual(['Interlock put this issue back']);
  });

  test('of a click that asked for a reason is made good as well', async () => {
    const world = await ready();
    moved(await world.clickOnly('abort', LEADER, 'not needed any more'));

    await heal(world);

    expect(await standing(world)).toEqual(['aborted', 'aborted']);
  });

  test('is made good once by several reconcilers at the same time', async () => {
    const world = await ready();
    moved(await world.clickOnly('start', TESTER));

    await Promise.all([1, 2, 3].map(() => reconcile(world.ports, world.issue.id)));
    await world.ports.drain();

    expect(await standing(world)).toEqual(['code-executing', 'code-executing']);
    expect((await world.record()).state.attempt).toBe(1);
    expect(labels(world)).toEqual([]);
  });
});

describe('an issue that stands where the store does not', () => {
  test('is put back by one repair move, with one comment, and no host is touched', async () => {
    const world = await ready();
    world.ports.jira.drag(world.issue, 'verifying');

    await heal(world);
    await heal(world);

    expect(await standing(world)).toEqual(['ready', 'ready']);
    expect(world.issue.comments.map(({ comment }) => comment.text)).toEqual([
      'It was moved to Verifying past Interlock’s rules; the release stands in Ready. Use the transitions of the issue instead.',
    ]);
    expect((await world.ports.memory.get('inbox', world.agent.agentId))?.jobs).toEqual([]);
  });

  test('is put back from a status that is none of ours', async () => {
    const world = await ready();
    world.issue.changes.unshift({
      id: '5000',
      author: 'acc-admin',
      from: world.issue.statusId,
      to: 'status-of-another-workflow',
      texts: {},
    });
    world.issue.statusId = 'status-of-another-workflow';

    await heal(world);

    expect(await standing(world)).toEqual(['ready', 'ready']);
    expect(world.issue.comments[0]?.comment.text).toContain(
      'It was moved to a status that Interlock does not know past Interlock’s rules',
    );
  });

  test('is left alone while the machine’s moves are on their way', async () => {
    const world = await ready();
    await applyTransition(world.ports, moved(await world.clickOnly('start', TESTER)));

    await reconcile(world.ports, world.issue.id);

    expect((await world.record()).jira.effects.map(({ kind }) => kind)).toEqual([
      'gate',
      'move',
      'move',
    ]);
  });

  test('whose moves nobody works on wakes them after 15 s', async () => {
    const world = await ready();
    await applyTransition(world.ports, moved(await world.clickOnly('start', TESTER)));
    world.ports.tasks.length = 0;

    await reconcile(world.ports, world.issue.id);
    expect(world.ports.tasks).toEqual([]);
    world.ports.pass(15);
    await heal(world);

    expect(await standing(world)).toEqual(['code-executing', 'code-executing']);
  });
});

describe('an issue that the store does not know', () => {
  test('gets a record that begins in Draft, whatever it is a clone of', async () => {
    const world = await ready();
    const clone = world.ports.jira.addIssue({ gate: world.issue.gate, environment: 'SIT' });

    await reconcile(world.ports, clone.id);
    await world.ports.drain();

    const record = await world.ports.memory.get('release', clone.id);
    expect(record?.state).toMatchObject({
      status: 'draft',
      content: null,
      environment: null,
      approvals: [],
    });
    expect(clone.environment).toBeNull();
    expect(Object.keys(clone.gate?.allow ?? {}).sort()).toEqual(['abort', 'submit']);
  });

  test('gets one record when twelve look at once', async () => {
    const world = await ready();
    const fresh = world.ports.jira.addIssue();

    await Promise.all(Array.from({ length: 12 }, () => reconcile(world.ports, fresh.id)));
    await world.ports.drain();

    const record = await world.ports.memory.get('release', fresh.id);
    expect(record?.history).toMatchObject({ segments: 1, events: 1 });
    expect(fresh.comments).toEqual([]);
  });

  test('is brought to Draft when it was made elsewhere', async () => {
    const world = await ready();
    const strange = world.ports.jira.addIssue({ statusId: jiraStatusId('deployed') });

    await reconcile(world.ports, strange.id);
    await world.ports.drain();

    expect(world.ports.jira.statusOf(strange)).toBe('draft');
  });

  test('stays unknown when it is no release, or gone', async () => {
    const world = await ready();
    const task = world.ports.jira.addIssue({ issueTypeId: '10199' });

    await reconcile(world.ports, task.id);
    await reconcile(world.ports, '1');

    expect(await world.ports.memory.get('release', task.id)).toBeUndefined();
  });
});

describe('the sweep', () => {
  test('finds a lost click, a dragged issue and a forgotten outbox in one go', async () => {
    const world = await ready();
    moved(await world.clickOnly('start', TESTER));
    const dragged = world.ports.jira.addIssue();
    await reconcile(world.ports, dragged.id);
    world.ports.jira.drag(dragged, 'released');
    world.ports.tasks.length = 0;
    world.ports.pass(61);

    await sweep(world.ports);
    await world.ports.drain();

    expect(await standing(world)).toEqual(['code-executing', 'code-executing']);
    expect(world.ports.jira.statusOf(dragged)).toBe('draft');
    expect(dragged.gate).not.toBeNull();
  });

  test('goes on to the next issue when one cannot be compared', async () => {
    const world = await aReleaseWorld();
    const other = world.ports.jira.addIssue();
    world.ports.jira.failNext('issue', 'before');

    await sweep(world.ports);
    await world.ports.drain();

    expect(await world.ports.memory.get('release', other.id)).toBeDefined();
    expect(world.ports.warnings.join()).toContain('could not be compared');
  });

  test('goes on to the next project when Jira does not answer for one', async () => {
    const world = await ready();
    moved(await world.clickOnly('start', TESTER));
    const settings = await world.ports.memory.get('policy', '10000');
    if (!settings) throw new Error('There are no settings.');
    const earlier = { ...settings, version: 1, project: '9999', updatedAt: 1 };
    await world.ports.memory.create('policy', '9999', earlier);
    world.ports.jira.failNext('issuesUpdatedSince', 'before');

    await sweep(world.ports);
    await world.ports.drain();

    expect(await standing(world)).toEqual(['code-executing', 'code-executing']);
  });
});

test('a policy that loses an environment keeps its releases out of Ready', async () => {
  const world = await aReleaseWorld();
  for (const step of ['submit', 'start'] as const) {
    await world.click(step, step === 'submit' ? REPORTER : TESTER);
  }
  await world.succeed();
  await world.succeed();
  await world.click('promote', LEADER);
  const [sit] = aPolicy().environments;
  if (!sit) throw new Error('The policy has no first environment.');
  await putPolicy(world.ports, { project: '10000', policy: aPolicy({ environments: [sit] }) });

  await world.click('approve', LEADER);
  await world.click('approve', OWNER);

  expect(await standing(world)).toEqual(['awaiting-approval', 'awaiting-approval']);
  expect(await world.click('abort', LEADER, 'no STAGE any more')).toMatchObject({ kind: 'moved' });
  expect(await standing(world)).toEqual(['aborted', 'aborted']);
});
