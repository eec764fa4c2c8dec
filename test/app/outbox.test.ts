import { describe, expect, test } from '@jest/globals';
import { applyTransition } from '#app/apply-transition';
import { reconcile } from '#app/reconcile';
import { workOutbox } from '#app/work-outbox';
import type { ReleaseRecord } from '#wire/records';
import { LEADER, REPORTER, TESTER } from '../support/builders';
import { aReleaseWorld } from '../support/release-world';
import type { ReleaseWorld } from '../support/release-world';

/** Start was clicked and recorded; nothing of it has been shown in Jira yet. */
async function startRecorded(): Promise<ReleaseWorld> {
  const world = await aReleaseWorld();
  await world.click('submit', REPORTER);
  const clicked = await world.clickOnly('start', TESTER);
  if (clicked.kind !== 'moved') throw new Error(JSON.stringify(clicked));
  await applyTransition(world.ports, clicked.click);
  return world;
}

const work = ({ ports, issue }: ReleaseWorld) => workOutbox(ports, issue.id);

const isQuiet = ({ jira }: ReleaseRecord): boolean =>
  jira.effects.length === 0 && jira.working === null;

const movesOf = ({ issue }: ReleaseWorld): readonly string[] =>
  issue.changes.map(({ to }) => to.slice('status-'.length)).reverse();

describe('the Jira effects of a release', () => {
  test('are done in their order: the gate first, then the moves', async () => {
    const world = await startRecorded();
    world.ports.resetCost();

    expect(await work(world)).toBe('done');

    expect(world.ports.jira.calls.filter((name) => name !== 'issue')).toEqual([
      'writeGate',
      'move',
      'move',
    ]);
    expect(movesOf(world).slice(-3)).toEqual(['sql-pending', 'config-executing', 'code-executing']);
    expect(isQuiet(await world.record())).toBe(true);
    expect(await world.ports.memory.get('outbox', world.issue.id)).toBeUndefined();
  });

  test('are done once when the task is delivered twice at once', async () => {
    const world = await startRecorded();

    const answers = await Promise.all([work(world), work(world)]);
    await world.ports.drain();
    const again = await work(world);

    expect(answers.sort()).toEqual(['again', 'done']);
    expect(again).toBe('done');
    expect(movesOf(world)).toEqual([
      'awaiting-approval',
      'ready',
      'sql-pending',
      'config-executing',
      'code-executing',
    ]);
  });

  test.each([
    ['writeGate', 'before'],
    ['writeGate', 'after'],
    ['move', 'before'],
    ['move', 'after'],
  ] as const)('survive a failure of %s %s its effect', async (method, when) => {
    const world = await startRecorded();
    world.ports.jira.failNext(method, when);

    expect(await work(world)).toBe('again');
    await world.ports.drain();

    expect(movesOf(world).slice(-3)).toEqual(['sql-pending', 'config-executing', 'code-executing']);
    expect(isQuiet(await world.record())).toBe(true);
  });

  test.each(['before', 'after'] as const)(
    'leave one comment even if Jira fails %s it is written',
    async (when) => {
      const world = await startRecorded();
      await world.ports.drain();
      world.ports.jira.failNext('comment', when);

      await world.finish(await world.claim(), {
        kind: 'failed',
        failure: { class: 'health', sentence: 'Host web1 answered 500 for 60 s.' },
      });

      expect(world.issue.comments.map(({ comment }) => comment)).toEqual([
        expect.objectContaining({
          tone: 'failure',
          label: 'FAILED in SIT (health)',
          text: 'Host web1 answered 500 for 60 s.',
        }),
      ]);
      expect(world.ports.jira.statusOf(world.issue)).toBe('fix-pending');
    },
  );

  test('wait while Jira is down, and lose nothing', async () => {
    const world = await startRecorded();
    world.ports.jira.down = true;

    for (let attempt = 0; attempt < 5; attempt += 1) expect(await work(world)).toBe('again');
    expect((await world.record()).jira.effects).toHaveLength(3);
    world.ports.jira.down = false;
    await world.ports.drain();

    expect(world.ports.jira.statusOf(world.issue)).toBe('code-executing');
    expect(isQuiet(await world.record())).toBe(true);
  });

  test('are taken over from a worker that died in the middle', async () => {
    const world = await startRecorded();
    const { jira, version, ...rest } = await world.record();
    const working = { token: 'dead', until: world.ports.clock.now() + 60 };
    await world.ports.memory.transact([
      {
        type: 'set',
        entity: 'release',
        key: world.issue.id,
        record: { ...rest, jira: { ...jira, working }, version: version + 1 },
        expect: version,
      },
    ]);

    expect(await work(world)).toBe('busy');
    world.ports.pass(60);

    expect(await work(world)).toBe('done');
  });

  test('are left to the next task when the time is up, and that one need not wait', async () => {
    const world = await startRecorded();
    const { ports } = world;
    const writeGate: typeof ports.jira.writeGate = async (...gate) => {
      await ports.jira.writeGate(...gate);
      ports.pass(11);
    };
    const slow = { ...ports.jira, writeGate };

    expect(await workOutbox({ ...ports, jira: slow }, world.issue.id)).toBe('again');

    expect(await work(world)).toBe('done');
  });

  test('write the gate again when Jira’s condition does not see it', async () => {
    const world = await startRecorded();
    const { ports, issue } = world;
    const writeGate: typeof ports.jira.writeGate = async (...gate) => {
      await ports.jira.writeGate(...gate);
      issue.gate = null;
    };

    expect(await workOutbox({ ...ports, jira: { ...ports.jira, writeGate } }, issue.id)).toBe(
      'again',
    );
    await ports.drain();

    expect(ports.jira.statusOf(issue)).toBe('code-executing');
  });

  test('end with an issue that was deleted', async () => {
    const world = await startRecorded();
    world.ports.jira.issues.delete(world.issue.id);

    expect(await work(world)).toBe('done');

    expect(isQuiet(await world.record())).toBe(true);
    expect(await world.ports.memory.get('outbox', world.issue.id)).toBeUndefined();
  });

  test('leave the history of the sites behind even if the issue is deleted', async () => {
    const world = await startRecorded();
    await world.ports.drain();
    await world.succeed();
    const { job, fence } = await world.claim();
    const outcome = { kind: 'succeeded' };
    await world.agent.call({ op: 'finish', job, fence, seq: 1, data: { outcome } });
    world.ports.jira.issues.delete(world.issue.id);

    await world.ports.drain();

    expect(isQuiet(await world.record())).toBe(true);
    const rows = [...world.ports.memory.rows.keys()].filter((row) => row.startsWith('deployment '));
    expect(rows).toHaveLength(1);
  });

  test('that nobody recorded do not exist', async () => {
    const world = await aReleaseWorld();

    expect(await workOutbox(world.ports, '1')).toBe('done');
    expect(await work(world)).toBe('done');
  });
});

describe('an issue that is dragged away while the machine moves it', () => {
  test('is put where the store stands by one repair move, and the missed moves are skipped', async () => {
    const world = await startRecorded();
    world.ports.jira.drag(world.issue, 'draft');

    await world.ports.drain();

    expect(movesOf(world).slice(-3)).toEqual(['sql-pending', 'draft', 'code-executing']);
    expect(isQuiet(await world.record())).toBe(true);
  });

  test('is put right just as well after the reconciler has seen it', async () => {
    const world = await startRecorded();
    world.ports.jira.drag(world.issue, 'draft');
    await reconcile(world.ports, world.issue.id);

    await world.ports.drain();

    expect(world.ports.jira.statusOf(world.issue)).toBe('code-executing');
    expect(isQuiet(await world.record())).toBe(true);
    expect(world.issue.comments.map(({ comment }) => comment.label)).toEqual([
      'Interlock put this issue back',
    ]);
  });

  test('ends where the store stands by then, even if the release went on meanwhile', async () => {
    const world = await startRecorded();
    const { ports, issue } = world;
    ports.jira.drag(issue, 'draft');
    const claim = await world.claim();
    const words = { op: 'finish', job: claim.job, fence: claim.fence, seq: 1 } as const;
    let refusals = 0;
    const jira = {
      ...ports.jira,
      move: async (id: string, transition: string) => {
        const result = await ports.jira.move(id, transition);
        refusals += 1;
        // Jira has said no, and before that is written down the agent ends its job.
        if (refusals === 1) {
          await world.agent.call({ ...words, data: { outcome: { kind: 'succeeded' } } });
        }
        return result;
      },
    };

    await workOutbox({ ...ports, jira }, issue.id);
    await ports.drain();

    expect((await world.record()).status).toBe('verifying');
    expect(ports.jira.statusOf(issue)).toBe('verifying');
    expect(isQuiet(await world.record())).toBe(true);
  });

  test('is put right again and again', async () => {
    const world = await startRecorded();
    await world.ports.drain();
    for (const status of ['draft', 'aborted', 'deployed', 'released'] as const) {
      world.ports.jira.drag(world.issue, status);
      await reconcile(world.ports, world.issue.id);
      await world.ports.drain();

      expect([status, world.ports.jira.statusOf(world.issue)]).toEqual([status, 'code-executing']);
    }
    expect((await world.record()).status).toBe('code-executing');
  });
});

test('a release that failed is tried again by one click, and its moves are shown', async () => {
  const world = await startRecorded();
  await world.ports.drain();
  await world.finish(await world.claim(), {
    kind: 'failed',
    failure: { class: 'package', sentence: 'The package is damaged.' },
  });

  expect(await world.click('retry-code', LEADER)).toMatchObject({ kind: 'moved' });

  expect(world.ports.jira.statusOf(world.issue)).toBe('code-executing');
  expect((await world.claim('request-2')).stage).toBe('CODE');
});
