/**
 * Two copies of one agent: a start that a thief has made counts for nothing in a job of an honest one, is found once
 * the honest one is heard again, and nobody else is ever taken for two.
 */
import type { Change, Ports } from '#app/ports';
import { HeartbeatData, PollData } from '#wire/agent';
import type { Envelope } from '#wire/agent';
import type { AgentRecord, EventSegment, JobRecord } from '#wire/records';
import type { FakeStore, Written } from './fake-store';
import type { Sim } from './sim';
import type { WireWatch } from './wire-watch';

export interface BootWatch extends WireWatch {
  /** A thief starts a copy of an agent under this boot. */
  copied(boot: string): void;
  /** The ports of a thief's call: whatever it writes is looked at. */
  guarded(ports: Ports, envelope: Envelope): Ports;
  /** A thief got this answer. */
  toldThief(envelope: Envelope, status: number): void;
  /** A thief has had this job: what is said of it may be false. */
  wasRobbed(job: string | null): boolean;
}

/** What the app's machines' clocks may be apart, and the second in which it was. */
const CLOCKS_APART_SECONDS = 6;

/** So often an agent may be told that it is suspended and is not: somebody else wrote at the same moment. */
const MISSES_MAX = 5;

export function watchBoots(sim: Sim, store: FakeStore): BootWatch {
  const copies = new Set<string>();
  /** Boots that the app has noted for an agent. */
  const noted = new Set<string>();
  /** Honest boot → when a copy took its place. */
  const replaced = new Map<string, { readonly agentId: string; readonly at: number }>();
  /** Agents of which the app has noted a copy since an admin confirmed them last. */
  const doubled = new Set<string>();
  /** Job and fence → the boot that has claimed it. */
  const claims = new Map<string, string>();
  const robbed = new Set<string>();
  const misses = new Map<string, number>();
  const seconds = (): number => Math.floor(sim.scheduler.now() / 1_000);

  store.onCommit((changes) => {
    for (const { entity, before, after } of changes) {
      if (entity === 'agent')
        onAgent(before as AgentRecord | undefined, after as AgentRecord | undefined);
      if (entity === 'job') onJob(before as JobRecord | undefined, after as JobRecord | undefined);
    }
  });

  function onAgent(before: AgentRecord | undefined, after: AgentRecord | undefined): void {
    if (!after) return;
    const { agentId, boot, state } = after;
    if (state === 'suspended' && before?.state !== 'suspended') {
      sim.count('agent suspended');
      if (!doubled.has(agentId)) sim.violated('clones', `Agent ${after.name} was taken for two.`);
    }
    if (state === 'active' && before?.state === 'suspended') {
      doubled.delete(agentId);
      misses.delete(agentId);
      for (const [former, row] of replaced) if (row.agentId === agentId) replaced.delete(former);
    }
    if (boot === null || boot === before?.boot) return;
    noted.add(boot);
    if (replaced.has(boot)) sim.violated('clones', `${after.name} is taken for started anew.`);
    if (!copies.has(boot)) return;
    sim.count('copy of an agent noted');
    doubled.add(agentId);
    const former = before?.boot ?? null;
    if (former !== null && !copies.has(former)) replaced.set(former, { agentId, at: seconds() });
  }

  function onJob(before: JobRecord | undefined, after: JobRecord | undefined): void {
    if (!before || !after || before.fence === after.fence || after.boot === null) return;
    claims.set(claimOf(after), after.boot);
    if (!copies.has(after.boot)) return;
    sim.count('job claimed by a copy of an agent');
    robbed.add(after.job);
    if (!noted.has(after.boot))
      sim.violated('boots', `${after.job} went to a start of its agent that nobody has noted.`);
  }

  const claimOf = ({ job, fence }: Pick<Envelope, 'job' | 'fence'>): string =>
    `${job ?? ''} ${String(fence)}`;
  const isOfHonest = (claim: Pick<Envelope, 'job' | 'fence'>): boolean => {
    const boot = claims.get(claimOf(claim));
    return boot !== undefined && !copies.has(boot);
  };

  /** It has heard the app since a copy took its place: both live. */
  const provesTwo = ({ op, boot, data }: Envelope): boolean => {
    const schema = op === 'poll' ? PollData : op === 'heartbeat' ? HeartbeatData : undefined;
    const heard = schema?.safeParse(data).data?.heard ?? 0;
    return heard > (replaced.get(boot)?.at ?? Infinity) + CLOCKS_APART_SECONDS;
  };

  return {
    copied: (boot) => copies.add(boot),
    guarded: (ports, { op }) => ({
      ...ports,
      store: {
        ...ports.store,
        transact: async (changes) => {
          const result = await ports.store.transact(changes);
          for (const change of changes)
            if (result === 'done' && change.entity === 'job' && change.type === 'set')
              if (isOfHonest(change.record) && !areLateLines(changes))
                sim.violated(
                  'boots',
                  `A thief's ${op} has changed ${change.key}, an honest claim.`,
                );
          return result;
        },
      },
    }),
    toldThief: (envelope, status) => {
      const isAboutHonest = isOfHonest(envelope);
      if (status === 409 && isAboutHonest) sim.count('copy of an agent knows nothing of a job');
      if (status === 200 && envelope.op === 'finish') sim.count('job ended by a copy of an agent');
      if (status !== 200 || envelope.op === 'log' || !isAboutHonest) return;
      sim.violated('boots', `A thief's ${envelope.op} about ${envelope.job ?? ''} has counted.`);
    },
    handled: (envelope, status) => {
      const { agent, op } = envelope;
      if (status === undefined || status >= 500 || !provesTwo(envelope)) return;
      const isFound = store.peek('agent', agent)?.state !== 'active';
      const missed = isFound ? 0 : (misses.get(agent) ?? 0) + 1;
      misses.set(agent, missed);
      if (status === 200 || missed > MISSES_MAX)
        sim.violated('clones', `A ${op} shows that ${agent} lives twice, and it goes on.`);
    },
    wasRobbed: (job) => job !== null && robbed.has(job),
  };
}

/** Of an earlier claim, for people: whose they are nobody can know any more. */
const areLateLines = (changes: readonly Change[]): boolean =>
  changes.some(
    (change) => change.entity === 'log-chunk' && change.type === 'set' && change.record.late,
  );

/** The store as those see it who compare what is told with the world: without the ends of robbed jobs. */
export const withoutFalseEnds = (store: FakeStore, { wasRobbed }: BootWatch): FakeStore => {
  const isFalse = ({ entity, after }: Written): boolean =>
    entity === 'events' &&
    (after as EventSegment).events.some((event) => 'job' in event && wasRobbed(event.job));
  return {
    ...store,
    onCommit: (listener) =>
      store.onCommit((changes) => listener(changes.filter((change) => !isFalse(change)))),
  };
};
