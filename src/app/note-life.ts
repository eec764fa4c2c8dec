/** An agent was heard from: noted where admins look, and where work is offered. */
import { afterBoot } from '#core/boots';
import type { AgentRecord, InboxRecord } from '#wire/records';
import { changeInbox } from './offer-job';
import type { Change, Ports } from './ports';
import { bootsOf } from './sight-boot';

/** A sign of life is written at most this often: writes are what Forge charges for. */
const LAST_SEEN_EVERY_SECONDS = 60;

interface SignOfLife {
  readonly agent: AgentRecord;
  readonly boot: string;
  /** The agent's own version; absent where the message does not carry it. */
  readonly version?: string;
  /** The versions of the protocol that it speaks; absent where the message does not say. */
  readonly speaks?: readonly number[];
  /** How far its clock is ahead, undefined where it is right; absent where the message does not say. */
  readonly clock?: number | undefined;
  /** Absent while nobody has approved the agent. */
  readonly inbox: InboxRecord | undefined;
  /** The agent is told to come every few seconds. */
  readonly isHot?: boolean;
}

const DAY_SECONDS = 86_400;

/** For how long an agent was hot on this day, in UTC. */
export const hotSeconds = ({ hot }: InboxRecord, now: number): number =>
  hot?.day === Math.floor(now / DAY_SECONDS) ? hot.seconds : 0;

/** What has passed since the last sign of life is hot time, as far as a sign was due meanwhile. */
const hotAfter = (inbox: InboxRecord, now: number): Pick<InboxRecord, 'hot'> => {
  const passed = Math.min(now - (inbox.lastSeen ?? now), LAST_SEEN_EVERY_SECONDS);
  const day = Math.floor(now / DAY_SECONDS);
  return { hot: { day, seconds: hotSeconds(inbox, now) + Math.max(0, passed) } };
};

/** Whether a sign of life is worth a write by now. */
export const isLifeDue = ({ clock }: Ports, agent: AgentRecord, boot: string): boolean =>
  clock.now() - agent.lastSeen >= LAST_SEEN_EVERY_SECONDS || agent.boot !== boot;

/** When somebody else writes at the same moment, the next message brings the next sign. */
export async function noteLife(ports: Ports, life: SignOfLife): Promise<void> {
  const { agent, boot, inbox } = life;
  if (!isLifeDue(ports, agent, boot)) return;
  const lastSeen = ports.clock.now();
  const boots = boot === agent.boot ? {} : afterBoot(bootsOf(agent), boot, lastSeen);
  const { clockAheadSeconds, ...others } = agent;
  const clock = 'clock' in life ? life.clock : clockAheadSeconds;
  const record: AgentRecord = {
    ...others,
    ...(clock !== undefined && { clockAheadSeconds: clock }),
    ...boots,
    version: agent.version + 1,
    lastSeen,
    agentVersion: life.version ?? agent.agentVersion,
    ...(life.speaks && { speaks: [...life.speaks] }),
  };
  const changes: Change[] = [
    { type: 'set', entity: 'agent', key: agent.agentId, record, expect: agent.version },
  ];
  if (inbox) {
    const hot = life.isHot === true ? hotAfter(inbox, lastSeen) : {};
    changes.push(changeInbox(agent.agentId, inbox, { lastSeen, ...hot }));
  }
  await ports.store.transact(changes);
}
