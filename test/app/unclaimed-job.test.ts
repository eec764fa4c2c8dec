/** Work that no agent has begun: nobody can say that it is done, and nobody has to while its agent is busy. */
import { describe, expect, test } from '@jest/globals';
import { revokeAgent } from '#app/manage-agents';
import { showRelease } from '#app/show-release';
import type { UnknownAnswer } from '#core/release-event';
import { AGENT_SILENCE_MAX_SECONDS } from '#core/facts';
import { HEARTBEAT_SECONDS, LEASE_SECONDS, TAKEOVER_GRACE_SECONDS } from '#wire/agent';
import type { ClaimAnswer } from '#wire/agent';
import { answerAs } from '../support/answer-as';
import { aContent, aSite, LEADER, PACKAGE_DIGEST, REPORTER, TESTER } from '../support/builders';
import { aReleaseWorld, PROJECT } from '../support/release-world';
import type { ReleaseWorld } from '../support/release-world';

const BLOG = aContent({
  code: [{ site: 'blog', version: '1.0.0', artifactSha256: PACKAGE_DIGEST }],
});
const WIKI = aContent({
  code: [{ site: 'wiki2', version: '1.0.0', artifactSha256: PACKAGE_DIGEST }],
});

const start = async (world: ReleaseWorld): Promise<void> => {
  await world.click('submit', REPORTER);
  await world.click('start', TESTER);
};

async function started(): Promise<ReleaseWorld> {
  const world = await aReleaseWorld();
  await start(world);
  return world;
}

const look = async ({ ports, issue }: ReleaseWorld) => {
  const view = await showRelease(ports, { issueId: issue.id, accountId: LEADER });
  if (view.kind !== 'release') throw new Error('No release.');
  return view;
};

const answer = ({ ports, issue }: ReleaseWorld, word: UnknownAnswer) =>
  answerAs(ports, { issueId: issue.id, accountId: TESTER, answer: word });

const poll = ({ agent }: ReleaseWorld) =>
  agent.call({ op: 'poll', data: { version: '0.1.0', busy: false } });

/** The agent works on one release, and another waits for it. */
async function twoReleases() {
  const busy = await aReleaseWorld({ sites: [aSite(), aSite({ id: 'blog' })] });
  const waiting = await busy.another(BLOG);
  await start(busy);
  const claim = await busy.claim();
  await start(waiting);
  return { busy, waiting, claim };
}

/** Two releases wait for the agent of a third, one after the other. */
async function threeReleases() {
  const busy = await aReleaseWorld({
    sites: [aSite(), aSite({ id: 'blog' }), aSite({ id: 'wiki2' })],
  });
  const [next, last] = [await busy.another(BLOG), await busy.another(WIKI)];
  await start(busy);
  const claim = await busy.claim();
  await start(next);
  await start(last);
  return { busy, next, last, claim };
}

/** The agent lives on in its work for so long. */
async function beat({ agent, ports }: ReleaseWorld, claim: ClaimAnswer, seconds: number) {
  for (let passed = 0; passed < seconds; passed += HEARTBEAT_SECONDS) {
    ports.pass(HEARTBEAT_SECONDS);
    const { job, fence } = claim;
    const beaten = await agent.call({ op: 'heartbeat', job, fence, data: { step: null } });
    expect(beaten.status).toBe(200);
  }
}

describe('a job that no agent has ever claimed', () => {
  test('is never done, however long it waits', async () => {
    const world = await started();
    world.ports.pass(24 * 3_600);

    expect(await answer(world, 'done')).toEqual({
      kind: 'refused',
      sentence: expect.stringMatching(
        /^No agent has ever begun job 10001\.\d+, so it cannot be done;/,
      ),
    });
    expect((await world.record()).status).toBe('code-executing');
  });

  test.each(['retry', 'not-done'] as const)(
    'is answered «%s» only after a silence longer than a far poll',
    async (word) => {
      const world = await started();

      world.ports.pass(AGENT_SILENCE_MAX_SECONDS);
      expect(await look(world)).toMatchObject({ answers: [], answerable: false });
      expect(await answer(world, word)).toMatchObject({ kind: 'refused' });

      world.ports.pass(1);
      const view = await look(world);
      expect(view).toMatchObject({ answers: ['not-done', 'retry'], answerable: true });
      expect(view.now).toMatch(
        /^No agent of SIT has taken up the work since .* UTC; start the agent, or answer retry or not done: nothing has begun\.$/,
      );
      expect(await answer(world, word)).toEqual({ kind: 'done' });
    },
  );

  test('is told as stopped by a person where one answers that it was not done', async () => {
    const world = await started();
    world.ports.pass(AGENT_SILENCE_MAX_SECONDS + 1);

    const job = (await world.record()).state.run?.job ?? '';
    await answer(world, 'not-done');

    const sentence = `A person stopped CODE: no agent had taken up job ${job}.`;
    const failure = { stage: 'CODE', class: 'stopped', sentence };
    expect((await world.record()).state).toMatchObject({ status: 'fix-pending', failure });
    expect((await look(world)).now).toContain(`CODE was stopped: ${sentence}`);
  });

  test('waits for an agent that is heard from, and can be stopped', async () => {
    const world = await started();
    world.ports.pass(AGENT_SILENCE_MAX_SECONDS + 1);
    await poll(world);

    const view = await look(world);

    expect(view.answers).toEqual(['not-done']);
    expect(view.now).toMatch(
      /^An agent of SIT is there and has not taken up the work since .* UTC; look at its log, or answer not done to stop here: nothing has begun\.$/,
    );
    expect(await answer(world, 'retry')).toMatchObject({
      kind: 'refused',
      sentence: expect.stringContaining('is there'),
    });
    expect(await answer(world, 'not-done')).toEqual({ kind: 'done' });
  });

  test('waits for nobody whose agents were all revoked', async () => {
    const world = await started();
    world.ports.pass(AGENT_SILENCE_MAX_SECONDS + 1);
    await poll(world);
    await revokeAgent(world.ports, { project: PROJECT, agentId: world.agent.agentId });

    expect((await look(world)).answers).toEqual(['not-done', 'retry']);
  });
});

describe('a release whose agent works on another one', () => {
  test('says who works on what, and asks nobody', async () => {
    const { busy, waiting, claim } = await twoReleases();
    await beat(busy, claim, LEASE_SECONDS + TAKEOVER_GRACE_SECONDS);

    const view = await look(waiting);

    const { issueKey } = await busy.record();
    expect(view.now).toBe(`Agent Room 1 works on ${issueKey}; this comes next.`);
    expect(view).toMatchObject({ answers: [], answerable: false });
    expect(await answer(waiting, 'done')).toMatchObject({ kind: 'refused' });
  });

  test('says how many others wait before it', async () => {
    const { busy, next, last, claim } = await threeReleases();
    await beat(busy, claim, 2 * AGENT_SILENCE_MAX_SECONDS);

    const { issueKey } = await busy.record();
    const stop = 'answer not done to stop here: nothing has begun.';
    expect((await look(next)).now).toBe(
      `Agent Room 1 works on ${issueKey}; this comes next, unless you ${stop}`,
    );
    expect((await look(last)).now).toBe(
      `Agent Room 1 works on ${issueKey}; 1 release waits before this one, unless you ${stop}`,
    );

    expect(await answer(next, 'not-done')).toEqual({ kind: 'done' });
    expect((await look(last)).now).toBe(
      `Agent Room 1 works on ${issueKey}; this comes next, unless you ${stop}`,
    );
  });

  test('can be stopped after a while, and nothing else', async () => {
    const { busy, waiting, claim } = await twoReleases();
    await beat(busy, claim, 2 * AGENT_SILENCE_MAX_SECONDS);

    const view = await look(waiting);

    const { issueKey } = await busy.record();
    expect(view.now).toBe(
      `Agent Room 1 works on ${issueKey}; this comes next, unless you answer not done to stop here: nothing has begun.`,
    );
    expect(view.answers).toEqual(['not-done']);
    for (const word of ['done', 'retry'] as const)
      expect(await answer(waiting, word)).toMatchObject({ kind: 'refused' });
    expect(await answer(waiting, 'not-done')).toEqual({ kind: 'done' });
    expect((await waiting.record()).status).toBe('fix-pending');
  });

  test('goes back to waiting when that agent falls silent, too', async () => {
    const { busy, waiting, claim } = await twoReleases();
    await beat(busy, claim, LEASE_SECONDS);
    busy.ports.pass(2 * AGENT_SILENCE_MAX_SECONDS);

    expect((await look(waiting)).answers).toEqual(['not-done', 'retry']);
  });

  test('costs its look three reads more than one whose work is under way', async () => {
    const { busy, waiting } = await twoReleases();
    const costOf = async (world: ReleaseWorld): Promise<number> => {
      await look(world);
      world.ports.resetCost();
      await look(world);
      return world.ports.cost.reads;
    };

    expect((await costOf(waiting)) - (await costOf(busy))).toBeLessThanOrEqual(3);
  });
});
