/** A project admin lets agents in and out. */
import type { Reach } from '#core/reach';
import type { AgentView, EnrollmentCode, Outcome } from '#wire/page';
import type { AgentRecord } from '#wire/records';
import { troubleOf } from './agent-trouble';
import { agentsOf } from './agents-of';
import { askForRefresh } from './ask-refresh';
import { refused } from './outcome';
import type { Change, Ports } from './ports';
import { loadSettings } from './world';

/** How long an enrollment code is good for. */
const CODE_VALID_SECONDS = 15 * 60;

/** 28 letters and digits carry more than 160 bits. */
const CODE_LENGTH = 28;

/** How long a new agent is told to come every few seconds. */
const NEW_AGENT_HOT_SECONDS = 60;

/** Makes a one-time code; only its digest is stored, so it is shown once. */
export async function createEnrollment(
  { store, crypto, clock }: Ports,
  input: Reach & { readonly project: string; readonly name: string },
): Promise<EnrollmentCode> {
  const code = crypto.token(CODE_LENGTH);
  const expiresAt = clock.now() + CODE_VALID_SECONDS;
  await store.create('enrollment', crypto.sha256(code), {
    version: 1,
    project: input.project,
    name: input.name,
    ...reachOf(input),
    expiresAt,
    usedBy: null,
  });
  return { code, expiresAt };
}

/** What an agent was enrolled for goes from its code to the agent and to the roster as it is. */
export const reachOf = ({
  environments,
  group,
  rooms,
}: Reach): Pick<AgentRecord, 'environments' | 'group' | 'rooms'> => ({
  environments: [...environments],
  ...(group !== undefined && { group }),
  ...(rooms !== undefined && { rooms: [...rooms] }),
});

/** Revoked agents are history: the list shows of them what fits into so many rows. */
const ROWS_WITH_REVOKED = 90;

/** The project's agents, the most recently seen first: every one that may still act, then the revoked ones. */
export async function listAgents(
  { store, crypto }: Ports,
  project: string,
): Promise<readonly AgentView[]> {
  const agents = await agentsOf(store, project);
  const live = agents.filter(({ state }) => state !== 'revoked');
  const revoked = agents.filter(({ state }) => state === 'revoked');
  const shown = [...live, ...revoked.slice(0, Math.max(0, ROWS_WITH_REVOKED - live.length))];
  return shown.map((record) => ({
    agentId: record.agentId,
    name: record.name,
    state: record.state,
    environments: record.environments,
    group: record.group ?? null,
    rooms: record.rooms ?? null,
    lastSeen: record.lastSeen,
    agentVersion: record.agentVersion,
    trouble: troubleOf(record),
    fingerprint: fingerprintOf(record, crypto),
  }));
}

/**
 * Of the key that the agent signs with from now on: the newest, which is always a live one. A former key beside it is
 * good for a day, and no ground to trust the newest one.
 */
const fingerprintOf = ({ keys }: AgentRecord, crypto: Ports['crypto']): string => {
  const newest = keys.findLast(({ notAfter }) => notAfter === null) ?? keys.at(-1);
  return newest ? crypto.fingerprint(newest.publicKey) : '';
};

/** Confirms an agent whose fingerprint the admin has compared with the one on its terminal. */
export async function approveAgent(
  ports: Ports,
  input: { readonly project: string; readonly agentId: string; readonly fingerprint: string },
): Promise<Outcome> {
  const { store, crypto } = ports;
  const agent = await findAgent(ports, input);
  if (!agent)
    return refused(
      `There is no agent ${input.agentId} in this project; reload the list of agents.`,
    );
  if (agent.state === 'revoked')
    return refused(
      `Agent ${agent.name} was revoked; enroll it anew with a fresh code and a fresh key.`,
    );
  if (lettersOf(input.fingerprint) !== lettersOf(fingerprintOf(agent, crypto)))
    return refused(
      `The fingerprint is not the one of agent ${agent.name}; compare it with what the agent printed.`,
    );

  await store.create('inbox', agent.agentId, {
    version: 1,
    jobs: [],
    lastSeen: agent.lastSeen,
    imminentUntil: 0,
    // Whoever sets an agent up tries it next; far polls would let the first click wait for a minute.
    hotUntil: ports.clock.now() + NEW_AGENT_HOT_SECONDS,
  });
  // Whichever copies there were: from now on one is expected.
  const fresh: AgentRecord = {
    ...agent,
    ...{ state: 'active', boot: null, formerBoots: [], waitingBoot: null },
  };
  const outcome = await changeRoster(ports, fresh, agent.version);
  // Work that is under way was offered without it, and the one that had it may be gone for good.
  if (outcome.kind === 'done') await askForRefresh(ports, agent.project);
  return outcome;
}

/** People paste a fingerprint with the spaces that they like. */
const lettersOf = (fingerprint: string): string => fingerprint.replace(/\s/g, '').toLowerCase();

/** Takes effect at once: the next call of the agent is answered as a stranger's. */
export async function revokeAgent(
  ports: Ports,
  input: { readonly project: string; readonly agentId: string },
): Promise<Outcome> {
  const agent = await findAgent(ports, input);
  if (!agent)
    return refused(
      `There is no agent ${input.agentId} in this project; reload the list of agents.`,
    );
  return changeRoster(ports, { ...agent, state: 'revoked' }, agent.version);
}

/** Two copies of it are alive: neither gets work until an admin confirms it anew. */
export const suspendAgent = (ports: Ports, agent: AgentRecord): Promise<Outcome> =>
  changeRoster(ports, { ...agent, state: 'suspended' }, agent.version);

async function findAgent(
  { store }: Ports,
  input: { readonly project: string; readonly agentId: string },
): Promise<AgentRecord | undefined> {
  const agent = await store.get('agent', input.agentId);
  return agent?.project === input.project ? agent : undefined;
}

/** The agent and the project's roster change together: who is offered work is who may take it. */
async function changeRoster(ports: Ports, agent: AgentRecord, expect: number): Promise<Outcome> {
  const { store, clock } = ports;
  const settings = await loadSettings(store, agent.project);
  if (settings.version === 0) await store.create('policy', agent.project, settings);
  const others = settings.agents.filter((member) => member.agentId !== agent.agentId);
  const self = agent.state === 'active' ? [{ agentId: agent.agentId, ...reachOf(agent) }] : [];
  const roster = {
    ...settings,
    version: settings.version + 1,
    updatedAt: clock.now(),
    agents: [...others, ...self],
  };
  const changes: Change[] = [
    {
      type: 'set',
      entity: 'agent',
      key: agent.agentId,
      record: { ...agent, version: expect + 1 },
      expect,
    },
    { type: 'set', entity: 'policy', key: agent.project, record: roster, expect: settings.version },
  ];
  const result = await store.transact(changes);
  return result === 'done'
    ? { kind: 'done' }
    : refused('Somebody else changed the agents at the same moment; try again.');
}
