import { describe, expect, test } from '@jest/globals';
import { answerUnknown } from '#app/answer-unknown';
import { reviewScript } from '#app/review-script';
import { showRelease } from '#app/show-release';
import { AGENT_SILENCE_MAX_SECONDS } from '#core/facts';
import type { UnknownAnswer } from '#core/release-event';
import { reviewMark } from '#core/scripts';
import { ClaimAnswer, LEASE_SECONDS, TAKEOVER_GRACE_SECONDS } from '#wire/agent';
import { answerAs } from '../support/answer-as';
import { DBA, REPORTER, TESTER } from '../support/builders';
import { aReleaseWorld } from '../support/release-world';
import type { ReleaseWorld } from '../support/release-world';
import { written } from '../support/written-content';

const QUESTION = 'Host web1 does not answer: does it serve 1.0.0?';

async function started(): Promise<ReleaseWorld> {
  const world = await aReleaseWorld();
  await world.click('submit', REPORTER);
  await world.click('start', TESTER);
  return world;
}

/** The agent has asked its question. */
async function asked(): Promise<ReleaseWorld> {
  const world = await started();
  await world.finish(await world.claim(), { kind: 'unknown', question: QUESTION });
  return world;
}

const answer = (world: ReleaseWorld, word: UnknownAnswer, accountId = TESTER) =>
  answerAs(world.ports, { issueId: world.issue.id, accountId, answer: word });

const inboxOf = async (world: ReleaseWorld) =>
  (await world.ports.memory.get('inbox', world.agent.agentId))?.jobs ?? [];

describe('an outcome that nobody knows', () => {
  test('keeps the executing status, asks the question on the issue once, and moves nothing', async () => {
    const world = await asked();

    const { state, jira } = await world.record();
    expect(state).toMatchObject({ status: 'code-executing', question: QUESTION });
    expect(world.ports.jira.statusOf(world.issue)).toBe('code-executing');
    expect(jira.effects).toEqual([]);
    expect(world.issue.comments.map(({ comment }) => comment)).toMatchObject([
      { label: 'Outcome unknown in SIT', text: QUESTION },
    ]);
  });

  test('is nobody’s work any more: the agent that asked is not offered the job again', async () => {
    const world = await asked();
    const { run } = (await world.record()).state;
    const job = run?.job ?? '';

    expect(await inboxOf(world)).toEqual([]);
    const claim = await world.agent.call({ op: 'claim', job, data: { requestId: 'request-2' } });
    expect(claim).toMatchObject({ status: 410, body: { error: 'gone' } });
  });

  test('«done» goes on to verification, by a new job', async () => {
    const world = await asked();

    expect(await answer(world, 'done')).toEqual({ kind: 'done' });
    await world.ports.drain();

    expect((await world.record()).state).toMatchObject({ status: 'verifying', question: null });
    expect(world.ports.jira.statusOf(world.issue)).toBe('verifying');
    expect(await inboxOf(world)).toHaveLength(1);
    expect((await world.claim()).stage).toBe('VERIFY');
  });

  test('«not done» waits for a fix, and no job is left behind', async () => {
    const world = await asked();

    await answer(world, 'not-done');
    await world.ports.drain();

    expect((await world.record()).state).toMatchObject({
      status: 'fix-pending',
      failure: { class: 'unknown', stage: 'CODE' },
    });
    expect(await inboxOf(world)).toEqual([]);
  });

  test('«retry» offers the stage again under a higher fence', async () => {
    const world = await started();
    const first = await world.claim();
    await world.finish(first, { kind: 'unknown', question: QUESTION });

    await answer(world, 'retry');

    const second = await world.claim('request-2');
    expect(second.job).not.toBe(first.job);
    expect(second.fence).toBeGreaterThan(first.fence);
  });

  test('is answered only by those who may start, in a sentence about answering', async () => {
    const world = await asked();

    const outcome = await answer(world, 'done', REPORTER);

    expect(outcome).toEqual({
      kind: 'refused',
      sentence:
        'Answering the question is reserved in SIT to the leaders of its sites, and to testers where the policy says so; ask one of them, or have the policy changed by a project admin.',
    });
  });

  test('is answered once: the second answer finds no question', async () => {
    const world = await asked();
    await answer(world, 'not-done');

    expect(await answer(world, 'done')).toMatchObject({ kind: 'refused' });
    expect((await world.record()).status).toBe('fix-pending');
  });

  test('of an issue that is no release is refused in words', async () => {
    const world = await started();
    const input = { issueId: '1', accountId: TESTER, answer: 'done' } as const;

    expect(await answerUnknown(world.ports, input)).toMatchObject({ kind: 'refused' });
  });
});

describe('an answer', () => {
  const LOOK_AGAIN = expect.stringMatching(/look again/i);

  /** What somebody's page shows at this moment. */
  const aboutOf = async ({ ports, issue }: ReleaseWorld) => {
    const view = await showRelease(ports, { issueId: issue.id, accountId: TESTER });
    if (view.kind !== 'release' || view.about === null) throw new Error('Nothing is under way.');
    return view.about;
  };
  const given = ({ issue }: ReleaseWorld, word: UnknownAnswer) => ({
    issueId: issue.id,
    accountId: TESTER,
    answer: word,
  });

  test('to one question is none to the next', async () => {
    const world = await asked();
    const first = await aboutOf(world);
    expect(await answer(world, 'retry')).toEqual({ kind: 'done' });
    await world.finish(await world.claim('request-2'), { kind: 'unknown', question: 'And web2?' });

    const late = { ...given(world, 'done'), about: first };
    expect(await answerUnknown(world.ports, late)).toEqual({
      kind: 'refused',
      sentence: LOOK_AGAIN,
    });
    expect((await world.record()).state).toMatchObject({
      status: 'code-executing',
      question: 'And web2?',
    });
    const about = await aboutOf(world);
    expect(about).not.toEqual(first);
    expect(await answerUnknown(world.ports, { ...late, about })).toEqual({ kind: 'done' });
  });

  test('for an agent that had left is none to the question with which it came back', async () => {
    const world = await started();
    const claim = await world.claim();
    world.ports.pass(LEASE_SECONDS + TAKEOVER_GRACE_SECONDS);
    const about = await aboutOf(world);
    expect(about).toEqual({ job: claim.job, isAsked: false });
    await world.finish(claim, { kind: 'unknown', question: QUESTION });

    const late = { ...given(world, 'done'), about };
    expect(await answerUnknown(world.ports, late)).toEqual({
      kind: 'refused',
      sentence: LOOK_AGAIN,
    });
    expect((await world.record()).state.question).toBe(QUESTION);
  });

  test('of a page of yesterday, which does not say to what, counts for nothing', async () => {
    const world = await asked();

    expect(await answerUnknown(world.ports, given(world, 'done'))).toEqual({
      kind: 'refused',
      sentence: LOOK_AGAIN,
    });
    expect((await world.record()).status).toBe('code-executing');
  });
});

describe('a job that its agent has left', () => {
  test('cannot be answered for while the lease and its grace run', async () => {
    const world = await started();
    await world.claim();

    world.ports.pass(LEASE_SECONDS + TAKEOVER_GRACE_SECONDS - 1);

    expect(await answer(world, 'not-done')).toMatchObject({ kind: 'refused' });
  });

  test('can be answered for afterwards, and then the old agent’s words no longer count', async () => {
    const world = await started();
    const { job, fence } = await world.claim();

    world.ports.pass(LEASE_SECONDS + TAKEOVER_GRACE_SECONDS);
    expect(await answer(world, 'not-done')).toEqual({ kind: 'done' });

    const late = { job, fence, seq: 1 };
    const entry = {
      at: 1,
      step: 'code-1',
      host: 'web1',
      state: 'healthy',
      note: '',
      milliseconds: 1,
    };
    for (const words of [
      { op: 'report', ...late, data: { entries: [entry] } },
      { op: 'finish', ...late, data: { outcome: { kind: 'succeeded' } } },
      { op: 'heartbeat', job, fence, data: { step: null } },
    ] as const) {
      expect((await world.agent.call(words)).body).toMatchObject({ error: 'stale' });
    }
    expect(
      await world.ports.memory.get('host-states', `${world.issue.id}.SIT.1.0`),
    ).toBeUndefined();
    expect(await inboxOf(world)).toEqual([]);
  });

  test('is not answered for when its agent comes back at the same moment', async () => {
    const world = await started();
    world.ports.pass(AGENT_SILENCE_MAX_SECONDS + 1);
    // The person looked while nobody had claimed; the claim is written before the answer is.
    world.ports.meanwhile = async () => {
      world.ports.meanwhile = undefined;
      await world.claim();
    };

    expect(await answer(world, 'not-done')).toMatchObject({ kind: 'refused' });
    expect((await world.record()).status).toBe('code-executing');
  });
});

describe('«done» about one statement', () => {
  const SCRIPTS = written([{ id: 'add', text: 'CALL a(); SELECT 1;' }], []);

  /** The agent of a release with a script has asked about a statement. */
  async function inDoubt(): Promise<ReleaseWorld> {
    const world = await aReleaseWorld(SCRIPTS);
    await world.click('submit', REPORTER);
    await world.click('start', TESTER);
    for (const script of SCRIPTS.content.sql) {
      const review = { script: script.id, mark: reviewMark(script), verdict: 'approved' } as const;
      const by = { issueId: world.issue.id, accountId: DBA };
      await reviewScript(world.ports, { ...by, ...review, reason: '' });
    }
    await world.click('submit-sql', DBA);
    const outcome = { kind: 'unknown', question: 'Has CALL a() run?', isStatement: true } as const;
    await world.finish(await world.claim(), outcome);
    return world;
  }

  const claimOf = async (world: ReleaseWorld, more: object) => {
    const [job = ''] = await inboxOf(world);
    return world.agent.call({ op: 'claim', job, data: { requestId: 'request-2', ...more } });
  };

  test('is told to the agent of a new job, which runs the rest', async () => {
    const world = await inDoubt();
    const first = (await world.record()).state.run?.job;

    expect(await answer(world, 'done', DBA)).toEqual({ kind: 'done' });
    await world.ports.drain();

    expect((await world.record()).state).toMatchObject({ status: 'sql-executing', executed: {} });
    const claim = await claimOf(world, { skipsDone: true });
    expect(claim.status).toBe(200);
    const { decision } = ClaimAnswer.parse(claim.body);
    expect(JSON.parse(decision.text)).toMatchObject({ stage: 'SQL', doneStatements: [first] });
  });

  test('is told as answered, and so is every other answer about it', async () => {
    const world = await inDoubt();
    const first = (await world.record()).state.run?.job;
    await answer(world, 'retry', DBA);
    await world.ports.drain();

    const { decision } = ClaimAnswer.parse((await claimOf(world, { skipsDone: true })).body);

    expect(JSON.parse(decision.text)).toMatchObject({
      doneStatements: [],
      answeredStatements: [first],
    });
  });

  test('keeps the new job from an agent that would run the statement again, with words', async () => {
    const world = await inDoubt();
    await answer(world, 'done', DBA);

    expect(await claimOf(world, {})).toMatchObject({
      status: 409,
      body: { error: 'taken', message: expect.stringContaining('update the agent') },
    });
  });

  test('is offered by the page as what it does', async () => {
    const { ports, issue } = await inDoubt();

    const view = await showRelease(ports, { issueId: issue.id, accountId: DBA });

    expect(view).toMatchObject({ asksStatement: true, answers: ['done', 'not-done', 'retry'] });
  });
});
