/** An agent asks what there is to do, and is told when to come again. */
import {
  POLL_FAR_MILLISECONDS,
  POLL_HOT_MILLISECONDS,
  POLL_IMMINENT_MILLISECONDS,
} from '#wire/agent';
import type { PollAnswer, PollData } from '#wire/agent';
import type { AgentRecord, InboxRecord } from '#wire/records';
import { ok } from './agent-answer';
import type { AgentAnswer } from './agent-answer';
import type { AgentCall } from './agent-call';
import type { Ports } from './ports';

/** A sign of life is written at most this often: writes are what Forge charges for. */
const LAST_SEEN_EVERY_SECONDS = 60;

/** How often an agent asks whether an admin has confirmed it. */
const PENDING_POLL_MILLISECONDS = 5_000;

/** Two reads; a write at most once a minute. */
export async function pollJobs(ports: Ports, call: AgentCall<PollData>): Promise<AgentAnswer> {
  const { agent, envelope, data } = call;
  const now = ports.clock.now();
  await noteLife(ports, agent, envelope.boot, data.version);
  const inbox =
    agent.state === 'active' ? await ports.store.get('inbox', agent.agentId) : undefined;
  const answer: PollAnswer = {
    now,
    state: agent.state === 'active' ? 'active' : 'pending',
    jobs: inbox?.jobs ?? [],
    nextPollMilliseconds: inbox ? nextPoll(inbox, now) : PENDING_POLL_MILLISECONDS,
  };
  return ok(answer);
}

function nextPoll(inbox: InboxRecord, now: number): number {
  if (inbox.imminentUntil > now) return POLL_IMMINENT_MILLISECONDS;
  return inbox.hotUntil > now || inbox.jobs.length > 0
    ? POLL_HOT_MILLISECONDS
    : POLL_FAR_MILLISECONDS;
}

async function noteLife(
  { store, clock }: Ports,
  agent: AgentRecord,
  boot: string,
  agentVersion: string,
): Promise<void> {
  const now = clock.now();
  if (now - agent.lastSeen < LAST_SEEN_EVERY_SECONDS && agent.boot === boot) return;
  const record = { ...agent, version: agent.version + 1, lastSeen: now, boot, agentVersion };
  // Whoever wrote first noted a life as well, or revoked the agent: both are right.
  await store.transact([
    { type: 'set', entity: 'agent', key: agent.agentId, record, expect: agent.version },
  ]);
}
