import { beforeEach, describe, expect, test } from '@jest/globals';
import { approveAgent, createEnrollment, listAgents, revokeAgent } from '#app/manage-agents';
import type { EnrollAnswer } from '#wire/agent';
import { createCaller, makeKeys } from '../support/agent-caller';
import type { AgentCaller, AgentKeys } from '../support/agent-caller';
import { NOW } from '../support/builders';
import { createMemoryPorts } from '../support/memory-ports';
import type { MemoryPorts } from '../support/memory-ports';
import { PROJECT } from '../support/release-world';

const ROOM = { project: PROJECT, name: 'Room 1', environments: ['SIT'] };

let ports: MemoryPorts;
let code: string;
beforeEach(async () => {
  ports = createMemoryPorts();
  code = (await createEnrollment(ports, ROOM)).code;
});

const knock = (caller: AgentCaller, words = code, publicKey = caller.keys.publicKey) =>
  caller.call({ op: 'enroll', agent: '-', data: { code: words, name: 'room1', publicKey } });

const caller = (keys: AgentKeys = makeKeys()) => createCaller(ports, keys);

describe('the code of an enrollment', () => {
  test('is shown once: only its digest is stored', async () => {
    expect(code).toMatch(/^[A-Za-z0-9]{28}$/);

    const stored = [...ports.memory.rows].flat().join();
    expect(stored).not.toContain(code);
    expect(stored).toContain(ports.crypto.sha256(code));
  });

  test('makes an agent that waits for an admin, and tells it whom it has met', async () => {
    const agent = caller();

    const answer = await knock(agent);

    expect(answer).toEqual({
      status: 200,
      body: {
        now: NOW,
        agent: agent.agentId,
        audience: ports.audience,
        appKey: await ports.crypto.appKey(),
        fingerprint: ports.crypto.fingerprint(agent.keys.publicKey),
      },
    });
    expect(await ports.memory.get('agent', agent.agentId)).toMatchObject({
      state: 'pending',
      project: PROJECT,
      environments: ['SIT'],
    });
  });

  test('gives no work out before the admin has confirmed the agent', async () => {
    const agent = caller();
    await knock(agent);
    const inbox = { version: 1, jobs: ['10001.1'], hotUntil: 0, imminentUntil: 0 };
    await ports.memory.create('inbox', agent.agentId, inbox);

    const { body } = await agent.call({ op: 'poll', data: { version: '0.1.0', busy: false } });

    expect(body).toMatchObject({ state: 'pending', jobs: [] });
  });

  test('names the agent as the admin has named it, whatever it calls itself', async () => {
    await knock(caller());

    expect((await listAgents(ports, PROJECT)).map(({ name }) => name)).toEqual(['Room 1']);
  });

  test('answers the same key again in the same way, also after its time', async () => {
    const agent = caller();
    const first = await knock(agent);

    ports.pass(3_600);

    expect((await knock(agent)).body).toEqual({ ...first.body, now: NOW + 3_600 });
  });

  test('of another reach is not spent by an agent that is enrolled already, which reads what to do', async () => {
    const agent = caller();
    await knock(agent);
    const wider = { ...ROOM, environments: ['SIT', 'PROD'] };
    const other = (await createEnrollment(ports, wider)).code;

    expect(await knock(agent, other)).toMatchObject({
      status: 400,
      body: { message: expect.stringMatching(/agent Room 1's already, for SIT.*stays good/) },
    });
    expect(await ports.memory.get('agent', agent.agentId)).toMatchObject({ environments: ['SIT'] });
    expect(await knock(caller(), other)).toMatchObject({ status: 200 });
  });

  test('is not spent with a key that another agent has renewed its own to', async () => {
    const [first, renewed] = [caller(), makeKeys()];
    await knock(first);
    const agent = await ports.memory.get('agent', first.agentId);
    if (!agent) throw new Error('There is no agent.');
    const { publicKey } = renewed;
    const keys = [...agent.keys, { id: ports.crypto.keyId(publicKey), publicKey, notAfter: null }];
    const record = { ...agent, version: agent.version + 1, keys };
    await ports.memory.transact([
      { type: 'set', entity: 'agent', key: first.agentId, record, expect: agent.version },
    ]);
    const second = caller(renewed);

    const answer = await knock(second, (await createEnrollment(ports, ROOM)).code);

    expect(answer).toMatchObject({ status: 400 });
    expect(await ports.memory.get('agent', second.agentId)).toBeUndefined();
  });

  test('is worth nothing to another key', async () => {
    await knock(caller());

    expect((await knock(caller())).status).toBe(401);
    expect(await listAgents(ports, PROJECT)).toHaveLength(1);
  });

  test('makes one agent when twelve keys race for it', async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, () => knock(caller())));

    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(11);
    expect(await listAgents(ports, PROJECT)).toHaveLength(1);
  });

  test.each([
    [899, 200],
    [900, 200],
    [901, 401],
  ])('after %d s is answered %d', async (seconds, status) => {
    ports.pass(seconds);

    expect((await knock(caller())).status).toBe(status);
  });

  test('is not guessed, and a wrong one costs one read and writes nothing', async () => {
    const before = new Map(ports.memory.rows);
    ports.resetCost();

    const answer = await knock(caller(), 'a'.repeat(28));

    expect(answer.status).toBe(401);
    expect(ports.cost).toEqual({ reads: 1, writes: 0 });
    expect(ports.memory.rows).toEqual(before);
  });

  test('must come with the very key that signs', async () => {
    const stranger = makeKeys();

    expect((await knock(caller(), code, stranger.publicKey)).status).toBe(401);
    const disguised = { ...caller().keys, keyId: stranger.keyId };
    expect((await knock(caller(disguised), code, stranger.publicKey)).status).toBe(401);
  });

  test.each([
    ['too old', [0], 'update it on its machine'],
    ['too new', [3, 4], 'update the app, or take an older agent'],
  ])('is not spent by an agent that is %s, which reads why', async (side, speaks, remedy) => {
    const agent = caller();
    const data = { code, name: 'room1', publicKey: agent.keys.publicKey };
    const before = new Map(ports.memory.rows);

    const answer = await agent.call({ op: 'enroll', agent: '-', data: { ...data, speaks } });

    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid', speaks: [1, 2] } });
    const words = `speaks version ${speaks.join(' and ')} of the protocol and Interlock speaks 1 and 2: the agent is ${side}`;
    expect(answer.body).toMatchObject({ message: expect.stringContaining(words) });
    expect(answer.body).toMatchObject({ message: expect.stringContaining(remedy) });
    expect(ports.memory.rows).toEqual(before);

    const known = await agent.call({ op: 'enroll', agent: '-', data: { ...data, speaks: [2, 3] } });
    expect(known.status).toBe(200);
    expect(await ports.memory.get('agent', agent.agentId)).toMatchObject({ speaks: [2, 3] });
  });

  test('that is wrong gets the one 401, whatever versions come with it', async () => {
    const agent = caller();
    const data = { code: 'a'.repeat(28), name: 'room1', publicKey: agent.keys.publicKey };

    const answers = [
      await agent.call({ op: 'enroll', agent: '-', data: { ...data, speaks: [0] } }),
      await agent.call({ op: 'enroll', agent: '-', data }),
    ];

    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]).toMatchObject({ status: 401, body: { error: 'unauthorized' } });
  });

  test.each([
    ['too short', 'AAAA'],
    ['of another length', Buffer.alloc(31, 1).toString('base64')],
    ['in base64url', '-'.repeat(43) + '='],
    ['of small order', Buffer.alloc(32, 0).toString('base64')],
  ])('is refused for a key %s', async (_, publicKey) => {
    expect((await knock(caller(), code, publicKey)).status).toBe(401);
  });

  test('survives a crash between its use and the agent’s record', async () => {
    const agent = caller();
    const failing = {
      ...ports,
      store: { ...ports.store, create: async () => Promise.reject(new Error('crash')) },
    };
    const broken = createCaller(failing, agent.keys);
    const data = { code, name: 'room1', publicKey: agent.keys.publicKey };
    expect((await broken.call({ op: 'enroll', agent: '-', data })).status).toBe(503);

    expect((await knock(agent)).status).toBe(200);
  });
});

describe('an admin', () => {
  const enrolled = async () => {
    const agent = caller();
    const { fingerprint } = (await knock(agent)).body as EnrollAnswer;
    return { agent, fingerprint };
  };
  const poll = (agent: AgentCaller) =>
    agent.call({ op: 'poll', data: { version: '0.1.0', busy: false } });

  test('lets an agent in whose fingerprint is the one on its terminal', async () => {
    const { agent, fingerprint } = await enrolled();

    expect(
      await approveAgent(ports, { project: PROJECT, agentId: agent.agentId, fingerprint }),
    ).toEqual({ kind: 'done' });

    expect((await poll(agent)).body).toMatchObject({ state: 'active' });
    const settings = await ports.memory.get('policy', PROJECT);
    expect(settings?.agents).toEqual([{ agentId: agent.agentId, environments: ['SIT'] }]);
  });

  test('reads the fingerprint in groups, and may paste it in any case and spacing', async () => {
    const { agent, fingerprint } = await enrolled();

    expect(fingerprint).toMatch(/^([0-9a-f]{4} ){15}[0-9a-f]{4}$/);
    const pasted = fingerprint.replaceAll(' ', '').toUpperCase();
    expect(
      await approveAgent(ports, { project: PROJECT, agentId: agent.agentId, fingerprint: pasted }),
    ).toEqual({ kind: 'done' });
  });

  test('does not let in an agent with another fingerprint', async () => {
    const { agent } = await enrolled();
    const other = (await enrolledBeside()).fingerprint;

    expect(
      await approveAgent(ports, { project: PROJECT, agentId: agent.agentId, fingerprint: other }),
    ).toEqual({
      kind: 'refused',
      sentence:
        'The fingerprint is not the one of agent Room 1; compare it with what the agent printed.',
    });
    expect((await poll(agent)).body).toMatchObject({ state: 'pending', jobs: [] });
  });

  const enrolledBeside = async () => {
    code = (await createEnrollment(ports, ROOM)).code;
    return enrolled();
  };

  test('of another project finds no such agent', async () => {
    const { agent, fingerprint } = await enrolled();
    const input = { project: '77777', agentId: agent.agentId, fingerprint };

    for (const outcome of [await approveAgent(ports, input), await revokeAgent(ports, input)]) {
      expect(outcome).toEqual({
        kind: 'refused',
        sentence: `There is no agent ${agent.agentId} in this project; reload the list of agents.`,
      });
    }
  });

  test('revokes an agent for good: its key comes back by no code', async () => {
    const { agent, fingerprint } = await enrolled();
    const input = { project: PROJECT, agentId: agent.agentId, fingerprint };
    await approveAgent(ports, input);

    expect(await revokeAgent(ports, input)).toEqual({ kind: 'done' });

    expect((await poll(agent)).status).toBe(401);
    expect((await ports.memory.get('policy', PROJECT))?.agents).toEqual([]);
    expect(await approveAgent(ports, input)).toMatchObject({
      kind: 'refused',
      sentence: 'Agent Room 1 was revoked; enroll it anew with a fresh code and a fresh key.',
    });
    code = (await createEnrollment(ports, ROOM)).code;
    expect((await knock(agent)).status).toBe(401);
    expect((await poll(agent)).status).toBe(401);
  });

  test('of one project does not get an agent of another by a code of their own', async () => {
    const { agent } = await enrolled();
    code = (await createEnrollment(ports, { ...ROOM, project: '77777' })).code;

    expect((await knock(agent)).status).toBe(401);
    expect(await listAgents(ports, '77777')).toEqual([]);
  });

  test('is told when somebody else changes the agents at the same moment', async () => {
    const { agent, fingerprint } = await enrolled();
    ports.meanwhile = async () => {
      ports.meanwhile = undefined;
      await poll(createCaller(ports, agent.keys));
      ports.pass(60);
      await poll(createCaller(ports, agent.keys));
    };

    expect(
      await approveAgent(ports, { project: PROJECT, agentId: agent.agentId, fingerprint }),
    ).toEqual({
      kind: 'refused',
      sentence: 'Somebody else changed the agents at the same moment; try again.',
    });
  });

  /** Agents that were replaced one after the other, each of them heard from later than the first. */
  const replaced = async (agentId: string, count: number): Promise<void> => {
    const agent = await ports.memory.get('agent', agentId);
    if (!agent) throw new Error('There is no agent.');
    for (let number = 1; number <= count; number += 1) {
      const id = `ag-replaced-${number}`;
      const former = { ...agent, agentId: id, keys: [], lastSeen: NOW + number };
      await ports.memory.create('agent', id, { ...former, state: 'revoked' });
    }
  };

  test('sees and revokes an agent that has been silent for longer than any of 200 revoked ones', async () => {
    const { agent, fingerprint } = await enrolled();
    const input = { project: PROJECT, agentId: agent.agentId, fingerprint };
    await approveAgent(ports, input);
    await replaced(agent.agentId, 200);

    const shown = await listAgents(ports, PROJECT);

    expect(shown).toHaveLength(90);
    expect(shown.map(({ agentId, state }) => `${agentId} ${state}`).slice(0, 2)).toEqual([
      `${agent.agentId} active`,
      'ag-replaced-200 revoked',
    ]);
    expect(await revokeAgent(ports, input)).toEqual({ kind: 'done' });
  });

  test('sees all live ones, however many they are', async () => {
    for (let count = 0; count < 95; count += 1) await enrolledBeside();
    const { agent } = await enrolledBeside();
    await replaced(agent.agentId, 5);

    const states = (await listAgents(ports, PROJECT)).map(({ state }) => state);

    expect(states).toEqual(Array.from({ length: 96 }, () => 'pending'));
  });

  test('finds the agent that has renewed its key to this one among 200 others', async () => {
    const [first, renewed] = [caller(), makeKeys()];
    await knock(first);
    await replaced(first.agentId, 200);
    const agent = await ports.memory.get('agent', first.agentId);
    if (!agent) throw new Error('There is no agent.');
    const { publicKey } = renewed;
    const keys = [{ id: ports.crypto.keyId(publicKey), publicKey, notAfter: null }];
    const record = { ...agent, version: agent.version + 1, keys };
    await ports.memory.transact([
      { type: 'set', entity: 'agent', key: first.agentId, record, expect: agent.version },
    ]);

    expect(await knock(caller(renewed), (await createEnrollment(ports, ROOM)).code)).toMatchObject({
      status: 400,
    });
  });
});
