/** A heartbeat: the agent keeps its claim and gets a fresh decision. */
import { LEASE_SECONDS, STOP_SINCE_VERSION } from '#wire/agent';
import type { HeartbeatAnswer, HeartbeatData } from '#wire/agent';
import { busy, ok, stale } from './agent-answer';
import type { AgentAnswer } from './agent-answer';
import type { AgentCall } from './agent-call';
import { isLifeDue, noteLife } from './note-life';
import { knownJob, lost, owns } from './owned-job';
import type { Ports } from './ports';
import { gateStands, signDecision } from './sign-decision';
import { spoken, understands } from './spoken-version';

/** A claim whose gate no longer stands is not renewed: the agent stops at its next safe point. */
export async function renewLease(
  ports: Ports,
  call: AgentCall<HeartbeatData>,
): Promise<AgentAnswer> {
  const now = ports.clock.now();
  const job = await knownJob(ports, call);
  if (!job || !owns(call, job)) return lost(now, call, job);
  const release = await gateStands(ports, job);
  if (!release) return stale(now);

  const { speaks } = call.data;
  // An agent that cannot read «stop» is told what it can read: that the job is no longer its own.
  if (job.stop !== undefined && !understands(speaks, STOP_SINCE_VERSION)) return stale(now);

  if (!call.isLate) await noteWorker(ports, call);
  const renewed = { ...job, version: job.version + 1, leaseUntil: now + LEASE_SECONDS };
  const result = await ports.store.transact([
    { type: 'set', entity: 'job', key: job.job, record: renewed, expect: job.version },
  ]);
  if (result === 'conflict') return busy(now, 1);
  const answer: HeartbeatAnswer = {
    now,
    ...spoken(speaks),
    leaseSeconds: LEASE_SECONDS,
    command: job.stop === undefined ? 'continue' : 'stop',
    decision: await signDecision(ports, renewed, release),
  };
  return ok(answer);
}

/** An agent that works does not poll. */
async function noteWorker(
  ports: Ports,
  { agent, envelope }: AgentCall<HeartbeatData>,
): Promise<void> {
  if (!isLifeDue(ports, agent, envelope.boot)) return;
  const inbox = await ports.store.get('inbox', agent.agentId);
  await noteLife(ports, { agent, boot: envelope.boot, inbox });
}
