/** Which start of its agent a signed call comes from: judged for every operation, before anything else is done. */
import { afterBoot, judgeBoot } from '#core/boots';
import type { AgentRecord } from '#wire/records';
import { CLOCK_SKEW_MAX_SECONDS } from '#wire/signature';
import { busy, suspended } from './agent-answer';
import type { AgentAnswer } from './agent-answer';
import type { AgentCall } from './agent-call';
import { suspendAgent } from './manage-agents';
import type { Ports } from './ports';

export type BootJudgement =
  /** `isLate`: it comes from a start that has ended since, and shows no life. */
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
  if (await mayGoOn(ports, call, sighting)) return { kind: 'heard', isLate: sighting === 'late' };
  return { kind: 'refused', answer: busy(now, 1) };
}

/** Only the start that was seen last begins work or brings a key. */
async function mayGoOn(
  ports: Ports,
  { agent, envelope }: Pick<AgentCall<object>, 'agent' | 'envelope'>,
  sighting: 'same' | 'new' | 'late',
): Promise<boolean> {
  if (sighting === 'same') return true;
  switch (envelope.op) {
    case 'claim':
      return sighting === 'new' && noteBoot(ports, agent, envelope.boot);
    case 'add-key':
      return false;
    case 'enroll':
    // A poll notes its boot together with the sign of life.
    case 'poll':
    // The others are held against the boot of their job.
    case 'fetch':
    case 'heartbeat':
    case 'report':
    case 'log':
    case 'finish':
      return true;
  }
}

/** True when the app knows from now on that this start is the agent's last. */
async function noteBoot(ports: Ports, agent: AgentRecord, boot: string): Promise<boolean> {
  const { store, clock } = ports;
  const { agentId, version } = agent;
  const boots = afterBoot(bootsOf(agent), boot, clock.now());
  const record: AgentRecord = { ...agent, ...boots, version: version + 1 };
  const result = await store.transact([
    { type: 'set', entity: 'agent', key: agentId, record, expect: version },
  ]);
  if (result === 'done') return true;
  const known = await store.get('agent', agentId);
  return known?.state === 'active' && known.boot === boot;
}

/** What is known of an agent's starts. */
export const bootsOf = ({ boot, formerBoots = [] }: AgentRecord) => ({ boot, formerBoots });
