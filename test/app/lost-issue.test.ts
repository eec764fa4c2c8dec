import { describe, expect, test } from '@jest/globals';
import { applyTransition } from '#app/apply-transition';
import { checkTransition } from '#app/check-transition';
import { editContent } from '#app/edit-content';
import { reconcile } from '#app/reconcile';
import { aContent, REPORTER, TESTER } from '../support/builders';
import { LEASE_SECONDS, TAKEOVER_GRACE_SECONDS } from '#wire/agent';
import type { ClaimAnswer } from '#wire/agent';
import { aReleaseWorld } from '../support/release-world';
import type { ReleaseWorld } from '../support/release-world';

async function started() {
  const world = await aReleaseWorld();
  await world.click('submit', REPORTER);
  await world.click('start', TESTER);
  return world;
}

/** A second release of the same site, ready to start. */
async function another({ ports }: Awaited<ReturnType<typeof aReleaseWorld>>) {
  const issue = ports.jira.addIssue();
  await reconcile(ports, issue.id);
  await editContent(ports, { issueId: issue.id, accountId: REPORTER, content: aContent() });
  await ports.drain();
  const clicked = await ports.jira.clickOn(issue, 'submit', REPORTER);
  if (clicked.kind !== 'moved') throw new Error(JSON.stringify(clicked));
  await applyTransition(ports, clicked.click);
  await ports.drain();
  return issue;
}

const holderOf = async (world: Awaited<ReturnType<typeof aReleaseWorld>>): Promise<unknown> => {
  const { state } = await world.record();
  const job = state.run ? await world.ports.memory.get('job', state.run.job) : undefined;
  return job?.scopes[0];
};

describe('a release whose issue was deleted', () => {
  test('gives its sites back and withdraws its job', async () => {
    const world = await started();
    const scope = String(await holderOf(world));
    world.ports.jira.issues.delete(world.issue.id);

    await reconcile(world.ports, world.issue.id);
    await world.ports.drain();

    expect((await world.record()).status).toBe('aborted');
    expect(await world.ports.memory.get('scope', scope)).toMatchObject({ holder: null });
    expect(await world.ports.memory.get('inbox', world.agent.agentId)).toMatchObject({ jobs: [] });
    expect((await world.record()).jira.effects).toEqual([]);
  });

  test('ends once, however often it is told', async () => {
    const world = await started();
    world.ports.jira.issues.delete(world.issue.id);
    await reconcile(world.ports, world.issue.id);
    const ended = await world.record();

    await reconcile(world.ports, world.issue.id);

    expect((await world.record()).history).toEqual(ended.history);
  });

  test('is found by the next release that wants its site, even if Jira never told', async () => {
    const world = await started();
    world.ports.jira.issues.delete(world.issue.id);
    const other = await another(world);

    const first = await checkTransition(world.ports, {
      issueKey: other.key,
      action: 'start',
      reason: null,
    });
    await world.ports.drain();
    const second = await checkTransition(world.ports, {
      issueKey: other.key,
      action: 'start',
      reason: null,
    });

    expect(first).toMatchObject({ allowed: false });
    expect(second).toEqual({ allowed: true });
  });
});

describe('a release whose issue was deleted while an agent works on it', () => {
  const beat = (world: ReleaseWorld, { job, fence }: ClaimAnswer, speaks?: readonly number[]) =>
    world.agent.call({
      op: 'heartbeat',
      job,
      fence,
      data: { step: 'stage', ...(speaks && { speaks }) },
    });

  async function deletedAtWork() {
    const world = await started();
    const claim = await world.claim();
    const scope = String(await holderOf(world));
    world.ports.jira.issues.delete(world.issue.id);
    await reconcile(world.ports, world.issue.id);
    await world.ports.drain();
    const holder = async (): Promise<string | null | undefined> =>
      (await world.ports.memory.get('scope', scope))?.holder;
    return { world, claim, holder };
  }

  test('keeps its sites, and the next heartbeat asks the agent to stop', async () => {
    const { world, claim, holder } = await deletedAtWork();

    expect(await holder()).toBe(world.issue.id);
    expect(await beat(world, claim, [1, 2])).toMatchObject({
      status: 200,
      body: { command: 'stop', speak: 2 },
    });
  });

  test('ends with what the agent then says, and the job keeps it', async () => {
    const { world, claim, holder } = await deletedAtWork();
    const outcome = {
      kind: 'failed',
      failure: { class: 'stopped', sentence: 'It stopped before web2.' },
    } as const;

    expect(await world.finish(claim, outcome)).toBe(200);

    expect((await world.record()).status).toBe('aborted');
    expect(await holder()).toBeNull();
    expect(await world.ports.memory.get('job', claim.job)).toMatchObject({
      status: 'finished',
      outcome,
    });
    expect(await world.ports.memory.get('inbox', world.agent.agentId)).toMatchObject({ jobs: [] });
  });

  test('is not given to anybody any more: a claim is told that the job is over', async () => {
    const { world, claim } = await deletedAtWork();

    const again = await world.agent.call({
      op: 'claim',
      job: claim.job,
      data: { requestId: 'request-2' },
    });

    expect(again).toMatchObject({ status: 410, body: { error: 'gone' } });
  });

  test('ends after a lease and its grace when the agent says nothing more', async () => {
    const { world, holder } = await deletedAtWork();
    world.ports.pass(LEASE_SECONDS + TAKEOVER_GRACE_SECONDS);
    await world.ports.drain();
    expect(await holder()).toBe(world.issue.id);

    world.ports.pass(1);
    await world.ports.drain();

    expect((await world.record()).status).toBe('aborted');
    expect(await holder()).toBeNull();
  });

  test('an agent of 0.1 is told what it can read: that the job is not its own', async () => {
    const { world, claim } = await deletedAtWork();

    expect(await beat(world, claim)).toMatchObject({ status: 409, body: { error: 'stale' } });
    expect(await beat(world, claim, [1])).toMatchObject({ status: 409, body: { error: 'stale' } });
  });
});

describe('a release whose issue was moved to another project', () => {
  test('ends as well', async () => {
    const world = await started();
    world.ports.jira.issues.set(world.issue.id, { ...world.issue, project: '20000' });

    await reconcile(world.ports, world.issue.id);

    expect((await world.record()).status).toBe('aborted');
  });
});
