/** Several agents by environment, group and machine room: whose key opens what. */
import { describe, expect, test } from '@jest/globals';
import { putPolicy, putSite } from '#app/manage-settings';
import { listAgents, revokeAgent } from '#app/manage-agents';
import { showRelease } from '#app/show-release';
import type { Site } from '#core/site';
import { LEASE_SECONDS, TAKEOVER_GRACE_SECONDS } from '#wire/agent';
import type { ClaimAnswer, PollAnswer } from '#wire/agent';
import { createCaller } from '../support/agent-caller';
import type { AgentCaller } from '../support/agent-caller';
import {
  aContent,
  aHost,
  aPolicy,
  aScript,
  aSite,
  LEADER,
  OWNER,
  REPORTER,
  TESTER,
} from '../support/builders';
import { aReleaseWorld, PROJECT } from '../support/release-world';
import type { ReleaseWorld } from '../support/release-world';

const LEDGER = aSite({ id: 'ledger', group: 'finance' });

const contentOf = (site: string) =>
  aContent({ code: [{ site, version: '1.0.0', artifactSha256: 'c'.repeat(64) }] });

async function started(world: ReleaseWorld): Promise<string> {
  await world.click('submit', REPORTER);
  await world.click('start', TESTER);
  return jobOf(world);
}

async function jobOf(world: ReleaseWorld): Promise<string> {
  const job = (await world.record()).state.run?.job;
  if (job === undefined) throw new Error('No job was offered.');
  return job;
}

const jobsOf = async (agent: AgentCaller): Promise<readonly string[]> => {
  const { body } = await agent.call({ op: 'poll', data: { version: '1.0.0', busy: false } });
  return (body as PollAnswer).jobs;
};

const claimAs = (agent: AgentCaller, job: string, requestId = 'request-1') =>
  agent.call({ op: 'claim', job, data: { requestId } });

/** All that one may say about somebody else's job, with its true fence: what each is answered. */
async function meddle(agent: AgentCaller, { job, fence, lastSeq, planDigest }: ClaimAnswer) {
  const seq = lastSeq + 1;
  const at = 1_795_176_000;
  const host = { at, step: 'code-1', host: 'web1', state: 'healthy', note: '', milliseconds: 1 };
  const line = { at, level: 'info', text: 'I was here.' };
  const answers = {
    claim: await claimAs(agent, job, 'request-9'),
    fetch: await agent.call({ op: 'fetch', job, fence, data: { digest: planDigest, offset: 0 } }),
    heartbeat: await agent.call({ op: 'heartbeat', job, fence, data: { step: null } }),
    report: await agent.call({ op: 'report', job, fence, seq, data: { entries: [host] } }),
    log: await agent.call({
      op: 'log',
      job,
      fence,
      data: { chunk: 0, firstLine: 0, lines: [line] },
    }),
    finish: await agent.call({
      op: 'finish',
      job,
      fence,
      seq,
      data: { outcome: { kind: 'succeeded' } },
    }),
  };
  return Object.fromEntries(Object.entries(answers).map(([op, { status }]) => [op, status]));
}

const REFUSED = { claim: 410, fetch: 409, heartbeat: 409, report: 409, log: 409, finish: 409 };

/** The job is offered to the right one only, and whatever the others try changes no byte of the job or its release. */
async function expectOnlyFor(
  world: ReleaseWorld,
  job: string,
  own: AgentCaller,
  others: readonly AgentCaller[],
): Promise<void> {
  const { memory } = world.ports;
  expect(await jobsOf(own)).toContain(job);
  for (const other of others) expect(await jobsOf(other)).not.toContain(job);
  for (const other of others) expect((await claimAs(other, job)).status).toBe(410);
  const claim = (await claimAs(own, job)).body as ClaimAnswer;

  const before = new Map(memory.rows);
  for (const other of others) expect(await meddle(other, claim)).toEqual(REFUSED);
  expect(memory.rows).toEqual(before);

  // Neither helps a list that names them by mistake, nor the name of the right one under their own key.
  const record = await memory.get('job', job);
  if (!record) throw new Error('The job is gone.');
  const agents = [...record.agents, ...others.map(({ agentId }) => agentId)];
  const named = { ...record, version: record.version + 1, agents };
  await memory.transact([
    { type: 'set', entity: 'job', key: job, record: named, expect: record.version },
  ]);
  const spoiled = new Map(memory.rows);
  for (const other of others) {
    expect(await meddle(other, claim)).toEqual(REFUSED);
    const disguised = createCaller(world.ports, other.keys, own.agentId);
    expect(Object.values(await meddle(disguised, claim))).toEqual(Array(6).fill(401));
  }
  world.ports.pass(LEASE_SECONDS + TAKEOVER_GRACE_SECONDS);
  for (const other of others) expect((await claimAs(other, job, 'late')).status).toBe(410);
  expect(memory.rows).toEqual(spoiled);
}

describe('an agent of a group', () => {
  test('has a key of its own, and neither takes the work of others nor gives them its own: poll, claim, fetch, heartbeat, report, log and finish [S2-61]', async () => {
    const world = await aReleaseWorld({ sites: [aSite(), LEDGER], content: contentOf('ledger') });
    const finance = await world.enrollAgent(undefined, { group: 'finance' });
    const people = await world.enrollAgent(undefined, { group: 'people' });
    const shop = await world.another(contentOf('shop'));

    await expectOnlyFor(world, await started(world), finance, [world.agent, people]);
    await expectOnlyFor(shop, await started(shop), world.agent, [finance, people]);
    expect(finance.keys.publicKey).not.toBe(world.agent.keys.publicKey);
  });

  test('is shown with its group and rooms, and one from before there were any with neither', async () => {
    const { ports, agent, enrollAgent } = await aReleaseWorld();
    const { agentId } = await enrollAgent(['SIT'], { group: 'finance', rooms: ['A'] });

    const listed = await listAgents(ports, PROJECT);
    const reachOf = (id: string) => listed.find((each) => each.agentId === id);
    expect(reachOf(agent.agentId)).toMatchObject({ group: null, rooms: null });
    expect(reachOf(agentId)).toMatchObject({ group: 'finance', rooms: ['A'] });
  });

  test('is asked for by name at the start, also by a database that the policy gives to its group', async () => {
    const groups = [{ id: 'finance', databases: ['orders'], centres: [] }];
    const world = await aReleaseWorld({
      policy: aPolicy({ groups }),
      content: aContent({ code: [], sql: [aScript()] }),
      texts: ['ALTER TABLE orders ADD note text'],
    });
    await world.click('submit', REPORTER);

    expect(await world.clickOnly('start', TESTER)).toMatchObject({
      kind: 'refused',
      sentence:
        'No agent for SIT in group finance has been heard from in the last 3 minutes; start the agent, or have a project admin approve one.',
    });
    await world.enrollAgent(['SIT'], { group: 'finance' });
    expect(await world.clickOnly('start', TESTER)).toMatchObject({ kind: 'moved' });
  });

  test('is no agent for a release that spreads over groups: the start says which things are whose', async () => {
    const code = [...contentOf('shop').code, ...contentOf('ledger').code];
    const world = await aReleaseWorld({ sites: [aSite(), LEDGER], content: aContent({ code }) });
    await world.enrollAgent(undefined, { group: 'finance' });
    await world.click('submit', REPORTER);
    const sentence =
      'The release carries things of different groups, which no agent serves together: the site shop of no group, the site ledger of group finance; have each group’s part in a release of its own.';

    expect(await world.clickOnly('start', TESTER)).toMatchObject({ kind: 'refused', sentence });
    expect(await nowOf(world)).toBe(`Ready, but beyond the reach of every agent. ${sentence}`);
  });
});

describe('an agent of one environment', () => {
  test('has an identity of its own: with the key for SIT nobody takes, reads or reports a job of STAGE [S3-17]', async () => {
    const world = await aReleaseWorld();
    const dev = await world.enrollAgent(['SIT']);
    const prod = await world.enrollAgent(['STAGE']);
    await started(world);
    await world.succeed();
    await world.succeed();
    await world.click('promote', LEADER);
    await world.click('approve', LEADER);
    await world.click('approve', OWNER);
    await world.click('start', LEADER);

    await expectOnlyFor(world, await jobOf(world), prod, [dev]);
  });
});

/** One host in each of these rooms. */
const inRooms = (...rooms: string[]): Site =>
  aSite({
    hosts: rooms.map((room, at) => aHost({ id: `web${at}`, address: `10.20.0.${at}`, room })),
  });

const nowOf = async (world: ReleaseWorld): Promise<string> => {
  const view = await showRelease(world.ports, { issueId: world.issue.id, accountId: LEADER });
  return view.kind === 'release' ? view.now : view.sentence;
};

describe('an agent of a machine room', () => {
  const roomWorld = async (site: Site) => {
    const world = await aReleaseWorld({ sites: [site] });
    // The world's own agent serves every room; here it serves none of these.
    await revokeAgent(world.ports, { project: PROJECT, agentId: world.agent.agentId });
    await world.click('submit', REPORTER);
    return world;
  };

  test('takes releases whose hosts all stand in its rooms, and no others', async () => {
    const world = await roomWorld(inRooms('A', 'A'));
    const a = await world.enrollAgent(undefined, { rooms: ['A'] });
    const b = await world.enrollAgent(undefined, { rooms: ['B'] });
    const both = await world.enrollAgent(undefined, { rooms: ['A', 'B'] });
    await world.click('start', TESTER);

    await expectOnlyFor(world, await jobOf(world), a, [b]);
    const job = await world.ports.memory.get('job', await jobOf(world));
    expect(job).toMatchObject({ rooms: ['A'] });
    expect(job?.agents).toContain(both.agentId);
  });

  test('is named at the start and in the panel where it is missing, with what to do', async () => {
    const world = await roomWorld(inRooms('A', 'B'));
    await world.enrollAgent(undefined, { rooms: ['A'] });
    const missing =
      'No agent for SIT that was heard from in the last 3 minutes serves machine room B; start the agent that does, or have a project admin enroll one.';
    expect(await world.clickOnly('start', TESTER)).toMatchObject({ sentence: missing });
    expect(await nowOf(world)).toBe(`Ready, but beyond the reach of every agent. ${missing}`);

    await world.enrollAgent(undefined, { rooms: ['B'] });
    expect(await world.clickOnly('start', TESTER)).toMatchObject({
      sentence:
        'No agent for SIT that was heard from in the last 3 minutes serves machine rooms A and B together; have a project admin enroll one that does, or release the hosts of each machine room as a site of its own.',
    });

    const both = await world.enrollAgent(undefined, { rooms: ['A', 'B', 'C'] });
    await world.click('start', TESTER);
    expect(await jobsOf(both)).toHaveLength(1);
  });

  test('does not take hosts that stand in no room; one without rooms does', async () => {
    const world = await roomWorld(inRooms(''));
    await world.enrollAgent(undefined, { rooms: ['A'] });
    expect(await world.clickOnly('start', TESTER)).toMatchObject({
      sentence: expect.stringContaining('serves hosts without a machine room;'),
    });

    const everywhere = await world.enrollAgent();
    await world.click('start', TESTER);
    expect(await jobsOf(everywhere)).toHaveLength(1);
  });

  test('is offered what the bound plan says, when the hosts are written down elsewhere meanwhile', async () => {
    const world = await roomWorld(inRooms('A'));
    const a = await world.enrollAgent(undefined, { rooms: ['A'] });
    const b = await world.enrollAgent(undefined, { rooms: ['B'] });
    await world.click('start', TESTER);
    await putSite(world.ports, { project: PROJECT, site: inRooms('B') });
    const claim = await world.claim('request-1', a);
    const { job, fence } = claim;
    const data = { outcome: { kind: 'succeeded' } };
    await a.call({ op: 'finish', job, fence, seq: 1, data });
    await world.ports.drain();

    expect([await jobsOf(a), await jobsOf(b)]).toEqual([[], []]);
    expect(await nowOf(world)).toBe(
      'When the work was offered, no agent of SIT reached all that it touches; have a project admin enroll one, and answer retry in a minute.',
    );
    world.ports.pass(TAKEOVER_GRACE_SECONDS);
    expect(await nowOf(world)).toContain('enroll one, and then answer retry.');
  });
});

test('a policy that is older than groups is read and written as before', async () => {
  const { ports } = await aReleaseWorld();
  const { groups, ...policy } = aPolicy();
  expect(groups).toBeUndefined();
  expect(await putPolicy(ports, { project: PROJECT, policy })).toEqual({ kind: 'done' });
  expect((await ports.memory.get('policy', PROJECT))?.policy).not.toHaveProperty('groups');
});
