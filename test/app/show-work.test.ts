import { describe, expect, test } from '@jest/globals';
import { reviewScript } from '#app/review-script';
import { showRelease } from '#app/show-release';
import type { FinishOutcome } from '#wire/agent';
import type { ReleaseView, StageView } from '#wire/page';
import { aContent, DBA, LEADER, OPERATOR, REPORTER, TESTER } from '../support/builders';
import { aReleaseWorld } from '../support/release-world';
import type { ReleaseWorld } from '../support/release-world';
import { setKey, written } from '../support/written-content';

type Shown = Extract<ReleaseView, { kind: 'release' }>;

async function look({ ports, issue }: ReleaseWorld, accountId = TESTER): Promise<Shown> {
  const view = await showRelease(ports, { issueId: issue.id, accountId });
  if (view.kind !== 'release') throw new Error(view.sentence);
  return view;
}

/** SQL, CONFIG, CODE and VERIFY in a few words. */
const stages = ({ stages: views }: Shown): readonly StageView['state'][] =>
  views.map(({ state }) => state);

const states = (views: readonly { readonly state: string; readonly note: string }[]) =>
  views.map(({ state, note }) => (note === '' ? state : `${state}: ${note}`));

const WORK = written(
  [
    { id: 'first', name: 'First', text: 'SELECT 1;', undo: 'SELECT 0;' },
    { id: 'second', name: 'Second', text: 'SELECT 2;' },
    { id: 'stage-only', name: 'Third', text: 'SELECT 3;', environments: ['STAGE'] },
  ],
  [
    { id: 'limits', keys: [setKey('limit')] },
    { id: 'by-hand', namespace: 'other.properties', byHand: true, keys: [setKey('a')] },
  ],
);

const failure = { class: 'SQL', sentence: 'Statement 3 failed.' } as const;
const FAILED: FinishOutcome = { kind: 'failed', failure };

async function inSit(): Promise<ReleaseWorld> {
  const world = await aReleaseWorld(WORK);
  await world.click('submit', REPORTER);
  await world.click('start', TESTER);
  return world;
}

async function approveAll(world: ReleaseWorld): Promise<void> {
  for (const { id, mark } of (await look(world)).scripts) {
    await reviewScript(world.ports, {
      issueId: world.issue.id,
      accountId: DBA,
      script: id,
      mark,
      verdict: 'approved',
      reason: '',
    });
  }
  await world.ports.drain();
}

async function sqlRunning(): Promise<ReleaseWorld> {
  const world = await inSit();
  await approveAll(world);
  await world.click('submit-sql', DBA);
  return world;
}

describe('the panel of a release with everything', () => {
  test('shows in Draft what there is to do', async () => {
    const view = await look(await aReleaseWorld(WORK));

    expect(stages(view)).toEqual(['waiting', 'waiting', 'waiting', 'waiting']);
    expect(states(view.scripts)).toEqual(['waiting', 'waiting', 'waiting']);
    expect(view.scripts[0]).toMatchObject({
      id: 'first',
      name: 'First',
      database: 'orders',
      sha256: WORK.content.sql[0]?.text.sha256,
      bytes: 9,
      undoSha256: WORK.content.sql[0]?.undo?.sha256,
      review: null,
    });
    expect(view.config[1]).toMatchObject({ id: 'by-hand', byHand: true, keys: 1 });
  });

  test('shows no work as none', async () => {
    const view = await look(await aReleaseWorld());

    expect(stages(view)).toEqual(['none', 'none', 'waiting', 'waiting']);
  });

  test('offers the review to DBAs who did not make the release, and shows their word', async () => {
    const world = await inSit();
    expect((await look(world, DBA)).mayReview).toBe(true);
    expect((await look(world, LEADER)).mayReview).toBe(false);
    expect((await look(world, REPORTER)).mayReview).toBe(false);

    await approveAll(world);

    expect((await look(world)).scripts.map(({ review }) => review)).toEqual([
      { verdict: 'approved', by: DBA, reason: '' },
      { verdict: 'approved', by: DBA, reason: '' },
      { verdict: 'approved', by: DBA, reason: '' },
    ]);
  });

  test('shows each script as the agent tells it, and where none runs', async () => {
    const world = await sqlRunning();
    expect(stages(await look(world))).toEqual(['active', 'waiting', 'waiting', 'waiting']);
    const claim = await world.claim();
    await world.report(claim, [
      { step: 'sql-1', host: 'first', state: 'done', note: '1 row, 3 ms' },
      { step: 'sql-2', host: 'second', state: 'running', note: 'Statement 2 of 7.' },
    ]);

    expect(states((await look(world)).scripts)).toEqual([
      'done: 1 row, 3 ms',
      'running: Statement 2 of 7.',
      'skipped: It does not run in SIT.',
    ]);
  });

  test('shows a failure until the work is taken up again', async () => {
    const world = await sqlRunning();
    const claim = await world.report(await world.claim(), [
      { step: 'sql-1', host: 'first', state: 'done' },
      { step: 'sql-2', host: 'second', state: 'failed', note: 'Statement 3 failed.' },
    ]);
    await world.finish(claim, FAILED);
    const failed = await look(world);
    expect(stages(failed)).toEqual(['failed', 'waiting', 'waiting', 'waiting']);
    expect(states(failed.scripts).slice(0, 2)).toEqual(['done', 'failed: Statement 3 failed.']);

    await world.click('retry-sql', TESTER);
    await world.click('submit-sql', DBA);

    expect(states((await look(world)).scripts).slice(0, 2)).toEqual(['done', 'waiting']);
  });

  test('shows configuration, and what waits for a person', async () => {
    const world = await sqlRunning();
    await world.succeed();
    expect(states((await look(world)).scripts).slice(0, 2)).toEqual(['done', 'done']);
    const claim = await world.report(await world.claim(), [
      { step: 'config-1', host: 'limits', state: 'done', note: '1 key on 2 hosts.' },
    ]);
    await world.finish(claim, { kind: 'succeeded' });

    const view = await look(world);
    expect(stages(view)).toEqual(['done', 'active', 'waiting', 'waiting']);
    expect(states(view.config)).toEqual([
      'done: 1 key on 2 hosts.',
      'waiting: It waits to be applied by hand.',
    ]);

    await world.click('confirm-config', OPERATOR);
    const after = await look(world);
    expect(stages(after)).toEqual(['done', 'done', 'active', 'waiting']);
    expect(states(after.config)[1]).toBe('done');
  });

  test('skips what has run in the environment before', async () => {
    const world = await sqlRunning();
    await world.succeed();
    await world.succeed();
    await world.click('report-config-failed', OPERATOR, 'The centre is down.');
    expect(states((await look(world)).config)[1]).toBe('failed: The centre is down.');
    await world.click('iterate', REPORTER);
    await world.click('submit', REPORTER);

    const view = await look(world);

    expect(states(view.scripts)).toEqual([
      'skipped: It has run in SIT before.',
      'skipped: It has run in SIT before.',
      'skipped: It does not run in SIT.',
    ]);
    expect(stages(view)).toEqual(['none', 'waiting', 'waiting', 'waiting']);
  });
});

describe('the panel of a rollback', () => {
  test('shows each host’s way back from its beginning', async () => {
    const world = await aReleaseWorld({ content: aContent() });
    await world.click('submit', REPORTER);
    await world.click('start', TESTER);
    const claim = await world.report(await world.claim(), [
      { step: 'code-1', host: 'web1', state: 'failed', note: 'It did not answer.' },
    ]);
    await world.finish(claim, FAILED);
    expect(stages(await look(world))).toEqual(['none', 'none', 'failed', 'waiting']);
    expect(states((await look(world)).hosts)).toEqual(['failed: It did not answer.', 'waiting']);

    await world.click('roll-back', LEADER, 'Orders fail.');
    expect(stages(await look(world))).toEqual(['none', 'none', 'active', 'waiting']);
    expect(states((await look(world)).hosts)).toEqual(['waiting', 'waiting']);
    const back = await world.report(await world.claim(), [
      { step: 'rollback-1', host: 'web1', state: 'healthy', note: 'It serves 0.9.0 again.' },
    ]);
    await world.finish(back, { kind: 'succeeded' });

    const view = await look(world);
    expect(view.status).toBe('rolled-back');
    expect(stages(view)).toEqual(['none', 'none', 'waiting', 'waiting']);
    expect(states(view.hosts)).toEqual(['healthy: It serves 0.9.0 again.', 'waiting']);
  });

  test('shows what becomes of the configuration', async () => {
    const world = await aReleaseWorld(written([], [{ id: 'limits', keys: [setKey('limit')] }]));
    await world.click('submit', REPORTER);
    await world.click('start', TESTER);
    const claim = await world.report(await world.claim(), [
      { step: 'config-1', host: 'limits', state: 'failed', note: 'The disk is full.' },
    ]);
    await world.finish(claim, FAILED);
    await world.click('roll-back', LEADER, 'Orders fail.');
    expect(states((await look(world)).config)).toEqual(['waiting']);
    const back = await world.report(await world.claim(), [
      { step: 'restore-1', host: 'limits', state: 'done', note: 'As it was.' },
    ]);
    await world.finish(back, FAILED);

    const view = await look(world);
    expect(stages(view)).toEqual(['none', 'failed', 'failed', 'waiting']);
    expect(states(view.config)).toEqual(['done: As it was.']);
  });
});
