/** An agent asks what there is to do, and is told when to come again. */
import {
  HOT_SECONDS_A_DAY,
  POLL_FAR_MILLISECONDS,
  POLL_HOT_MILLISECONDS,
  POLL_IMMINENT_MILLISECONDS,
  POLL_WARM_MILLISECONDS,
} from '#wire/agent';
import type { PollAnswer, PollData } from '#wire/agent';
import type { AgentRecord, InboxRecord } from '#wire/records';
import { busy, ok, outdated } from './agent-answer';
import type { AgentAnswer } from './agent-answer';
import type { AgentCall } from './agent-call';
import { FIRST_PROTOCOL, versionTrouble } from './agent-trouble';
import { keepCountersigned } from './checkpoints';
import { hotSeconds, noteLife } from './note-life';
import type { Ports } from './ports';
import { spoken } from './spoken-version';

/** How often a new agent asks whether an admin has confirmed it; one that nobody has confirmed after so long asks as one that nobody needs. */
const PENDING_POLL_MILLISECONDS = 5_000;
const PENDING_HOT_SECONDS = 600;

/** A new start is known from its second message on: it is not to wait for that. */
const SHOW_LIFE_MILLISECONDS = 1_000;

/** Two reads; a write at most once a minute, and one for each checkpoint that comes countersigned. */
export async function pollJobs(ports: Ports, call: AgentCall<PollData>): Promise<AgentAnswer> {
  const { agent, envelope, data, isLate } = call;
  const now = ports.clock.now();
  const { boot } = envelope;
  const { version, speaks = FIRST_PROTOCOL } = data;
  const trouble = versionTrouble('This agent', speaks);
  if (trouble !== null) {
    // Told so, it ends: it is to have shown before that it lives, for people to read of it.
    if (isLate) return busy(now, SHOW_LIFE_MILLISECONDS / 1_000);
    // Its inbox shows no life: whoever offers work must not count on it.
    await noteLife(ports, { agent, boot, version, speaks, inbox: undefined });
    return outdated(now, trouble);
  }
  const inbox =
    agent.state === 'active' ? await ports.store.get('inbox', agent.agentId) : undefined;
  const isHot = inbox !== undefined && nextPoll(inbox, now) <= POLL_HOT_MILLISECONDS;
  const clock = data.clockAheadSeconds;
  if (!isLate) await noteLife(ports, { agent, boot, version, speaks, inbox, isHot, clock });
  const countersigned = isLate ? [] : await keepOf(ports, call);
  const answer: PollAnswer = {
    now,
    ...spoken(data.speaks),
    state: agent.state === 'active' ? 'active' : 'pending',
    jobs: isLate ? [] : (inbox?.jobs ?? []),
    nextPollMilliseconds: isLate ? SHOW_LIFE_MILLISECONDS : pollAfter(agent, inbox, now),
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

/** When an agent comes again whose sign of life counts. */
const pollAfter = (agent: AgentRecord, inbox: InboxRecord | undefined, now: number): number =>
  inbox ? nextPoll(inbox, now) : pendingPoll(agent, now);

const pendingPoll = ({ enrolledAt = 0 }: AgentRecord, now: number): number =>
  now - enrolledAt < PENDING_HOT_SECONDS ? PENDING_POLL_MILLISECONDS : POLL_FAR_MILLISECONDS;

function nextPoll(inbox: InboxRecord, now: number): number {
  if (inbox.imminentUntil > now) return POLL_IMMINENT_MILLISECONDS;
  if (inbox.hotUntil > now && hotSeconds(inbox, now) < HOT_SECONDS_A_DAY)
    return POLL_HOT_MILLISECONDS;
  return inbox.hotUntil > now || inbox.jobs.length > 0
    ? POLL_WARM_MILLISECONDS
    : POLL_FAR_MILLISECONDS;
}
