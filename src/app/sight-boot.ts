/** Which start of its agent a signed call comes from: judged for every operation, before anything else is done. */
import { afterBoot, judgeBoot, secondsUntilRoom } from '#core/boots';
import type { AgentRecord } from '#wire/records';
import { CLOCK_SKEW_MAX_SECONDS } from '#wire/signature';
import { busy, gone, suspended } from './agent-answer';
import type { AgentAnswer } from './agent-answer';
import type { AgentCall } from './agent-call';
import { suspendAgent } from './manage-agents';
import { knownJob } from './owned-job';
import type { Ports } from './ports';

export type BootJudgement =
  /** `isLate`: it comes from a start that has ended since, or has yet to show that it lives. */
  | { readonly kind: 'heard'; readonly isLate: boolean }
  | { readonly kind: 'refused'; readonly answer: AgentAnswer };

/**
 * A new start shows itself by a poll or a claim, as agents begin; whatever else comes from a start that nobody has
 * seen is held against the boot of its job. Costs nothing where nothing is new. Two lives at once suspend the agent.
 */
export async function sightBoot(
  ports: Ports,
  call: Omit<AgentCall<object>, 'isLate'>,
): Promise<BootJudgement> {
  const { agent, envelope, signedAt, data } = call;
  const now = ports.clock.now();
  const heard = 'heard' in data && typeof data.heard === 'number' ? data.heard : undefined;
  const sign = { boot: envelope.boot, heard, signedAt, skewSeconds: CLOCK_SKEW_MAX_SECONDS };
  const sighting = judgeBoot(bootsOf(agent), sign);
  if (sighting === 'second-life') {
    ports.log.warn('Two copies of an agent are alive; it is suspended.', { agent: agent.agentId });
    await suspendAgent(ports, agent);
    return { kind: 'refused', answer: suspended(now, agent.name) };
  }
  const wait = sighting === 'new' ? secondsUntilRoom(bootsOf(agent), now) : 0;
  if (wait > 0 && BEGINS.includes(envelope.op)) {
    await noteWaiting(ports, agent, envelope.boot);
    ports.log.warn(TOO_MANY_STARTS, { agent: agent.agentId, seconds: wait });
    const answer = busy(now, Math.min(wait, RETRY_MAX_SECONDS), TOO_MANY_STARTS);
    return { kind: 'refused', answer };
  }
  const answer = await refusalOf(ports, call, sighting);
  return answer ? { kind: 'refused', answer } : { kind: 'heard', isLate: sighting === 'late' };
}

/** With these a start shows itself. */
const BEGINS: readonly string[] = ['poll', 'claim'];

const TOO_MANY_STARTS =
  'This agent has started more than 40 times within a quarter of an hour; its next start is heard when the oldest of them is forgotten.';

/** Whoever is told to wait for longer asks again meanwhile: a person may have confirmed the agent anew, after two copies of it were found. */
const RETRY_MAX_SECONDS = 60;

/** Written once for all that wait: if the start that is known goes on to live beside it, there are two of them. */
async function noteWaiting(ports: Ports, agent: AgentRecord, boot: string): Promise<void> {
  if (agent.waitingBoot) return;
  const { agentId, version } = agent;
  const waitingBoot = { boot, since: ports.clock.now() };
  const record: AgentRecord = { ...agent, waitingBoot, version: version + 1 };
  await ports.store.transact([
    { type: 'set', entity: 'agent', key: agentId, record, expect: version },
  ]);
}

/** Only the start that was seen last begins work or brings a key. */
async function refusalOf(
  ports: Ports,
  call: Omit<AgentCall<object>, 'isLate'>,
  sighting: 'same' | 'new' | 'late',
): Promise<AgentAnswer | undefined> {
  if (sighting === 'same') return undefined;
  const later = busy(ports.clock.now(), 1);
  switch (call.envelope.op) {
    case 'claim':
      return sighting === 'new' ? noteClaimer(ports, call) : later;
    case 'add-key':
      return later;
    case 'enroll':
    // A poll notes its boot together with the sign of life.
    case 'poll':
    // The others are held against the boot of their job.
    case 'fetch':
    case 'heartbeat':
    case 'report':
    case 'log':
    case 'finish':
      return undefined;
  }
}

/** Nothing is answered to a claimer before the app knows that this start is the agent's last; a claim of what is not its own changes nothing. */
async function noteClaimer(
  ports: Ports,
  call: Omit<AgentCall<object>, 'isLate'>,
): Promise<AgentAnswer | undefined> {
  const { store, clock } = ports;
  const { agent, envelope } = call;
  const { agentId, version } = agent;
  const { boot } = envelope;
  if (!(await knownJob(ports, call))) return gone(clock.now());
  const boots = afterBoot(bootsOf(agent), boot, clock.now());
  const record: AgentRecord = { ...agent, ...boots, version: version + 1 };
  const result = await store.transact([
    { type: 'set', entity: 'agent', key: agentId, record, expect: version },
  ]);
  if (result === 'done') return undefined;
  const known = await store.get('agent', agentId);
  return known?.state === 'active' && known.boot === boot ? undefined : busy(clock.now(), 1);
}

/** What is known of an agent's starts. */
export const bootsOf = ({ boot, bootSeenAt, formerBoots = [], waitingBoot }: AgentRecord) => ({
  boot,
  bootSeenAt,
  formerBoots,
  waitingBoot,
});
