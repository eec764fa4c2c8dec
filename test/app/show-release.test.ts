import { describe, expect, test } from '@jest/globals';
import { editContent } from '#app/edit-content';
import { glanceRelease } from '#app/glance-release';
import { showRelease } from '#app/show-release';
import { AGENT_SILENCE_MAX_SECONDS } from '#core/facts';
import { LEASE_SECONDS, TAKEOVER_GRACE_SECONDS } from '#wire/agent';
import type { ReleaseView } from '#wire/page';
import { answerAs } from '../support/answer-as';
import { aContent, aSite, LEADER, REPORTER, TESTER } from '../support/builders';
import { aReleaseWorld } from '../support/release-world';
import type { ReleaseWorld } from '../support/release-world';

type Shown = Extract<ReleaseView, { kind: 'release' }>;

async function look({ ports, issue }: ReleaseWorld): Promise<Shown> {
  const view = await showRelease(ports, { issueId: issue.id, accountId: TESTER });
  if (view.kind !== 'release') throw new Error(view.sentence);
  return view;
}

async function started(): Promise<ReleaseWorld> {
  const world = await aReleaseWorld();
  await world.click('submit', REPORTER);
  await world.click('start', TESTER);
  return world;
}

describe('the panel of a release', () => {
  test('tells where it stands, what is waited for and who may act', async () => {
    const world = await aReleaseWorld();
    await world.click('submit', REPORTER);

    expect(await look(world)).toMatchObject({
      issueKey: world.issue.key,
      status: 'ready',
      environment: 'SIT',
      now: 'Ready to start in SIT. Start: @[acc-leader], @[acc-backup], @[acc-tester].',
      failure: null,
      question: null,
      editRefused: null,
      environments: [
        { id: 'SIT', current: true, deployedAt: null },
        { id: 'STAGE', current: false, deployedAt: null },
      ],
      content: aContent(),
    });
  });

  test('tells the story newest first, without a gap, and names people by account', async () => {
    const world = await aReleaseWorld();
    await world.click('submit', REPORTER);
    await world.click('start', TESTER);

    const { story } = await look(world);

    expect(story.map(({ serial }) => serial)).toEqual([8, 7, 6, 5, 4, 3, 2, 1]);
    expect(story.map(({ text, by }) => [text, by])).toContainEqual(['started attempt 1', TESTER]);
    expect(story.at(-1)).toMatchObject({ text: 'created the release', by: REPORTER });
  });

  test('shows each host of the plan, waiting until the agent says more', async () => {
    const world = await aReleaseWorld();
    await world.click('submit', REPORTER);

    expect((await look(world)).hosts).toEqual([
      expect.objectContaining({
        id: 'web1',
        site: 'shop',
        version: '1.0.0',
        state: 'waiting',
        at: null,
      }),
      expect.objectContaining({ id: 'web2', address: '10.20.0.2', state: 'waiting' }),
    ]);
  });

  test('shows the hosts of a finished run as they ended', async () => {
    const world = await aReleaseWorld();
    await world.click('submit', REPORTER);
    await world.click('start', TESTER);
    const { job, fence } = await world.claim();
    const entry = {
      at: 7,
      step: 'code-1',
      host: 'web1',
      state: 'healthy',
      note: 'up',
      milliseconds: 9,
    };
    await world.agent.call({ op: 'report', job, fence, seq: 1, data: { entries: [entry] } });
    await world.agent.call({
      op: 'finish',
      job,
      fence,
      seq: 2,
      data: { outcome: { kind: 'succeeded' } },
    });
    await world.ports.drain();
    await world.succeed();

    const view = await look(world);
    expect(view).toMatchObject({ status: 'deployed', now: 'Deployed in SIT.' });
    expect(view.hosts[0]).toMatchObject({ state: 'healthy', note: 'up', at: 7 });
    expect(view.environments[0]?.deployedAt).toBe(world.ports.clock.now());
  });

  test('keeps machines of two sites apart that bear the same id', async () => {
    const names = ['shop', 'pay'];
    const content = aContent({
      code: names.map((site) => ({ site, version: '1.0.0', artifactSha256: 'c'.repeat(64) })),
    });
    const world = await aReleaseWorld({ sites: names.map((id) => aSite({ id })), content });
    await world.click('submit', REPORTER);
    await world.click('start', TESTER);
    const { job, fence } = await world.claim();
    const entry = { at: 7, step: 'code-2', host: 'web1', state: 'failed', note: 'disk full' };
    const entries = [{ ...entry, milliseconds: 9 }];
    await world.agent.call({ op: 'report', job, fence, seq: 1, data: { entries } });

    const shown = (await look(world)).hosts.filter(({ id }) => id === 'web1');
    expect(shown.map(({ site, state }) => `${site} ${state}`)).toEqual([
      'shop waiting',
      'pay failed',
    ]);
  });

  test('says in which statuses the content is not edited', async () => {
    const world = await aReleaseWorld();
    await world.click('submit', REPORTER);
    await world.click('start', TESTER);

    const { editRefused } = await look(world);
    const outcome = await editContent(world.ports, {
      issueId: world.issue.id,
      accountId: REPORTER,
      content: aContent(),
    });

    expect(editRefused).toBe(
      'Editing the content is not possible while the release is in Code executing; reload the issue to see what is.',
    );
    expect(outcome).toEqual({ kind: 'refused', sentence: editRefused });
  });

  test('says who may not edit before they write in vain, and leaves it to the save when Jira is silent', async () => {
    const world = await aReleaseWorld();
    world.ports.jira.readers.add(TESTER);

    const { editRefused } = await look(world);
    expect(editRefused).toBe(
      'Editing the content is reserved to people with the permission Edit release content who may edit this issue; ask one of them, or have the policy changed by a project admin.',
    );

    world.ports.jira.failNext('mayEdit', 'before');
    expect((await look(world)).editRefused).toBe(null);
  });

  test('makes a lost click good by being looked at', async () => {
    const world = await aReleaseWorld();
    await world.click('submit', REPORTER);
    await world.clickOnly('start', TESTER);

    expect((await look(world)).status).toBe('code-executing');
  });

  test('is shown even when what a look heals meets others at the same moment', async () => {
    let luck: 'none' | 'conflict' = 'none';
    const world = await aReleaseWorld({ mishap: () => luck });
    await world.clickOnly('submit', REPORTER);
    luck = 'conflict';

    expect(await look(world)).toMatchObject({ kind: 'release', status: 'draft' });
  });

  test('is asked with two reads whether it has changed', async () => {
    const world = await started();
    // The first look has the gate written anew, which is a change of its own.
    await look(world);
    await world.ports.drain();
    const { mark } = await look(world);
    const glance = () => glanceRelease(world.ports, { issueId: world.issue.id, mark });
    expect(await glance()).toEqual({ kind: 'same' });

    const { job, fence } = await world.claim();
    expect(await glance()).toEqual({ kind: 'changed' });
    const claimed = (await look(world)).mark;
    const entry = { at: 7, step: 'code-1', host: 'web1', state: 'staged', note: '' };
    const entries = [{ ...entry, milliseconds: 9 }];
    await world.agent.call({ op: 'report', job, fence, seq: 1, data: { entries } });
    expect(await glanceRelease(world.ports, { issueId: world.issue.id, mark: claimed })).toEqual({
      kind: 'changed',
    });
  });

  test('is another view once the agent has left', async () => {
    const world = await started();
    await world.claim();
    const { mark } = await look(world);

    world.ports.pass(LEASE_SECONDS + TAKEOVER_GRACE_SECONDS + 1);
    expect(await glanceRelease(world.ports, { issueId: world.issue.id, mark })).toEqual({
      kind: 'changed',
    });
  });

  test('shows the question that waits', async () => {
    const world = await aReleaseWorld();
    await world.click('submit', REPORTER);
    await world.click('start', TESTER);
    await world.finish(await world.claim(), {
      kind: 'unknown',
      question: 'Does web1 serve 1.0.0?',
    });

    expect(await look(world)).toMatchObject({
      question: 'Does web1 serve 1.0.0?',
      answerable: true,
      now: 'Does web1 serve 1.0.0?',
    });
  });

  test('says that no agent has come yet, then that nobody waits for it in vain', async () => {
    const world = await started();
    expect(await look(world)).toMatchObject({
      answerable: false,
      now: 'Waiting for an agent of SIT to take up the work.',
    });

    world.ports.pass(AGENT_SILENCE_MAX_SECONDS + 1);
    const view = await look(world);
    expect(view.answerable).toBe(true);
    expect(view.now).toMatch(
      /^No agent of SIT has taken up the work since .* UTC; start the agent, or answer/,
    );
  });

  test('offers the answers once a lease and its grace have passed without the agent', async () => {
    const world = await started();
    await world.claim();

    world.ports.pass(LEASE_SECONDS + TAKEOVER_GRACE_SECONDS - 1);
    const early = await look(world);
    world.ports.pass(1);
    const late = await look(world);

    expect(early).toMatchObject({ answerable: false });
    expect(early.now).toMatch(/^The package is being staged/);
    expect(late).toMatchObject({ answerable: true, question: null });
    expect(late.now).toMatch(/^No agent has worked on this since .* UTC; answer done, not done or/);
    const answered = { issueId: world.issue.id, accountId: TESTER, answer: 'not-done' } as const;
    expect(await answerAs(world.ports, answered)).toEqual({ kind: 'done' });
    expect(await look(world)).toMatchObject({ answerable: false, status: 'fix-pending' });
  });

  test('says of any other issue that it is no release', async () => {
    const world = await aReleaseWorld();
    const task = world.ports.jira.addIssue({ issueTypeId: '10199' });

    for (const issueId of [task.id, '1']) {
      expect(await showRelease(world.ports, { issueId, accountId: TESTER })).toEqual({
        kind: 'not-a-release',
        sentence:
          'Interlock does not know this issue as a release yet; reload it in a few seconds.',
      });
    }
  });

  test('costs the same however many runs it has had', async () => {
    const world = await aReleaseWorld();
    const runs = async (count: number) => {
      for (let run = 0; run < count; run += 1) {
        await world.click('submit', REPORTER);
        await world.click('start', TESTER);
        await world.finish(await world.claim(`request-${run}`), {
          kind: 'failed',
          failure: { class: 'health', sentence: 'web1 is silent.' },
        });
        await world.click('iterate', REPORTER);
      }
    };
    const costNow = async () => {
      await look(world);
      world.ports.resetCost();
      await look(world);
      return { ...world.ports.cost, calls: world.ports.jira.calls.length };
    };

    await runs(25);
    const early = await costNow();
    await runs(20);

    expect(await costNow()).toEqual(early);
    expect((await world.record()).state.attempt).toBe(45);
  });
});

describe('editing the content', () => {
  test('replaces only what the person saw', async () => {
    const world = await aReleaseWorld();
    const seen = (await look(world)).contentMark;
    const edit = (version: string, base: string) =>
      editContent(world.ports, {
        issueId: world.issue.id,
        accountId: REPORTER,
        content: aContent({ code: [{ site: 'shop', version, artifactSha256: 'c'.repeat(64) }] }),
        base,
      });
    expect(await edit('1.0.1', seen)).toEqual({ kind: 'done' });

    expect(await edit('9.9.9', seen)).toEqual({
      kind: 'refused',
      sentence:
        'The release was changed or moved on while you wrote, and nothing of yours was saved; look at what it says now, then save again.',
    });
    expect((await world.record()).state.content?.code[0]?.version).toBe('1.0.1');

    const again = (await look(world)).contentMark;
    await world.click('submit', REPORTER);
    expect(await edit('9.9.9', again)).toMatchObject({ kind: 'refused' });
    expect(await edit('9.9.9', (await look(world)).contentMark)).toEqual({ kind: 'done' });
  });

  test('of an approved release makes it wait for approval again', async () => {
    const world = await aReleaseWorld();
    await world.click('submit', REPORTER);
    await world.click('start', TESTER);
    await world.succeed();
    await world.succeed();
    await world.click('promote', LEADER);
    await world.click('approve', LEADER);
    await world.click('approve', 'acc-owner');
    expect((await look(world)).status).toBe('ready');

    await editContent(world.ports, {
      issueId: world.issue.id,
      accountId: REPORTER,
      content: aContent({
        code: [{ site: 'shop', version: '1.0.1', artifactSha256: 'c'.repeat(64) }],
      }),
    });
    await world.ports.drain();

    expect((await look(world)).status).toBe('awaiting-approval');
    expect(world.ports.jira.statusOf(world.issue)).toBe('awaiting-approval');
    expect((await look(world)).now).toContain(
      'Waiting for approval “Leader” for STAGE: 0 of 1. Approve: @[',
    );
  });

  test('is asked of Jira: who may not edit the issue may not edit the release', async () => {
    const world = await aReleaseWorld();
    world.ports.jira.readers.add('acc-reader');

    expect(
      await editContent(world.ports, {
        issueId: world.issue.id,
        accountId: 'acc-reader',
        content: aContent(),
      }),
    ).toEqual({
      kind: 'refused',
      sentence:
        'Editing the content is reserved to people with the permission Edit release content who may edit this issue; ask one of them, or have the policy changed by a project admin.',
    });
  });
});
