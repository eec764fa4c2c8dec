import { describe, expect, test } from '@jest/globals';
import { applyTransition } from '#app/apply-transition';
import type { Click } from '#app/apply-transition';
import { checkTransition } from '#app/check-transition';
import { editContent } from '#app/edit-content';
import { reconcile } from '#app/reconcile';
import { reviewScript } from '#app/review-script';
import { reviewMark } from '#core/scripts';
import type { FinishOutcome } from '#wire/agent';
import { aContent, DBA, LEADER, OPERATOR, REPORTER, TESTER } from '../support/builders';
import type { Clicked } from '../support/memory-jira';
import { aReleaseWorld } from '../support/release-world';
import type { ReleaseWorld } from '../support/release-world';
import { setKey, written } from '../support/written-content';

const SCRIPT = { id: 'add', text: 'ALTER TABLE orders ADD note text;' };
const OTHER = { id: 'other', text: 'ALTER TABLE orders ADD colour text;' };
const BY_HAND = { byHand: true, keys: [setKey('limit', '5')] };

const FAILED: FinishOutcome = {
  kind: 'failed',
  failure: { class: 'health', sentence: 'web1 did not answer.' },
};

const review = async (
  { ports, issue, record }: ReleaseWorld,
  verdict: 'approved' | 'rejected' = 'approved',
  over: Partial<Parameters<typeof reviewScript>[1]> = {},
) => {
  const [script] = (await record()).state.content?.sql ?? [];
  const outcome = await reviewScript(ports, {
    issueId: issue.id,
    accountId: DBA,
    script: script?.id ?? '',
    mark: script ? reviewMark(script) : '',
    verdict,
    reason: verdict === 'rejected' ? 'it locks the table' : '',
    ...over,
  });
  await ports.drain();
  return outcome;
};

async function started(work = written([SCRIPT])): Promise<ReleaseWorld> {
  const world = await aReleaseWorld(work);
  await world.click('submit', REPORTER);
  await world.click('start', TESTER);
  return world;
}

const moved = (clicked: Clicked): Click => {
  if (clicked.kind !== 'moved') throw new Error(JSON.stringify(clicked));
  return clicked.click;
};

const standing = async ({ ports, issue, record }: ReleaseWorld) => {
  const { status } = await record();
  expect(ports.jira.statusOf(issue)).toBe(status);
  return status;
};

const eventsBy = async ({ ports, issue, record }: ReleaseWorld) => {
  const { history } = await record();
  const last = await ports.memory.get(
    'events',
    `${issue.id}.${String(history.segments).padStart(5, '0')}`,
  );
  return (last?.events ?? []).map((event) => ('by' in event ? [event.type, event.by] : event.type));
};

describe('a release with SQL', () => {
  test('waits for a DBA and for whoever submits it, then runs through', async () => {
    const world = await started();
    expect(await standing(world)).toBe('sql-pending');
    expect(await world.click('submit-sql', DBA)).toEqual({
      kind: 'refused',
      sentence:
        'No DBA has approved Add the column yet; ask a DBA of the project’s policy to review it in the release’s panel.',
    });
    expect(await world.click('submit-sql', 'acc-nobody')).toEqual({ kind: 'hidden' });

    expect(await review(world)).toEqual({ kind: 'done' });
    await world.click('submit-sql', OPERATOR);
    expect(await standing(world)).toBe('sql-executing');
    expect(await eventsBy(world)).toEqual([['sql-submitted', OPERATOR], 'stage-offered']);

    await world.succeed();
    expect(await standing(world)).toBe('code-executing');
  });

  test('is reviewed by DBAs of the policy only, and by nobody who made it', async () => {
    const world = await started();

    expect(await review(world, 'approved', { accountId: LEADER })).toMatchObject({
      sentence: expect.stringContaining('Reviewing SQL is reserved in SIT to the DBAs'),
    });
    expect(await review(world, 'approved', { accountId: REPORTER })).toMatchObject({
      sentence: expect.stringContaining('cannot review its SQL'),
    });
    expect(await review(world, 'approved', { mark: 'an older text' })).toMatchObject({
      sentence: expect.stringContaining('has no script add as you saw it'),
    });
    expect(await review(world, 'rejected', { reason: ' ' })).toMatchObject({
      sentence: 'Rejecting a script needs a reason; write one in the field Reason.',
    });
    expect(await review(world, 'approved', { issueId: '1' })).toMatchObject({ kind: 'refused' });
    expect((await world.record()).state.reviews).toEqual([]);
  });

  test('stops when a script is rejected, and is taken up again once it is approved', async () => {
    const world = await started();

    await review(world, 'rejected');
    expect(await standing(world)).toBe('fix-pending');
    expect(await world.click('retry-code', TESTER)).toEqual({ kind: 'hidden' });

    await review(world, 'approved');
    await world.click('retry-sql', TESTER);
    expect(await standing(world)).toBe('sql-pending');
    await world.click('submit-sql', DBA);
    expect(await standing(world)).toBe('sql-executing');
  });

  test('is not submitted by a click that was made for other scripts', async () => {
    const world = await started();
    await review(world);
    const late = moved(await world.clickOnly('submit-sql', DBA));
    await review(world, 'rejected');
    await world.click('iterate', REPORTER);
    const { content, texts } = written([OTHER]);
    for (const text of texts) await world.ports.memory.putText(text);
    await editContent(world.ports, { issueId: world.issue.id, accountId: REPORTER, content });
    await world.click('submit', REPORTER);
    await world.click('start', TESTER);
    await review(world);
    expect(await standing(world)).toBe('sql-pending');

    await applyTransition(world.ports, late);
    await world.ports.drain();

    expect(await standing(world)).toBe('sql-pending');
  });
});

describe('configuration that a person applies', () => {
  const byHand = () => started(written([], [BY_HAND]));

  test('is confirmed by operations, and by nobody else', async () => {
    const world = await byHand();
    expect(await standing(world)).toBe('config-executing');
    expect(await world.click('confirm-config', TESTER)).toEqual({ kind: 'hidden' });

    await world.click('confirm-config', OPERATOR);

    expect(await standing(world)).toBe('code-executing');
  });

  test('is reported failed with a reason, and retried', async () => {
    const world = await byHand();
    expect(await world.click('report-config-failed', OPERATOR)).toMatchObject({ kind: 'refused' });

    await world.click('report-config-failed', OPERATOR, 'The centre is down.');
    expect(await standing(world)).toBe('fix-pending');
    expect(world.issue.comments.at(-1)?.comment).toMatchObject({
      tone: 'failure',
      label: 'FAILED in SIT (config)',
      text: 'The centre is down.',
    });

    await world.click('retry-config', TESTER);
    expect(await standing(world)).toBe('config-executing');
  });

  test('does not wait while an agent applies the rest', async () => {
    const world = await started(
      written([], [{ keys: [setKey('a')] }, { ...BY_HAND, id: 'by-hand', namespace: 'b' }]),
    );

    expect(await world.click('confirm-config', OPERATOR)).toEqual({ kind: 'hidden' });
    expect(
      await checkTransition(world.ports, {
        issueKey: world.issue.key,
        action: 'confirm-config',
        reason: null,
      }),
    ).toEqual({
      allowed: false,
      sentence:
        'No configuration waits to be applied by hand; reload the issue to see what the release waits for.',
    });

    await world.succeed();
    await world.click('confirm-config', OPERATOR);
    expect(await standing(world)).toBe('code-executing');
  });
});

describe('a rollback', () => {
  async function failed(): Promise<ReleaseWorld> {
    const world = await started({ content: aContent(), texts: [] });
    await world.finish(await world.claim(), FAILED);
    return world;
  }

  test('is started with a reason, told in the site’s history and in a comment', async () => {
    const world = await failed();
    expect(await world.click('roll-back', LEADER)).toMatchObject({ kind: 'refused' });

    await world.click('roll-back', LEADER, 'Orders fail.');
    expect(await standing(world)).toBe('rolling-back');
    await world.succeed();

    expect(await standing(world)).toBe('rolled-back');
    expect(world.issue.comments.at(-1)?.comment.label).toBe('Rolled back in SIT');
    const { rows } = await world.ports.memory.list('deployment', {
      index: 'by-site',
      partition: ['10000.shop', 'SIT'],
      order: 'ascending',
      limit: 10,
    });
    expect(rows.map(({ record }) => record.result).sort()).toEqual(['failed', 'rolled-back']);
  });

  test('that fails is retried, and nothing else is', async () => {
    const world = await failed();
    await world.click('roll-back', LEADER, 'Orders fail.');
    await world.finish(await world.claim(), FAILED);
    expect(await standing(world)).toBe('fix-pending');
    expect(await world.click('roll-back', LEADER, 'again')).toEqual({ kind: 'hidden' });
    expect(await world.click('retry-code', TESTER)).toEqual({ kind: 'hidden' });

    await world.click('retry-rollback', LEADER);
    expect(await standing(world)).toBe('rolling-back');
  });

  test('is possible after Deployed as well', async () => {
    const world = await started({ content: aContent(), texts: [] });
    await world.succeed();
    await world.succeed();
    expect(await standing(world)).toBe('deployed');

    await world.click('roll-back', LEADER, 'Orders fail.');
    await world.succeed();

    expect(await standing(world)).toBe('rolled-back');
    expect((await world.record()).state.deployments).toEqual({});
  });
});

describe('the rollback of a release that another one has come over', () => {
  const deployed = async (world: ReleaseWorld): Promise<void> => {
    await world.click('submit', REPORTER);
    await world.click('start', TESTER);
    await world.succeed();
    await world.succeed();
    expect(await standing(world)).toBe('deployed');
  };
  const rollBack = async (world: ReleaseWorld): Promise<void> => {
    await world.click('roll-back', LEADER, 'Orders fail.');
    await world.succeed();
    expect(await standing(world)).toBe('rolled-back');
  };

  test('is refused until the later ones are rolled back, the latest first', async () => {
    const first = await aReleaseWorld();
    await deployed(first);
    const second = await first.another(aContent());
    await deployed(second);

    const refused = await first.click('roll-back', LEADER, 'Orders fail.');

    expect(refused).toMatchObject({
      kind: 'refused',
      sentence: `${second.issue.key} has changed the site shop in SIT since; have that one rolled back first, or deploy an earlier version in a new release.`,
    });
    expect(await standing(first)).toBe('deployed');
    await rollBack(second);
    await rollBack(first);
  });

  test('is open again once the release was deployed anew', async () => {
    const first = await aReleaseWorld();
    await deployed(first);
    await deployed(await first.another(aContent()));
    await first.click('iterate', REPORTER);
    await deployed(first);

    await rollBack(first);
  });
});

describe('a lost click between two statuses that two rows join', () => {
  async function healed(world: ReleaseWorld) {
    await reconcile(world.ports, world.issue.id);
    await world.ports.drain();
    return [await standing(world), await eventsBy(world)];
  }

  test('is a rollback where the code has failed', async () => {
    const world = await started({ content: aContent(), texts: [] });
    await world.finish(await world.claim(), FAILED);
    moved(await world.clickOnly('roll-back', LEADER, 'Orders fail.'));

    expect(await healed(world)).toEqual([
      'rolling-back',
      [['rollback-started', LEADER], 'stage-offered'],
    ]);
  });

  test('is a retry where the rollback has failed', async () => {
    const world = await started({ content: aContent(), texts: [] });
    await world.finish(await world.claim(), FAILED);
    await world.click('roll-back', LEADER, 'Orders fail.');
    await world.finish(await world.claim(), FAILED);
    moved(await world.clickOnly('retry-rollback', LEADER));

    expect(await healed(world)).toEqual(['rolling-back', [['retried', LEADER], 'stage-offered']]);
  });

  test('is a submission, a confirmation and a report where these were clicked', async () => {
    const sql = await started();
    await review(sql);
    moved(await sql.clickOnly('submit-sql', DBA));
    expect(await healed(sql)).toEqual(['sql-executing', [['sql-submitted', DBA], 'stage-offered']]);

    const done = await started(written([], [BY_HAND]));
    moved(await done.clickOnly('confirm-config', OPERATOR));
    expect(await healed(done)).toEqual([
      'code-executing',
      [['config-confirmed', OPERATOR], 'stage-offered'],
    ]);

    const failed = await started(written([], [BY_HAND]));
    moved(await failed.clickOnly('report-config-failed', OPERATOR, 'The centre is down.'));
    expect(await healed(failed)).toEqual(['fix-pending', [['config-reported-failed', OPERATOR]]]);
  });
});
