import { describe, expect, test } from '@jest/globals';
import { verify, createPublicKey } from 'node:crypto';
import { editContent } from '#app/edit-content';
import { revokeAgent } from '#app/manage-agents';
import { putSite } from '#app/manage-settings';
import { showRelease } from '#app/show-release';
import {
  DECISION_VALID_SECONDS,
  FETCH_PIECE_MAX_CHARS,
  LEASE_SECONDS,
  POLL_FAR_MILLISECONDS,
  POLL_HOT_MILLISECONDS,
  POLL_IMMINENT_MILLISECONDS,
  POLL_WARM_MILLISECONDS,
  TAKEOVER_GRACE_SECONDS,
} from '#wire/agent';
import type { ClaimAnswer, FetchAnswer, GateDecision, PollAnswer } from '#wire/agent';
import type { Host, Site } from '#core/site';
import { parsePlan } from '#wire/plan';
import { decisionText } from '#wire/signature';
import type { AgentCaller } from '../support/agent-caller';
import {
  aContent,
  aHost,
  aPolicy,
  aSite,
  LEADER,
  NOW,
  REPORTER,
  someHosts,
  TESTER,
} from '../support/builders';
import { aReleaseWorld, PROJECT } from '../support/release-world';
import type { ReleaseWorld } from '../support/release-world';

type Parts = Parameters<typeof aReleaseWorld>[0];

async function started(parts: Parts = {}): Promise<ReleaseWorld> {
  const world = await aReleaseWorld(parts);
  await world.click('submit', REPORTER);
  await world.click('start', TESTER);
  return world;
}

/** A site that lives in SIT alone. */
function siteInSit(hosts: readonly Host[]): Site {
  const site = aSite({ hosts });
  const sit = site.environments['SIT'];
  return { ...site, environments: sit ? { SIT: sit } : {} };
}

const poll = async (agent: AgentCaller): Promise<PollAnswer> =>
  (await agent.call({ op: 'poll', data: { version: '0.1.0', busy: false } })).body as PollAnswer;

const jobOf = async (world: ReleaseWorld): Promise<string> =>
  (await world.record()).state.run?.job ?? '';

const claimAs = (agent: AgentCaller, job: string, requestId: string) =>
  agent.call({ op: 'claim', job, data: { requestId } });

describe('the cadence of polls', () => {
  test('is a minute while nothing is going on, and never a long poll', async () => {
    const world = await aReleaseWorld();
    world.ports.pass(3_600);

    expect(await poll(world.agent)).toEqual({
      now: NOW + 3_600,
      state: 'active',
      jobs: [],
      nextPollMilliseconds: POLL_FAR_MILLISECONDS,
    });
  });

  test('is hot for a minute after an admin has confirmed the agent, who likely tries it next', async () => {
    const world = await aReleaseWorld();

    expect((await poll(world.agent)).nextPollMilliseconds).toBe(POLL_HOT_MILLISECONDS);
    world.ports.pass(60);
    expect((await poll(world.agent)).nextPollMilliseconds).toBe(POLL_FAR_MILLISECONDS);
  });

  test('is at once when a start was let through, and hot while its jobs are there', async () => {
    const world = await aReleaseWorld();
    world.ports.pass(60);
    await world.click('submit', REPORTER);
    await world.clickOnly('start', TESTER);

    expect((await poll(world.agent)).nextPollMilliseconds).toBe(POLL_IMMINENT_MILLISECONDS);
    world.ports.pass(10);
    expect((await poll(world.agent)).nextPollMilliseconds).toBe(POLL_FAR_MILLISECONDS);
  });

  test('is hot for ten minutes after a start, and a quarter of a minute while a job waits', async () => {
    const world = await started();
    world.ports.pass(11);
    expect((await poll(world.agent)).nextPollMilliseconds).toBe(POLL_HOT_MILLISECONDS);
    world.ports.pass(3_600);
    expect((await poll(world.agent)).nextPollMilliseconds).toBe(POLL_WARM_MILLISECONDS);

    await world.succeed();
    await world.succeed();
    expect((await poll(world.agent)).nextPollMilliseconds).toBe(POLL_HOT_MILLISECONDS);
    world.ports.pass(600);
    expect((await poll(world.agent)).nextPollMilliseconds).toBe(POLL_FAR_MILLISECONDS);
  });

  test('is hot while somebody looks at a draft, which they may start soon', async () => {
    const world = await aReleaseWorld();
    world.ports.pass(60);
    expect((await poll(world.agent)).nextPollMilliseconds).toBe(POLL_FAR_MILLISECONDS);

    await showRelease(world.ports, { issueId: world.issue.id, accountId: REPORTER });

    expect((await poll(world.agent)).nextPollMilliseconds).toBe(POLL_HOT_MILLISECONDS);
  });

  test('is hot for a minute after somebody looked at the panel', async () => {
    const world = await aReleaseWorld();
    await world.click('submit', REPORTER);
    world.ports.pass(3_600);

    await showRelease(world.ports, { issueId: world.issue.id, accountId: TESTER });

    expect((await poll(world.agent)).nextPollMilliseconds).toBe(POLL_HOT_MILLISECONDS);
    world.ports.pass(60);
    expect((await poll(world.agent)).nextPollMilliseconds).toBe(POLL_FAR_MILLISECONDS);
  });

  test('costs two reads, and a write at most once a minute', async () => {
    const world = await aReleaseWorld();
    await poll(world.agent);
    world.ports.resetCost();

    for (let second = 0; second < 60; second += 2) {
      await poll(world.agent);
      world.ports.pass(2);
    }

    expect(world.ports.cost).toEqual({ reads: 60, writes: 0 });
    await poll(world.agent);
    expect(world.ports.cost.writes).toBe(1);
  });

  test('shows the agent as there, and so do the heartbeats of one that works', async () => {
    const world = await started();
    const { job, fence } = await world.claim();
    for (let beat = 0; beat < 12; beat += 1) {
      world.ports.pass(20);
      await world.agent.call({ op: 'heartbeat', job, fence, data: { step: 'code-1' } });
    }

    const inbox = await world.ports.memory.get('inbox', world.agent.agentId);
    expect(world.ports.clock.now() - (inbox?.lastSeen ?? 0)).toBeLessThanOrEqual(60);
    const agent = await world.ports.memory.get('agent', world.agent.agentId);
    expect(agent?.lastSeen).toBe(inbox?.lastSeen);
  });
});

describe('the claim of a job', () => {
  test('is won by exactly one of twelve agents that ask at once', async () => {
    const world = await aReleaseWorld();
    const agents = [world.agent];
    for (let count = 1; count < 12; count += 1) agents.push(await world.enrollAgent());
    await world.click('submit', REPORTER);
    await world.click('start', TESTER);
    const job = await jobOf(world);

    const answers = await Promise.all(
      agents.map((agent, index) => claimAs(agent, job, `request-${index}`)),
    );

    const count = (status: number) => answers.filter((answer) => answer.status === status).length;
    expect([count(200), count(409), count(410)]).toEqual([1, 11, 0]);
    expect(await world.ports.memory.get('scope', '10000:shop:SIT')).toMatchObject({ fence: 1 });
  });

  test('is won by exactly one of twelve requests of the same agent', async () => {
    const world = await started();
    const job = await jobOf(world);

    const answers = await Promise.all(
      Array.from({ length: 12 }, () => claimAs(world.agent, job, 'request-1')),
    );

    const fences = answers.map(({ body }) => (body as ClaimAnswer).fence);
    expect(new Set(fences)).toEqual(new Set([1]));
  });

  test('tells everything that the agent needs, signed by the installation', async () => {
    const world = await started();
    const { planDigest } = (await world.record()).state;

    const claim = await world.claim();

    expect(claim).toMatchObject({
      stage: 'CODE',
      environment: 'SIT',
      planDigest,
      scopes: ['10000:shop:SIT'],
      fence: 1,
      lastSeq: 0,
      leaseSeconds: LEASE_SECONDS,
    });
    const decision = JSON.parse(claim.decision.text) as GateDecision;
    expect(decision).toMatchObject({
      aud: world.ports.audience,
      agent: world.agent.agentId,
      job: claim.job,
      fence: 1,
      planDigest,
      validUntil: NOW + DECISION_VALID_SECONDS,
    });
    const x = Buffer.from(await world.ports.crypto.appKey(), 'base64').toString('base64url');
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    const signature = Buffer.from(claim.decision.signature, 'base64');
    expect(verify(null, Buffer.from(decisionText(claim.decision.text)), key, signature)).toBe(true);
  });

  test('passes to another agent after lease and grace, with a higher fence, and the first is stale', async () => {
    const world = await aReleaseWorld();
    const second = await world.enrollAgent();
    await world.click('submit', REPORTER);
    await world.click('start', TESTER);
    const first = await world.claim();

    world.ports.pass(LEASE_SECONDS + TAKEOVER_GRACE_SECONDS - 1);
    expect(await claimAs(second, first.job, 'request-2')).toMatchObject({
      status: 409,
      body: { error: 'taken' },
    });
    world.ports.pass(1);
    const taken = await claimAs(second, first.job, 'request-2');

    expect((taken.body as ClaimAnswer).fence).toBe(first.fence + 1);
    const beat = {
      op: 'heartbeat',
      job: first.job,
      fence: first.fence,
      data: { step: null },
    } as const;
    expect((await world.agent.call(beat)).body).toMatchObject({ error: 'stale' });
  });

  test('carries a higher fence in the next stage of the same site', async () => {
    const world = await started();
    const code = await world.claim();
    await world.finish(code, { kind: 'succeeded' });

    expect((await world.claim()).fence).toBeGreaterThan(code.fence);
  });

  test('is answered with the version that is spoken, so that an agent which goes on after a crash sends its log at once', async () => {
    const world = await started();
    const { agent } = world;
    const job = await jobOf(world);

    const today = await agent.call({
      op: 'claim',
      job,
      data: { requestId: 'request-1', speaks: [1, 2] },
    });
    const yesterday = await claimAs(agent, job, 'request-1');

    expect(today.body).toMatchObject({ job, speak: 2 });
    expect(yesterday.body).toEqual(expect.not.objectContaining({ speak: expect.anything() }));
  });

  test.each([
    ['an unknown job', '10001.99'],
    ['no job', undefined],
  ])('of %s is gone', async (_, job) => {
    const world = await started();
    const data = { requestId: 'request-1' };

    const answer = await world.agent.call(
      job === undefined ? { op: 'claim', data } : { op: 'claim', job, data },
    );

    expect(answer).toMatchObject({ status: 410, body: { error: 'gone' } });
  });

  test('is gone for an agent of another environment', async () => {
    const world = await aReleaseWorld();
    const elsewhere = await world.enrollAgent(['STAGE']);
    await world.click('submit', REPORTER);
    await world.click('start', TESTER);

    expect((await poll(elsewhere)).jobs).toEqual([]);
    expect((await claimAs(elsewhere, await jobOf(world), 'request-1')).status).toBe(410);
  });

  test('is gone when the approvals that it was started with no longer stand', async () => {
    const [sit, ...others] = aPolicy().environments;
    const approvals = [{ label: 'QA', count: 1, from: { kind: 'leaders' } } as const];
    const environments = sit ? [{ ...sit, approvals }, ...others] : [];
    const world = await aReleaseWorld({ policy: aPolicy({ environments }) });
    await world.click('submit', REPORTER);
    await world.click('approve', LEADER);
    await world.click('start', TESTER);
    const record = await world.record();
    const { issueId } = record.state;
    const without = { ...record, state: { ...record.state, approvals: [] } };
    const change = { type: 'set', entity: 'release', key: issueId } as const;
    await world.ports.memory.transact([{ ...change, record: without, expect: record.version }]);

    expect((await claimAs(world.agent, await jobOf(world), 'request-1')).status).toBe(410);

    const back = {
      ...change,
      record: { ...record, version: record.version },
      expect: without.version,
    };
    await world.ports.memory.transact([back]);
    expect((await claimAs(world.agent, await jobOf(world), 'request-1')).status).toBe(200);
  });

  test('is gone for an agent that came after the job', async () => {
    const world = await started();
    const late = await world.enrollAgent();

    expect((await claimAs(late, await jobOf(world), 'request-1')).status).toBe(410);
  });
});

describe('the plan', () => {
  const fetch = (
    world: ReleaseWorld,
    { job, fence }: ClaimAnswer,
    digest: string,
    offset: number,
  ) => world.agent.call({ op: 'fetch', job, fence, data: { digest, offset } });

  test('is fetched piece by piece by whoever holds the job', async () => {
    const world = await started({ sites: [siteInSit(someHosts(1_500))] });
    const claim = await world.claim();

    let text = '';
    let pieces = 0;
    for (let offset: number | null = 0; offset !== null; pieces += 1) {
      const answer = await fetch(world, claim, claim.planDigest, offset);
      const body = answer.body as FetchAnswer;
      expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThanOrEqual(200 * 1024);
      text += body.text;
      offset = body.nextOffset;
    }

    expect(pieces).toBeGreaterThan(1);
    expect(world.ports.crypto.sha256(text)).toBe(claim.planDigest);
    expect(parsePlan(text)?.steps[0]).toHaveProperty('hosts.length', 1_500);
  });

  test('fits the answer’s limit in any script', async () => {
    const hosts = someHosts(250).map((host) => aHost({ ...host, name: '商店主机'.repeat(40) }));
    const world = await started({ sites: [siteInSit(hosts)] });
    const claim = await world.claim();

    const { body } = await fetch(world, claim, claim.planDigest, 0);

    expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThanOrEqual(200 * 1024);
    expect((body as FetchAnswer).text.length).toBeLessThanOrEqual(FETCH_PIECE_MAX_CHARS);
  });

  test('is no library: other digests are gone, even if they are stored', async () => {
    const world = await started();
    const claim = await world.claim();
    const other = await world.ports.memory.putText('another release’s plan');

    expect((await fetch(world, claim, other, 0)).status).toBe(410);
    expect((await fetch(world, claim, 'f'.repeat(64), 0)).status).toBe(410);
  });

  test('ends behind its end', async () => {
    const world = await started();
    const claim = await world.claim();

    const { body } = await fetch(world, claim, claim.planDigest, 10_000_000);

    expect(body).toMatchObject({ text: '', nextOffset: null });
  });

  test('is not for an agent that does not hold the job, or no longer', async () => {
    const world = await started();
    const claim = await world.claim();

    const older = await fetch(world, { ...claim, fence: 0 }, claim.planDigest, 0);
    await world.finish(claim, { kind: 'succeeded' });
    const over = await fetch(world, claim, claim.planDigest, 0);

    for (const answer of [older, over]) expect(answer.body).toMatchObject({ error: 'stale' });
  });
});

describe('a heartbeat', () => {
  test('keeps the lease and brings a fresh decision', async () => {
    const world = await started();
    const { job, fence } = await world.claim();
    world.ports.pass(80);

    const answer = await world.agent.call({
      op: 'heartbeat',
      job,
      fence,
      data: { step: 'code-1' },
    });

    expect(answer).toMatchObject({
      status: 200,
      body: { leaseSeconds: LEASE_SECONDS, command: 'continue' },
    });
    const { text } = (answer.body as { decision: { text: string } }).decision;
    expect((JSON.parse(text) as GateDecision).validUntil).toBe(NOW + 80 + DECISION_VALID_SECONDS);
    expect((await world.ports.memory.get('job', job))?.leaseUntil).toBe(NOW + 80 + LEASE_SECONDS);
  });

  test('is told to come again when the job changes at the same moment', async () => {
    const world = await started();
    const claim = await world.claim();
    const beat = {
      op: 'heartbeat',
      job: claim.job,
      fence: claim.fence,
      data: { step: null },
    } as const;
    world.ports.meanwhile = async () => {
      world.ports.meanwhile = undefined;
      await world.agent.call(beat);
    };

    expect(await world.agent.call(beat)).toMatchObject({ status: 503, body: { error: 'busy' } });
  });
});

describe('a report', () => {
  const entry = (host: string, state = 'staged', at = NOW) => ({
    at,
    step: 'code-1',
    host,
    state,
    note: '',
    milliseconds: 12,
  });
  const report = (
    world: ReleaseWorld,
    { job, fence }: ClaimAnswer,
    seq: number,
    ...hosts: string[]
  ) =>
    world.agent.call({
      op: 'report',
      job,
      fence,
      seq,
      data: { entries: hosts.map((host) => entry(host)) },
    });
  const hostsOf = async (world: ReleaseWorld) => {
    const view = await showRelease(world.ports, { issueId: world.issue.id, accountId: TESTER });
    return view.kind === 'release' ? view.hosts.map(({ id, state }) => `${id} ${state}`) : [];
  };

  test('counts once: repeated it is answered again, ahead it names what is missing', async () => {
    const world = await started();
    const claim = await world.claim();

    expect((await report(world, claim, 1, 'web1')).body).toMatchObject({ lastSeq: 1 });
    const before = new Map(world.ports.memory.rows);
    expect((await report(world, claim, 1, 'web1')).body).toMatchObject({ lastSeq: 1 });
    expect(await report(world, claim, 3, 'web2')).toMatchObject({
      status: 409,
      body: { error: 'gap', expectedSeq: 2 },
    });
    expect((await report(world, claim, 1, 'web2')).body).toMatchObject({ error: 'stale' });
    expect(world.ports.memory.rows).toEqual(before);
    expect(await hostsOf(world)).toEqual(['web1 staged', 'web2 waiting']);
  });

  test('of an older fence is stale', async () => {
    const world = await started();
    const first = await world.claim();
    const second = await world.claim('request-2');

    expect((await report(world, first, 1, 'web1')).body).toMatchObject({ error: 'stale' });
    expect((await report(world, second, 1, 'web1')).status).toBe(200);
  });

  test('over all hosts of a great site fits into one transaction', async () => {
    const hosts = someHosts(2_000);
    const world = await started({ sites: [siteInSit(hosts)] });
    const claim = await world.claim();

    for (let seq = 1; seq <= 4; seq += 1) {
      const some = hosts.slice(seq * 50, seq * 50 + 50).map(({ id }) => id);
      expect((await report(world, claim, seq, ...some)).status).toBe(200);
    }

    const seen = (await hostsOf(world)).filter((line) => line.endsWith('staged'));
    expect(seen).toHaveLength(200);
  });

  test('keeps its host when the site grows while the release runs', async () => {
    const world = await started({ sites: [aSite({ hosts: someHosts(240) })] });
    const claim = await world.claim();
    await report(world, claim, 1, 'web1');
    await putSite(world.ports, { project: PROJECT, site: aSite({ hosts: someHosts(600) }) });
    await world.finish(
      { ...claim, lastSeq: 1 },
      { kind: 'failed', failure: { class: 'health', sentence: 'web1 is silent.' } },
    );
    await world.click('retry-code', LEADER);

    expect((await hostsOf(world))[0]).toBe('web1 staged');
    const again = await world.claim('request-2');
    expect((await report(world, again, again.lastSeq + 1, 'web2')).status).toBe(200);
    expect((await hostsOf(world)).slice(0, 2)).toEqual(['web1 staged', 'web2 staged']);
  });

  test('of one run is not shown as the state of the next', async () => {
    const world = await started();
    const claim = await world.claim();
    await report(world, claim, 1, 'web1', 'web2');
    await world.finish(
      { ...claim, lastSeq: 1 },
      { kind: 'failed', failure: { class: 'health', sentence: 'web1 is silent.' } },
    );
    await world.click('iterate', REPORTER);
    await editContent(world.ports, {
      issueId: world.issue.id,
      accountId: REPORTER,
      content: aContent({
        code: [{ site: 'shop', version: '1.0.1', artifactSha256: 'c'.repeat(64) }],
      }),
    });
    await world.click('submit', REPORTER);
    expect(await hostsOf(world)).toEqual(['web1 waiting', 'web2 waiting']);

    await world.click('start', TESTER);

    expect(await hostsOf(world)).toEqual(['web1 waiting', 'web2 waiting']);
  });
});

describe('the end of a job', () => {
  const FAILED = { class: 'start-up', sentence: 'The service ended with exit code 1.' } as const;

  test('that failed puts the release to Fix pending, with the reason on the issue', async () => {
    const world = await started();

    await world.finish(await world.claim(), { kind: 'failed', failure: FAILED });

    expect((await world.record()).state).toMatchObject({
      status: 'fix-pending',
      failure: { ...FAILED, stage: 'CODE' },
    });
    expect(world.issue.comments.at(-1)?.comment).toMatchObject({
      label: 'FAILED in SIT (start-up)',
      text: FAILED.sentence,
    });
    expect(await world.ports.memory.get('scope', '10000:shop:SIT')).toMatchObject({
      holder: world.issue.id,
    });
    expect((await poll(world.agent)).jobs).toEqual([]);
  });

  test('told twice counts once, and is answered alike', async () => {
    const world = await started();
    const claim = await world.claim();

    expect(await world.finish(claim, { kind: 'succeeded' })).toBe(200);
    expect(await world.finish(claim, { kind: 'succeeded' })).toBe(200);

    const { status, history } = await world.record();
    expect(status).toBe('verifying');
    expect(history.events).toBe(11);
  });

  test('told with another outcome under the same number is stale', async () => {
    const world = await started();
    const claim = await world.claim();
    await world.finish(claim, { kind: 'succeeded' });

    expect(await world.finish(claim, { kind: 'failed', failure: FAILED })).toBe(409);
    expect((await world.record()).status).toBe('verifying');
  });

  test('ahead of its reports is refused: nothing acknowledged is lost', async () => {
    const world = await started();
    const claim = await world.claim();

    expect(await world.finish({ ...claim, lastSeq: 4 }, { kind: 'succeeded' })).toBe(409);
    expect((await world.record()).status).toBe('code-executing');
  });

  test('frees the site when the release is deployed, and only then', async () => {
    const world = await started();
    const holder = async () => (await world.ports.memory.get('scope', '10000:shop:SIT'))?.holder;
    expect(await holder()).toBe(world.issue.id);
    await world.succeed();
    expect(await holder()).toBe(world.issue.id);
    await world.succeed();
    expect(await holder()).toBeNull();
  });

  test('counts even if the release changes at the same moment', async () => {
    const world = await started();
    const claim = await world.claim();
    let changes = 0;
    world.ports.meanwhile = async () => {
      changes += 1;
      if (changes > 2) return;
      const record = await world.record();
      await world.ports.memory.transact([
        {
          type: 'set',
          entity: 'release',
          key: world.issue.id,
          record: { ...record, version: record.version + 1 },
          expect: record.version,
        },
      ]);
    };

    expect(await world.finish(claim, { kind: 'succeeded' })).toBe(200);
    expect((await world.record()).status).toBe('verifying');
  });

  test('whose answer was lost is told again and counts once', async () => {
    let luck: 'none' | 'done-but-lost' = 'none';
    const world = await aReleaseWorld({ mishap: () => luck });
    await world.click('submit', REPORTER);
    await world.click('start', TESTER);
    const claim = await world.claim();
    luck = 'done-but-lost';
    const lost = await world.agent.call({
      op: 'finish',
      job: claim.job,
      fence: claim.fence,
      seq: 1,
      data: { outcome: { kind: 'succeeded' } },
    });
    expect(lost.status).toBe(503);
    luck = 'none';

    expect(await world.finish(claim, { kind: 'succeeded' })).toBe(200);
    expect((await world.record()).status).toBe('verifying');
    expect(world.ports.jira.statusOf(world.issue)).toBe('verifying');
  });
});

test.each([
  [12, 9],
  [9, 12],
  [1, 12],
])(
  'a release of %d sites is offered to %d agents, and goes through one transaction from start to end',
  async (sites, agents) => {
    const names = Array.from({ length: sites }, (_, index) => `site${index}`);
    const content = aContent({
      code: names.map((site) => ({ site, version: '1.0.0', artifactSha256: 'c'.repeat(64) })),
    });
    const world = await aReleaseWorld({ sites: names.map((id) => aSite({ id })), content });
    for (let count = 1; count < 14; count += 1) await world.enrollAgent();
    await world.click('submit', REPORTER);
    await world.click('start', TESTER);
    const job = await world.ports.memory.get('job', await jobOf(world));
    expect(job?.agents).toHaveLength(agents);
    const inboxes = await Promise.all(
      (job?.agents ?? []).map((agentId) => world.ports.memory.get('inbox', agentId)),
    );
    expect(inboxes.every((inbox) => inbox?.jobs.includes(job?.job ?? ''))).toBe(true);

    await world.succeed();
    await world.succeed();
    expect((await world.record()).status).toBe('deployed');
  },
);

test('a stage that ends when all other agents were replaced meanwhile goes on in one transaction', async () => {
  const world = await aReleaseWorld();
  const others: AgentCaller[] = [];
  while (others.length < 11) others.push(await world.enrollAgent());
  await world.click('submit', REPORTER);
  await world.click('start', TESTER);
  const claim = await world.claim();
  for (const { agentId } of others) await revokeAgent(world.ports, { project: PROJECT, agentId });
  for (let count = 0; count < 11; count += 1) await world.enrollAgent();

  await world.finish(claim, { kind: 'succeeded' });

  const job = await world.ports.memory.get('job', await jobOf(world));
  expect(job).toMatchObject({ stage: 'VERIFY', status: 'offered' });
  // Nine at once; those that the transaction had no room for took their places with the refresh that follows.
  expect(job?.agents).toHaveLength(12);
  expect(job?.agents).toContain(world.agent.agentId);
});
