/** An agent asks what there is to do, and is told when to come again. */
import {
  POLL_FAR_MILLISECONDS,
  POLL_HOT_MILLISECONDS,
  POLL_IMMINENT_MILLISECONDS,
} from '#wire/agent';
import type { PollAnswer, PollData } from '#wire/agent';
import type { InboxRecord } from '#wire/records';
import { ok } from './agent-answer';
import type { AgentAnswer } from './agent-answer';
import type { AgentCall } from './agent-call';
import { keepCountersigned } from './checkpoints';
import { noteLife } from './note-life';
import type { Ports } from './ports';

/** How often an agent asks whether an admin has confirmed it. */
const PENDING_POLL_MILLISECONDS = 5_000;

/** Two reads; a write at most once a minute, and one for each checkpoint that comes countersigned. */
export async function pollJobs(ports: Ports, call: AgentCall<PollData>): Promise<AgentAnswer> {
  const { agent, envelope, data } = call;
  const now = ports.clock.now();
  const inbox =
    agent.state === 'active' ? await ports.store.get('inbox', agent.agentId) : undefined;
  await noteLife(ports, { agent, boot: envelope.boot, version: data.version, inbox });
  const countersigned = await keepOf(ports, call);
  const answer: PollAnswer = {
    now,
    state: agent.state === 'active' ? 'active' : 'pending',
    jobs: inbox?.jobs ?? [],
    nextPollMilliseconds: inbox ? nextPoll(inbox, now) : PENDING_POLL_MILLISECONDS,
    ...(countersigned.length > 0 && { countersigned: [...countersigned] }),
  };
  return ok(answer);
}

/** Only an agent that an admin has confirmed bears witness. */
async function keepOf(
  ports: Ports,
  { agent, envelope, data }: AgentCall<PollData>,
): Promise<readonly string[]> {
  const key = agent.keys.find(({ id }) => id === envelope.key);
  if (!key || agent.state !== 'active') return [];
  const witness = { agentId: agent.agentId, publicKey: key.publicKey };
  return keepCountersigned(ports, witness, data.countersigned ?? []);
}

function nextPoll(inbox: InboxRecord, now: number): number {
  if (inbox.imminentUntil > now) return POLL_IMMINENT_MILLISECONDS;
  return inbox.hotUntil > now || inbox.jobs.length > 0
    ? POLL_HOT_MILLISECONDS
    : POLL_FAR_MILLISECONDS;
}
