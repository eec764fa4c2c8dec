/** Puts a stage's job where its agents find it. */
import { scopesOf } from '#core/gates';
import type { Release, ReleaseEvent } from '#core/release';
import { HOSTS_PER_CHUNK } from '#wire/records';
import type { InboxRecord, JobRecord } from '#wire/records';
import type { Change, Ports, Store } from './ports';
import { eligibleAgents } from './world';
import type { World } from './world';

/** How long an agent is told to come every few seconds after a person's act. */
export const HOT_SECONDS = 600;

/** The job of a `stage-offered` event, the end of a finished one, and the inboxes that name them. */
export async function jobChanges(
  { store, clock }: Ports,
  state: Release,
  events: readonly ReleaseEvent[],
  world: World,
  finished: JobRecord | null,
): Promise<Change[]> {
  const offered = offeredJob(state, events, world, clock.now());
  const readers = new Set([...(offered?.agents ?? []), ...(finished?.agents ?? [])]);
  const inboxes = [...readers].map((agentId) =>
    changeInbox(store, agentId, (inbox) => {
      const others = inbox.jobs.filter((job) => job !== finished?.job);
      if (!offered?.agents.includes(agentId)) return { ...inbox, jobs: others };
      const hotUntil = Math.max(inbox.hotUntil, clock.now() + HOT_SECONDS);
      return { ...inbox, jobs: [...others, offered.job], hotUntil };
    }),
  );
  const job: Change[] = offered
    ? [{ type: 'set', entity: 'job', key: offered.job, record: offered, expect: 'new' }]
    : [];
  return [...job, ...(await Promise.all(inboxes))];
}

const hostCount = ({ facts }: World, environment: string): number =>
  facts.sites.reduce((sum, site) => sum + (site.environments[environment]?.hosts.length ?? 0), 0);

function offeredJob(
  state: Release,
  events: readonly ReleaseEvent[],
  world: World,
  now: number,
): JobRecord | undefined {
  const offered = events.find((event) => event.type === 'stage-offered');
  const { environment, planDigest } = state;
  if (!offered || environment === null || planDigest === null) return undefined;
  return {
    version: 1,
    job: offered.job,
    issueId: state.issueId,
    project: state.project,
    environment,
    stage: offered.stage,
    attempt: state.attempt,
    planDigest,
    scopes: [...scopesOf(state)],
    chunks: Math.max(1, Math.ceil(hostCount(world, environment) / HOSTS_PER_CHUNK)),
    status: 'offered',
    offeredAt: now,
    agents: [...eligibleAgents(world.settings, environment)],
    agent: null,
    requestId: null,
    boot: null,
    fence: 0,
    leaseUntil: 0,
    lastSeq: 0,
    lastMessage: null,
    outcome: null,
  };
}

/** The end of a job, as it is written together with what it means for the release. */
export function endedJob(
  job: JobRecord,
  end: Partial<Pick<JobRecord, 'lastSeq' | 'lastMessage' | 'outcome'>> = {},
): { readonly finished: JobRecord; readonly changes: readonly Change[] } {
  const finished: JobRecord = { ...job, ...end, version: job.version + 1, status: 'finished' };
  return {
    finished,
    changes: [{ type: 'set', entity: 'job', key: job.job, record: finished, expect: job.version }],
  };
}

/** A change of an inbox; an inbox is created when its agent is approved. */
export async function changeInbox(
  store: Store,
  agentId: string,
  change: (inbox: InboxRecord) => InboxRecord,
): Promise<Change> {
  const inbox = await store.get('inbox', agentId);
  if (!inbox) throw new Error(`Agent ${agentId} is in the roster and has no inbox.`);
  return {
    type: 'set',
    entity: 'inbox',
    key: agentId,
    record: { ...change(inbox), version: inbox.version + 1 },
    expect: inbox.version,
  };
}
