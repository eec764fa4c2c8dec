/** A new agent redeems its one-time code; an admin still has to confirm its fingerprint. */
import type { EnrollAnswer, EnrollData } from '#wire/agent';
import type { AgentRecord, EnrollmentRecord } from '#wire/records';
import { ok, outdated, unauthorized } from './agent-answer';
import type { AgentAnswer } from './agent-answer';
import { versionTrouble } from './agent-trouble';
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

/** A revoked key is worth nothing for ever, and a key belongs to one project. */
const mayComeBack = (known: AgentRecord, enrollment: EnrollmentRecord): boolean =>
  known.state !== 'revoked' && known.project === enrollment.project;
