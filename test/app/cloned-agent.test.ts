import { beforeEach, describe, expect, test } from '@jest/globals';
import { handleAgentCall } from '#app/handle-agent';
import { approveAgent, listAgents, revokeAgent, suspendAgent } from '#app/manage-agents';
import type { AgentAnswer } from '#app/agent-answer';
import { newKey } from '../support/agent-caller';
import { REPORTER, TESTER } from '../support/builders';
import { aReleaseWorld, PROJECT } from '../support/release-world';
import type { ReleaseWorld } from '../support/release-world';

let world: ReleaseWorld;
beforeEach(async () => {
  world = await aReleaseWorld();
  await world.click('submit', REPORTER);
  await world.click('start', TESTER);
});

/** One copy of the agent: remembers what the app's answers tell. */
function aCopy(boot: string) {
  let heard = 0;
  const hear = (answer: AgentAnswer): AgentAnswer => {
    heard = (answer.body as { readonly now: number }).now;
    return answer;
  };
  const poll = async () => {
    const data = { version: '0.2.0', busy: false, speaks: [1, 2], heard };
    return hear(await world.agent.call({ op: 'poll', boot, data }));
  };
  return {
    poll,
    /** Its first signs of life, the second of which shows that it lives. */
    begin: async () => {
      await poll();
      world.ports.pass(1);
      await poll();
    },
    beat: async (job: string, fence: number) => {
      const data = { step: null, speaks: [1, 2], heard };
      return hear(await world.agent.call({ op: 'heartbeat', boot, job, fence, data }));
    },
  };
}

const ENTRY = {
  at: 1,
  step: 'code-1',
  host: 'web1',
  state: 'staged',
  note: '',
  milliseconds: 1,
};

const stateOf = async () => (await world.ports.memory.get('agent', world.agent.agentId))?.state;
const SUSPENDED = {
  status: 403,
  body: { error: 'pending', message: expect.stringContaining('Two copies of agent Room 1') },
};

describe('an agent that starts again', () => {
  test('is no clone, however often and whatever of its former lives comes late', async () => {
    for (let start = 0; start < 20; start += 1) {
      const life = aCopy(`boot000${start}`);
      await life.begin();
      world.ports.pass(60);
      await life.poll();
      world.ports.pass(1);
      await aCopy(`boot100${start}`).begin();
      // What the dead one had sent before arrives now.
      expect((await life.poll()).status).toBe(200);
    }

    expect(await stateOf()).toBe('active');
  });
});

describe('an agent that is killed after it has signed its first claim', () => {
  test('is no clone when that claim arrives after the next start’s, and loses nothing to it', async () => {
    const job = (await world.record()).state.run?.job ?? '';
    await aCopy('start000').begin();
    world.ports.pass(60);
    const data = { requestId: 'request-1', heard: 0 };
    const held = world.agent.request({ op: 'claim', boot: 'start001', job, data });
    world.ports.pass(5);
    const first = { requestId: 'request-2', heard: 0 };
    const call = { op: 'claim', boot: 'start002', job } as const;
    expect((await world.agent.call({ ...call, data: first })).status).toBe(503);
    world.ports.pass(1);
    const next = { ...first, heard: world.ports.clock.now() };
    const claim = await world.agent.call({ ...call, data: next });
    const { fence } = claim.body as { readonly fence: number };
    const life = aCopy('start002');
    expect((await life.beat(job, fence)).status).toBe(200);
    world.ports.pass(3);

    expect((await handleAgentCall(world.ports, held)).status).toBe(503);

    for (let beats = 0; beats < 3; beats += 1) {
      world.ports.pass(20);
      expect((await life.beat(job, fence)).status).toBe(200);
    }
    expect(await stateOf()).toBe('active');
  });

  test('is no clone when its first poll arrives after the next start’s, whatever the clocks say', async () => {
    await aCopy('start000').begin();
    const data = { version: '0.2.0', busy: false, speaks: [1, 2], heard: 0 };
    world.ports.pass(250);
    const held = world.agent.request({ op: 'poll', boot: 'start001', data });
    const life = aCopy('start002');
    await life.begin();
    world.ports.pass(3);

    expect((await handleAgentCall(world.ports, held)).status).toBe(200);

    for (let polls = 0; polls < 3; polls += 1) {
      world.ports.pass(20);
      expect((await life.poll()).status).toBe(200);
    }
    expect(await stateOf()).toBe('active');
  });
});

describe('a new start of an agent', () => {
  test('is asked to come again at once, and is the agent’s from its second message on', async () => {
    await aCopy('start000').begin();
    world.ports.pass(300);
    const next = aCopy('start001');
    const bootOf = async () => (await world.ports.memory.get('agent', world.agent.agentId))?.boot;

    expect(await next.poll()).toMatchObject({ body: { nextPollMilliseconds: 1_000 } });
    expect(await bootOf()).toBe('start000');
    world.ports.pass(1);
    await next.poll();

    expect(await bootOf()).toBe('start001');
  });

  test('hears of no work before that', async () => {
    await aCopy('start000').begin();
    world.ports.pass(300);
    const next = aCopy('start001');
    const jobs = async () =>
      ((await next.poll()).body as { readonly jobs: readonly string[] }).jobs;

    expect(await jobs()).toEqual([]);
    world.ports.pass(1);
    expect(await jobs()).toHaveLength(1);
  });

  test('is told why it waits when forty came before it, and is heard once there is room', async () => {
    for (let start = 100; start < 142; start += 1) {
      await aCopy(`start${String(start)}`).begin();
      world.ports.pass(6);
    }
    const next = aCopy('start200');
    await next.poll();
    world.ports.pass(1);

    expect(await next.poll()).toMatchObject({
      status: 503,
      body: { message: expect.stringContaining('more than 40 times within a quarter of an hour') },
    });
    world.ports.pass(900);
    expect(await next.poll()).toMatchObject({ status: 200 });
    expect(await stateOf()).toBe('active');
  });
});

describe('an agent of which two copies are alive', () => {
  async function cloned() {
    const [one, two] = [aCopy('boot0001'), aCopy('boot0002')];
    await one.poll();
    world.ports.pass(10);
    await two.begin();
    world.ports.pass(10);
    await one.poll();
    world.ports.pass(10);
    return { one, two, found: await one.poll() };
  }

  test('is suspended when the former one speaks again, long before a lease is over', async () => {
    const { two, found } = await cloned();

    expect(found).toMatchObject(SUSPENDED);
    expect(await stateOf()).toBe('suspended');
    expect(await two.poll()).toMatchObject(SUSPENDED);
  });

  test('is found by its heartbeats too', async () => {
    const { job, fence } = await world.claim();
    const one = aCopy('boot0001');
    await one.beat(job, fence);
    world.ports.pass(10);
    await aCopy('boot0002').begin();
    world.ports.pass(10);
    await one.beat(job, fence);
    world.ports.pass(10);

    expect(await one.beat(job, fence)).toMatchObject(SUSPENDED);
  });

  test('gets no job, and none of its reports counts', async () => {
    const claim = await world.claim();
    await cloned();
    const before = new Map(world.ports.memory.rows);
    const { job, fence } = claim;

    const answers = [
      await world.agent.call({ op: 'claim', job, data: { requestId: 'request-9' } }),
      await world.agent.call({
        op: 'fetch',
        job,
        fence,
        data: { digest: 'a'.repeat(64), offset: 0 },
      }),
      await world.agent.call({ op: 'heartbeat', job, fence, data: { step: null } }),
      await world.agent.call({ op: 'report', job, fence, seq: 1, data: { entries: [ENTRY] } }),
      await world.agent.call({
        op: 'finish',
        job,
        fence,
        seq: 1,
        data: { outcome: { kind: 'succeeded' } },
      }),
    ];

    for (const answer of answers) expect(answer).toMatchObject(SUSPENDED);
    expect(world.ports.memory.rows).toEqual(before);
    const settings = await world.ports.memory.get('policy', PROJECT);
    expect(settings?.agents).toEqual([]);
  });

  test('is explained in the settings, and works again once an admin has confirmed it anew', async () => {
    const { two } = await cloned();
    const [view] = await listAgents(world.ports, PROJECT);
    expect(view).toMatchObject({
      state: 'suspended',
      trouble: expect.stringContaining('confirm the agent anew'),
    });

    await approveAgent(world.ports, {
      project: PROJECT,
      agentId: world.agent.agentId,
      fingerprint: view?.fingerprint ?? '',
    });

    expect(await two.poll()).toMatchObject({ status: 200, body: { state: 'active' } });
    world.ports.pass(10);
    expect(await two.poll()).toMatchObject({ status: 200 });
  });

  test('is suspended again when the copy is still there', async () => {
    const { one, two } = await cloned();
    const [view] = await listAgents(world.ports, PROJECT);
    const fingerprint = view?.fingerprint ?? '';
    await approveAgent(world.ports, {
      project: PROJECT,
      agentId: world.agent.agentId,
      fingerprint,
    });
    for (const copy of [two, one, two, one, two, one, two]) {
      world.ports.pass(10);
      await copy.poll();
    }

    expect(await stateOf()).toBe('suspended');
  });
});

describe('an agent that has renewed its key before it was suspended', () => {
  const renewedAndSuspended = async () => {
    const { agent, ports } = world;
    await agent.call({ op: 'poll', data: { version: '0.2.0', busy: false } });
    const { keys, data } = newKey(agent, ports);
    expect((await agent.call({ op: 'add-key', data })).status).toBe(200);
    const record = await ports.memory.get('agent', agent.agentId);
    if (!record) throw new Error('There is no agent.');
    await suspendAgent(ports, record);
    const former = ports.crypto.fingerprint(agent.keys.publicKey);
    return { newest: ports.crypto.fingerprint(keys.publicKey), former };
  };
  const approve = (fingerprint: string) =>
    approveAgent(world.ports, { project: PROJECT, agentId: world.agent.agentId, fingerprint });

  test.each([0, 30 * 86_400])(
    'shows the newest key’s fingerprint %d s later, and is confirmed by it',
    async (seconds) => {
      const { newest } = await renewedAndSuspended();
      world.ports.pass(seconds);
      const [view] = await listAgents(world.ports, PROJECT);

      expect(view?.fingerprint).toBe(newest);
      expect(await approve(view?.fingerprint ?? '')).toEqual({ kind: 'done' });
      expect(await stateOf()).toBe('active');
    },
  );

  test('is not confirmed by its former key, which says nothing of who brought the newest', async () => {
    const { former } = await renewedAndSuspended();

    expect(await approve(former)).toMatchObject({ kind: 'refused' });
    expect(await stateOf()).toBe('suspended');
  });
});

describe('an agent that is revoked', () => {
  test.each(['offered', 'claimed', 'reported'] as const)(
    'while its job is %s is a stranger from the very next call, and nothing of it counts',
    async (moment) => {
      const waiting = (await world.ports.memory.get('inbox', world.agent.agentId))?.jobs[0] ?? '';
      let claim = moment === 'offered' ? undefined : await world.claim();
      if (claim && moment === 'reported')
        claim = await world.report(claim, [{ step: 'code-1', host: 'web1', state: 'staged' }]);
      await revokeAgent(world.ports, { project: PROJECT, agentId: world.agent.agentId });
      const before = new Map(world.ports.memory.rows);
      const { job = waiting, fence = 1, lastSeq = 0 } = claim ?? {};

      const answers = [
        await world.agent.call({ op: 'poll', data: { version: '0.2.0', busy: false } }),
        await world.agent.call({ op: 'claim', job, data: { requestId: 'request-9' } }),
        await world.agent.call({ op: 'heartbeat', job, fence, data: { step: null } }),
        await world.agent.call({
          op: 'finish',
          job,
          fence,
          seq: lastSeq + 1,
          data: { outcome: { kind: 'succeeded' } },
        }),
      ];

      expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401]);
      expect(world.ports.memory.rows).toEqual(before);
    },
  );

  test.each([
    [-1, 200],
    [0, 200],
    [1, 401],
  ])('by its key running out is one %d s after the end: %d', async (late, status) => {
    const agent = await world.ports.memory.get('agent', world.agent.agentId);
    if (!agent) throw new Error('There is no agent.');
    const now = world.ports.clock.now();
    const keys = agent.keys.map((key) => ({ ...key, notAfter: now - late }));
    await world.ports.memory.transact([
      {
        type: 'set',
        entity: 'agent',
        key: agent.agentId,
        record: { ...agent, keys, version: agent.version + 1 },
        expect: agent.version,
      },
    ]);

    const answer = await world.agent.call({ op: 'poll', data: { version: '1', busy: false } });

    expect(answer.status).toBe(status);
  });
});

describe('a copy of an agent’s key that neither polls nor sends heartbeats', () => {
  const finishWith = async (boot: string, job: string, fence: number) => {
    const data = { outcome: { kind: 'succeeded' } };
    const { status } = await world.agent.call({ op: 'finish', boot, job, fence, seq: 1, data });
    await world.ports.drain();
    return status;
  };
  const jobOf = async () => (await world.record()).state.run?.job ?? '';

  test('is found by its claim as soon as the agent itself has polled twice', async () => {
    const honest = aCopy('honest01');
    await honest.poll();
    world.ports.pass(10);
    const data = { requestId: 'thief-1' };
    const claimed = await world.agent.call({
      op: 'claim',
      boot: 'thief001',
      job: await jobOf(),
      data,
    });
    expect(claimed.status).toBe(200);
    world.ports.pass(10);
    await honest.poll();
    world.ports.pass(10);

    expect(await honest.poll()).toMatchObject(SUSPENDED);
    expect(await finishWith('thief001', await jobOf(), 1)).toBe(403);
    expect((await world.record()).state.status).toBe('code-executing');
  });

  test('is found all the same when it pushes boots of its own in before', async () => {
    const honest = aCopy('honest01');
    await honest.poll();
    world.ports.pass(10);
    const job = await jobOf();
    const tried: number[] = [];
    for (let boot = 100; boot < 200; boot += 1) {
      const data = { requestId: `thief-${String(boot)}` };
      const claim = { op: 'claim', boot: `thief${String(boot)}`, job, data } as const;
      tried.push((await world.agent.call(claim)).status);
    }
    expect([tried[0], tried.at(-1)]).toEqual([200, 503]);
    world.ports.pass(10);
    await honest.poll();
    world.ports.pass(10);

    expect(await honest.poll()).toMatchObject(SUSPENDED);
  });

  test('is found all the same when it did so while the agent was down', async () => {
    await aCopy('honest01').begin();
    const job = await jobOf();
    for (let boot = 100; boot < 142; boot += 1) {
      world.ports.pass(6);
      const data = { requestId: `thief-${String(boot)}`, heard: world.ports.clock.now() };
      await world.agent.call({ op: 'claim', boot: `thief${String(boot)}`, job, data });
    }
    const known = (await world.ports.memory.get('agent', world.agent.agentId))?.boot ?? '';
    const honest = aCopy('honest02');
    world.ports.pass(6);
    await honest.begin();
    world.ports.pass(6);

    const thief = { requestId: 'thief-200', heard: world.ports.clock.now() };
    const answer = await world.agent.call({ op: 'claim', boot: known, job, data: thief });

    expect(answer).toMatchObject(SUSPENDED);
  });

  test('changes no byte by claiming what is not the agent’s', async () => {
    await aCopy('honest01').poll();
    const before = new Map(world.ports.memory.rows);
    const data = { requestId: 'thief-1' };

    for (const job of ['nothing', '10009.1'])
      expect(await world.agent.call({ op: 'claim', boot: 'thief001', job, data })).toMatchObject({
        status: 410,
      });

    expect(world.ports.memory.rows).toEqual(before);
  });

  test('that brings a key of its own under a boot that nobody has seen is told to wait', async () => {
    await aCopy('honest01').poll();
    const before = new Map(world.ports.memory.rows);
    const { data } = newKey(world.agent, world.ports);

    const answer = await world.agent.call({ op: 'add-key', boot: 'thief001', data });

    expect(answer).toMatchObject({ status: 503, body: { error: 'busy' } });
    expect(world.ports.memory.rows).toEqual(before);
  });

  test('that guesses the fence of a job says nothing about it, whatever it tries, and changes no byte', async () => {
    const claim = await world.claim();
    const { job, fence } = claim;
    const before = new Map(world.ports.memory.rows);
    const lines = [{ at: 1, level: 'info', text: 'a line' }];
    const about = { boot: 'thief001', job, fence } as const;

    const answers = [
      await world.agent.call({
        ...about,
        op: 'fetch',
        data: { digest: claim.planDigest, offset: 0 },
      }),
      await world.agent.call({ ...about, op: 'heartbeat', data: { step: null } }),
      await world.agent.call({ ...about, op: 'report', seq: 1, data: { entries: [ENTRY] } }),
      await world.agent.call({ ...about, op: 'log', data: { chunk: 0, firstLine: 0, lines } }),
      await world.agent.call({
        ...about,
        op: 'finish',
        seq: 1,
        data: { outcome: { kind: 'succeeded' } },
      }),
    ];

    for (const answer of answers)
      expect(answer).toMatchObject({
        status: 409,
        body: { error: 'stale', message: expect.stringMatching(/^Another start of agent Room 1/) },
      });
    expect(world.ports.memory.rows).toEqual(before);
    expect(await finishWith('boot0001', job, fence)).toBe(200);
  });

  test('that comes after the agent itself was heard again gets no job', async () => {
    await aCopy('thief001').begin();
    world.ports.pass(10);
    await aCopy('honest01').begin();
    const data = { requestId: 'thief-1' };

    const late = await world.agent.call({
      op: 'claim',
      boot: 'thief001',
      job: await jobOf(),
      data,
    });

    expect(late).toMatchObject({ status: 503 });
    expect((await world.ports.memory.get('job', await jobOf()))?.status).toBe('offered');
  });
});

describe('an agent that starts again while it has a job', () => {
  test('goes on with it by a claim, and is no clone', async () => {
    const first = await world.claim();
    const life = aCopy('boot0002');
    const data = { requestId: 'request-2' };
    const again = await world.agent.call({ op: 'claim', boot: 'boot0002', job: first.job, data });
    const { fence } = again.body as { readonly fence: number };
    expect([again.status, fence]).toEqual([200, first.fence + 1]);
    for (let beats = 0; beats < 3; beats += 1) {
      world.ports.pass(20);
      expect((await life.beat(first.job, fence)).status).toBe(200);
    }
    expect((await life.poll()).status).toBe(200);
    expect(await stateOf()).toBe('active');
  });
});
