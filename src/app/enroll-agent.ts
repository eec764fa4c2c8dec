/** A new agent redeems its one-time code; an admin still has to confirm its fingerprint. */
import type { EnrollAnswer, EnrollData } from '#wire/agent';
import type { AgentRecord, EnrollmentRecord } from '#wire/records';
import { invalid, ok, outdated, unauthorized } from './agent-answer';
import type { AgentAnswer } from './agent-answer';
import { versionTrouble } from './agent-trouble';
import { agentsOf } from './agents-of';
import { reachOf } from './manage-agents';
import type { Ports } from './ports';

/** The same key with the same code gets the same answer, so that a lost answer costs nothing. */
export async function enrollAgent(ports: Ports, data: EnrollData): Promise<AgentAnswer> {
  const { store, crypto, clock } = ports;
  const now = clock.now();
  const codeKey = crypto.sha256(data.code);
  const agentId = `ag-${crypto.keyId(data.publicKey)}`;
  const enrollment = await store.get('enrollment', codeKey);
  if (!enrollment) return unauthorized(now);
  const known = await store.get('agent', agentId);
  if (known && !mayComeBack(known, enrollment)) return unauthorized(now);
  const isFree = enrollment.usedBy === null;
  if (isFree ? enrollment.expiresAt < now : enrollment.usedBy !== agentId) return unauthorized(now);
  // The code stays good: whoever brings the other agent redeems it.
  const trouble = versionTrouble('This agent', data.speaks);
  if (trouble !== null) return outdated(now, trouble);
  if (isFree) {
    const holder = known ?? (await holderOf(ports, enrollment.project, agentId));
    if (holder && !(known && isTheSame(known, enrollment))) return invalid(now, heldWords(holder));
    const used = { ...enrollment, version: enrollment.version + 1, usedBy: agentId };
    const result = await store.transact([
      { type: 'set', entity: 'enrollment', key: codeKey, record: used, expect: enrollment.version },
    ]);
    if (result === 'conflict') return enrollAgent(ports, data);
  }

  const agent: AgentRecord = {
    version: 1,
    agentId,
    project: enrollment.project,
    name: enrollment.name,
    state: 'pending',
    keys: [{ id: crypto.keyId(data.publicKey), publicKey: data.publicKey, notAfter: null }],
    ...reachOf(enrollment),
    enrolledAt: now,
    lastSeen: now,
    boot: null,
    agentVersion: '',
    ...(data.speaks && { speaks: data.speaks }),
  };
  // A conditional read may not remember a deletion: an agent that exists keeps its state.
  await store.create('agent', agentId, agent);
  const answer: EnrollAnswer = {
    now,
    agent: agentId,
    audience: ports.audience,
    appKey: await crypto.appKey(),
    fingerprint: crypto.fingerprint(data.publicKey),
  };
  return ok(answer);
}

/** The agent that renewed its key to this one: a second agent with it would live on when the first is revoked. */
async function holderOf(
  { store, crypto }: Ports,
  project: string,
  agentId: string,
): Promise<AgentRecord | undefined> {
  const agents = await agentsOf(store, project);
  return agents.find(({ keys }) =>
    keys.some(({ publicKey }) => `ag-${crypto.keyId(publicKey)}` === agentId),
  );
}

/** An agent that comes back with a new code is the same when the code promises nothing else. */
const isTheSame = (agent: AgentRecord, enrollment: EnrollmentRecord): boolean =>
  agent.name === enrollment.name &&
  JSON.stringify(reachOf(agent)) === JSON.stringify(reachOf(enrollment));

const heldWords = ({ name, environments }: AgentRecord): string =>
  `This machine's key is agent ${name}'s already, for ${environments.join(', ')}, and a code changes nothing of that: have the agent revoked in Interlock's settings, then enroll from a new stateDirectory. The code stays good until it runs out.`;

/** A revoked key is worth nothing for ever, and a key belongs to one project. */
const mayComeBack = (known: AgentRecord, enrollment: EnrollmentRecord): boolean =>
  known.state !== 'revoked' && known.project === enrollment.project;
