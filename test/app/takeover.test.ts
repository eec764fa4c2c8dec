/** An agent falls silent, another takes its job over, and the first comes back. */
import { describe, expect, test } from '@jest/globals';
import { approveAgent, listAgents, revokeAgent, suspendAgent } from '#app/manage-agents';
import { showLog } from '#app/show-log';
import { showRelease } from '#app/show-release';
import { sweep, SWEEP_SECONDS } from '#app/sweep';
import { AGENT_SILENCE_MAX_SECONDS } from '#core/facts';
import { CLAIMS_MAX } from '#core/job';
import type { ReleaseEvent } from '#core/release-event';
import { LEASE_SECONDS, TAKEOVER_GRACE_SECONDS } from '#wire/agent';
import type { ClaimAnswer } from '#wire/agent';
import { answerAs } from '../support/answer-as';
import type { AgentCaller } from '../support/agent-caller';
import { LEADER, NOW, REPORTER, TESTER } from '../support/builders';
import { aReleaseWorld, PROJECT } from '../support/release-world';
import type { ReleaseWorld } from '../support/release-world';

const SILENCE = LEASE_SECONDS + TAKEOVER_GRACE_SECONDS;

async function taken() {
  const world = await aReleaseWorld();
  const second = await world.enrollAgent(undefined, { name: 'Room 2' });
  await world.click('submit', REPORTER);
  await world.click('start', TESTER);
  const old = await world.claim();
  world.ports.pass(SILENCE);
  const now = await world.claim('request-2', second);
  return { world, second, old, now };
}

const lineOf = (text: string) => ({ at: NOW, level: 'info', text });

/** All that an agent tells of a job that it had. */
function words({ job, fence, lastSeq, planDigest }: ClaimAnswer) {
  const seq = lastSeq + 1;
  const told = { step: 'code-1', host: 'web1', state: 'failed', note: '', milliseconds: 1 };
  return {
    heartbeat: { op: 'heartbeat', job, fence, data: { step: null } },
    report: { op: 'report', job, fence, seq, data: { entries: [{ ...told, at: NOW }] } },
    finish: { op: 'finish', job, fence, seq, data: { outcome: { kind: 'succeeded' } } },
    fetch: { op: 'fetch', job, fence, data: { digest: planDigest, offset: 0 } },
    claim: { op: 'claim', job, data: { requestId: 'again' } },
  } as const;
}

const claimsIn = async (world: ReleaseWorld) => {
  const { segments } = (await world.record()).history;
  const keys = Array.from(
    { length: segments },
    (_, at) => `${world.issue.id}.${String(at + 1).padStart(5, '0')}`,
  );
  const rows = await Promise.all(keys.map((key) => world.ports.memory.get('events', key)));
  const events: readonly ReleaseEvent[] = rows.flatMap((row) => row?.events ?? []);
  return events.filter((event) => event.type === 'job-claimed');
};

const storyOf = async ({ ports, issue }: ReleaseWorld): Promise<readonly string[]> => {
  const view = await showRelease(ports, { issueId: issue.id, accountId: LEADER });
  return view.kind === 'release' ? view.story.map(({ text }) => text) : [];
};

const silent = (world: ReleaseWorld, agent: AgentCaller, requestId: string) => {
  world.ports.pass(SILENCE);
  return world.claim(requestId, agent);
};

describe('an agent that comes back to a job which another has taken over', () => {
  test('is told who has it and that nothing it reports counts, and changes nothing by it', async () => {
    const { world, old } = await taken();
    const before = new Map(world.ports.memory.rows);
    const { claim, ...all } = words(old);

    for (const message of Object.values(all)) {
      const { status, body } = await world.agent.call(message);
      expect([message.op, status, body]).toEqual([
        message.op,
        409,
        expect.objectContaining({
          error: 'stale',
          message: `Agent Room 2 took job ${old.job} over at 20 Nov 2026, 12:02 UTC, because nothing was heard from Room 1; what is reported about it now does not count, and its log lines are kept as late ones.`,
        }),
      ]);
    }
    expect(await world.agent.call(claim)).toMatchObject({
      status: 409,
      body: {
        error: 'taken',
        message: `Agent Room 2 works on job ${old.job}; another agent gets it once nothing was heard from that one for 120 seconds.`,
      },
    });
    expect(world.ports.memory.rows).toEqual(before);
  });

  test('leaves its late log lines, marked as such, and the new owner goes on undisturbed', async () => {
    const { world, second, old, now } = await taken();
    const { job, fence } = old;
    const data = { chunk: 0, firstLine: 0, lines: [lineOf('I was asleep.')] };

    expect((await world.agent.call({ op: 'log', job, fence, data })).status).toBe(200);
    // Its answer was lost, so it comes once more.
    expect((await world.agent.call({ op: 'log', job, fence, data })).status).toBe(200);

    const log = await showLog(world.ports, { issueId: world.issue.id, job });
    expect(log).toMatchObject({
      entries: [{ kind: 'lines', late: true, lines: [{ text: 'I was asleep.' }] }],
    });
    expect(now.fence).toBe(old.fence + 1);
    const { report, finish } = words(now);
    expect((await second.call(report)).status).toBe(200);
    expect((await second.call({ ...finish, seq: finish.seq + 1 })).status).toBe(200);
  });

  test('that is itself, started anew, is told of its own later claim', async () => {
    const { world, second, now } = await taken();
    const again = await world.claim('request-3', second);

    expect(again.fence).toBe(now.fence + 1);
    expect((await second.call(words(now).heartbeat)).body).toMatchObject({
      error: 'stale',
      message: expect.stringContaining(
        `has claimed job ${now.job} anew under fence ${again.fence};`,
      ),
    });
  });

  test('is told that the job is over when it is', async () => {
    const { world, second, old, now } = await taken();
    await second.call(words(now).finish);

    expect((await second.call(words(now).heartbeat)).body).toMatchObject({
      message: expect.stringContaining(`Job ${old.job} is over`),
    });
    expect((await world.agent.call(words(old).heartbeat)).body).toMatchObject({
      message: expect.stringContaining('Agent Room 2 took job'),
    });
  });
});

describe('an agent that is enrolled while a job is open', () => {
  const started = async () => {
    const world = await aReleaseWorld();
    await world.click('submit', REPORTER);
    await world.click('start', TESTER);
    return world;
  };
  const pollOf = async (agent: AgentCaller) =>
    (await agent.call({ op: 'poll', data: { version: '0.2.0', busy: false } })).body;
  const letOut = ({ ports, agent }: ReleaseWorld, { agentId } = agent) =>
    revokeAgent(ports, { project: PROJECT, agentId });

  test('takes the place of one that was revoked in the middle of its job, once its lease and grace are over', async () => {
    const world = await started();
    const old = await world.claim();
    await letOut(world);
    const fresh = await world.enrollAgent(undefined, { name: 'Room 1 again' });
    await world.ports.drain();
    expect(await pollOf(fresh)).toMatchObject({ jobs: [old.job] });
    const claim = { op: 'claim', job: old.job, data: { requestId: 'fresh-1' } } as const;
    expect((await fresh.call(claim)).status).toBe(409);

    world.ports.pass(SILENCE);
    const taken = await fresh.call(claim);

    expect(taken).toMatchObject({ status: 200, body: { fence: old.fence + 1 } });
    const { finish } = words(taken.body as ClaimAnswer);
    expect((await fresh.call(finish)).status).toBe(200);
    await world.ports.drain();
    expect((await world.record()).state.status).toBe('verifying');
    expect(await pollOf(fresh)).toMatchObject({ jobs: [(await world.record()).state.run?.job] });
  });

  test('takes what nobody has claimed at once', async () => {
    const world = await started();
    await letOut(world);
    const fresh = await world.enrollAgent();
    await world.ports.drain();

    expect((await world.claim('fresh-1', fresh)).fence).toBe(1);
  });

  test('is found by a look at the panel too, when the queue lost the news', async () => {
    const world = await started();
    const fresh = await world.enrollAgent();
    world.ports.tasks.splice(0);
    expect(await pollOf(fresh)).toMatchObject({ jobs: [] });

    await storyOf(world);

    expect(await pollOf(fresh)).toMatchObject({ jobs: [(await world.record()).state.run?.job] });
  });

  test('is found by the sweep at last, when a list that was behind left its release out', async () => {
    const world = await started();
    const fresh = await world.enrollAgent();
    world.ports.tasks.splice(0);
    await sweep(world.ports);
    expect(await pollOf(fresh)).toMatchObject({ jobs: [] });

    world.ports.pass(SWEEP_SECONDS);
    await sweep(world.ports);

    expect(await pollOf(fresh)).toMatchObject({ jobs: [(await world.record()).state.run?.job] });
  });

  test('gets no job beyond its reach', async () => {
    const world = await started();
    const others = [
      await world.enrollAgent(['STAGE']),
      await world.enrollAgent(undefined, { group: 'finance' }),
      await world.enrollAgent(undefined, { rooms: ['Z'] }),
    ];
    await world.ports.drain();
    await storyOf(world);

    for (const agent of others) expect(await pollOf(agent)).toMatchObject({ jobs: [] });
  });

  test('takes the place of one that is on the roster no more, however many were there', async () => {
    const world = await started();
    const { job } = await world.claim();
    for (let count = 1; count < 13; count += 1) {
      const other = await world.enrollAgent();
      await world.ports.drain();
      expect(await pollOf(other)).toMatchObject({ jobs: [job] });
      await letOut(world, other);
    }
    await letOut(world);
    const fresh = await world.enrollAgent();
    await world.ports.drain();

    expect(await pollOf(fresh)).toMatchObject({ jobs: [job] });
    world.ports.pass(SILENCE);
    const claim = await world.claim('fresh-1', fresh);
    expect((await fresh.call(words(claim).finish)).status).toBe(200);
  });

  test('waits for a later job where twelve agents have this one: no transaction grows too large', async () => {
    const world = await aReleaseWorld();
    const former = [];
    for (let count = 1; count < 12; count += 1) former.push(await world.enrollAgent());
    await world.click('submit', REPORTER);
    await world.click('start', TESTER);
    const claim = await world.claim();
    for (const agent of former) await letOut(world, agent);
    world.ports.pass(60);
    const newcomers = [];
    for (let count = 1; count < 13; count += 1) newcomers.push(await world.enrollAgent());
    await world.ports.drain();

    const agents = (await world.ports.memory.get('job', claim.job))?.agents ?? [];
    expect(agents).toHaveLength(12);
    expect(agents).toContain(world.agent.agentId);
    expect(newcomers.filter(({ agentId }) => agents.includes(agentId))).toHaveLength(11);
    expect(await world.finish(claim, { kind: 'succeeded' })).toBe(200);
  });

  test('finds its inbox as it should be when it was suspended and let in again', async () => {
    const world = await started();
    const { job } = await world.claim();
    const other = await world.enrollAgent();
    await world.ports.drain();
    const inboxOf = async () => (await world.ports.memory.get('inbox', other.agentId))?.jobs;
    const known = await world.ports.memory.get('agent', other.agentId);
    if (!known) throw new Error('No agent.');
    expect(await suspendAgent(world.ports, known)).toEqual({ kind: 'done' });
    await world.enrollAgent();
    await world.ports.drain();
    expect(await inboxOf()).toEqual([]);

    const agents = await listAgents(world.ports, PROJECT);
    const fingerprint = agents.find(({ agentId }) => agentId === other.agentId)?.fingerprint ?? '';
    const again = { project: PROJECT, agentId: other.agentId, fingerprint };
    expect(await approveAgent(world.ports, again)).toEqual({ kind: 'done' });
    await world.ports.drain();
    expect(await inboxOf()).toEqual([job]);
  });
});

test('who never had the job learns nothing about who has', async () => {
  const { world, now } = await taken();
  const third = await world.enrollAgent();

  expect((await third.call(words(now).heartbeat)).body).not.toHaveProperty('message');
});

describe('the claims of a job', () => {
  test('are shown at once, and entries of the history with its end: each agent that had it, when, and under which fences', async () => {
    const { world, second, old, now } = await taken();
    await world.claim('request-3', second);
    const story = [
      `gave job ${old.job} to agent Room 2 at 20 Nov 2026, 12:02 UTC, because nothing was heard from Room 1 any more; it claimed the job 2 times`,
      `gave job ${old.job} to agent Room 1 at 20 Nov 2026, 12:00 UTC`,
    ];
    expect((await storyOf(world)).slice(0, 2)).toEqual(story);
    expect(await claimsIn(world)).toEqual([]);

    await second.call({ ...words(now).finish, fence: now.fence + 1 });

    const { job } = old;
    const first = { agent: world.agent.agentId, name: 'Room 1', former: null, at: NOW, times: 1 };
    const next = { agent: second.agentId, name: 'Room 2', former: 'Room 1', at: NOW + SILENCE };
    expect(await claimsIn(world)).toEqual([
      { type: 'job-claimed', job, ...first, fence: old.fence, lastFence: old.fence },
      { type: 'job-claimed', job, ...next, times: 2, fence: now.fence, lastFence: now.fence + 1 },
    ]);
    const told = await storyOf(world);
    expect(told.filter((text) => text.startsWith('gave job'))).toEqual(story);
  });

  test('are entries too when a person ends the job, and when nobody ever had it there are none', async () => {
    const { world } = await taken();
    world.ports.pass(SILENCE);
    const answer = { issueId: world.issue.id, accountId: TESTER, answer: 'retry' } as const;
    expect(await answerAs(world.ports, answer)).toEqual({ kind: 'done' });
    expect(await claimsIn(world)).toHaveLength(2);

    world.ports.pass(AGENT_SILENCE_MAX_SECONDS + 1);
    expect(await answerAs(world.ports, answer)).toEqual({ kind: 'done' });
    expect(await claimsIn(world)).toHaveLength(2);
  });

  test('end where it has gone from hand to hand so often that a person must look', async () => {
    const { world, second } = await taken();
    const both = [world.agent, second] as const;
    for (let count = 2; count < CLAIMS_MAX; count += 1)
      await silent(world, both[count % 2] ?? second, `request-${count + 1}`);
    world.ports.pass(SILENCE);

    const { run } = (await world.record()).state;
    const data = { requestId: 'one-more' };
    expect((await world.agent.call({ op: 'claim', job: run?.job ?? '', data })).status).toBe(410);
    const answer = { issueId: world.issue.id, accountId: TESTER, answer: 'retry' } as const;
    expect(await answerAs(world.ports, answer)).toEqual({ kind: 'done' });
    expect(await claimsIn(world)).toHaveLength(CLAIMS_MAX);
    expect((await world.claim('request-99', second)).job).not.toBe(run?.job);
  });
});
