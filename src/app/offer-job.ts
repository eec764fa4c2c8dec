/** Puts a stage's job where its agents find it. */
import { NO_ACTS } from '#core/act-chain';
import { scopesOf } from '#core/gates';
import type { Plan } from '#core/plan';
import { isHostStep } from '#core/plan-step';
import { reaches } from '#core/reach';
import type { Workplace } from '#core/reach';
import type { Release } from '#core/release';
import type { ReleaseEvent } from '#core/release-event';
import { parsePlan } from '#wire/plan';
import type { InboxRecord, JobRecord } from '#wire/records';
import { chunksOf } from './host-chunks';
import { CHANGES_MAX } from './ports';
import type { Change, Ports, Store } from './ports';
import type { World } from './world';

/** How long an agent is told to come every few seconds after a person's act. */
const HOT_SECONDS = 600;

/** The job of a `stage-offered` event, the end of a finished one, and the inboxes that name them. */
export async function jobChanges(
  { store, clock }: Ports,
  state: Release,
  events: readonly ReleaseEvent[],
  world: World,
  finished: JobRecord | null,
): Promise<Change[]> {
  const offered = await offeredJob(store, state, events, world, finished, clock.now());
  const readers = new Set([...(offered?.agents ?? []), ...(finished?.agents ?? [])]);
  const inboxes = [...readers].map(async (agentId): Promise<Change[]> => {
    const inbox = world.inboxes.get(agentId) ?? (await store.get('inbox', agentId));
    if (!inbox) return [];
    const others = inbox.jobs.filter((job) => job !== finished?.job);
    if (!offered?.agents.includes(agentId)) return [changeInbox(agentId, inbox, { jobs: others })];
    const hotUntil = Math.max(inbox.hotUntil, clock.now() + HOT_SECONDS);
    return [changeInbox(agentId, inbox, { jobs: [...others, offered.job], hotUntil })];
  });
  const job: Change[] = offered
    ? [{ type: 'set', entity: 'job', key: offered.job, record: offered, expect: 'new' }]
    : [];
  return [...job, ...(await Promise.all(inboxes)).flat()];
}

async function offeredJob(
  store: Store,
  state: Release,
  events: readonly ReleaseEvent[],
  { inboxes, settings, work }: World,
  finished: JobRecord | null,
  now: number,
): Promise<JobRecord | undefined> {
  const offered = events.find((event) => event.type === 'stage-offered');
  const { environment, planDigest } = state;
  if (!offered || environment === null || planDigest === null) return undefined;
  const plan = parsePlan((await store.getText(planDigest)) ?? '');
  if (!plan) throw new Error(`The plan ${planDigest} of job ${offered.job} cannot be read.`);
  // The plan is bound: sites that have changed since may say other rooms.
  const rooms = roomsOf(plan);
  const place = { ...(work ?? { environment }), rooms };
  const inReach = settings.agents.filter(
    (agent) => work !== undefined && inboxes.has(agent.agentId) && reaches(agent, place),
  );
  return {
    version: 1,
    job: offered.job,
    issueId: state.issueId,
    project: state.project,
    environment,
    ...(work?.group !== undefined && { group: work.group }),
    ...(rooms.length > 0 && { rooms: [...rooms] }),
    stage: offered.stage,
    attempt: state.attempt,
    planDigest,
    scopes: [...scopesOf(state)],
    chunks: chunksOf(plan),
    status: 'offered',
    offeredAt: now,
    agents: withinOneTransaction(
      [...inboxes.keys()].filter((id) => inReach.some(({ agentId }) => agentId === id)),
      finished?.agents ?? [],
    ),
    agent: null,
    requestId: null,
    boot: null,
    fence: 0,
    leaseUntil: 0,
    lastSeq: 0,
    lastMessage: null,
    outcome: null,
    acts: NO_ACTS,
  };
}

/** The machine rooms of the hosts that the plan names; an empty name stands for hosts without one. */
const roomsOf = ({ steps }: Plan): readonly string[] => [
  ...new Set(steps.filter(isHostStep).flatMap(({ hosts }) => hosts.map(({ room }) => room))),
];

/** What the end of one job and the offer of the next write besides inboxes: release, history, outbox, both jobs. */
const CHANGES_OF_NEXT = 5;

/** Agents that come anew wait for a later job, if the inboxes of those that leave fill the transaction. */
function withinOneTransaction(agents: readonly string[], former: readonly string[]): string[] {
  const fresh = agents.filter((agentId) => !former.includes(agentId));
  const left = fresh.slice(CHANGES_MAX - CHANGES_OF_NEXT - former.length);
  return agents.filter((agentId) => !left.includes(agentId));
}

/** Where a job's work is to be done, as it was offered. */
export const workplaceOfJob = ({ environment, group, rooms }: JobRecord): Workplace => ({
  environment,
  ...(group !== undefined && { group }),
  ...(rooms !== undefined && { rooms }),
});

/** The end of a job, as it is written together with what it means for the release. */
export function endedJob(
  job: JobRecord,
  end: Partial<Pick<JobRecord, 'lastSeq' | 'lastMessage' | 'outcome' | 'log'>> = {},
): { readonly finished: JobRecord; readonly changes: readonly Change[] } {
  const finished: JobRecord = { ...job, ...end, version: job.version + 1, status: 'finished' };
  return {
    finished,
    changes: [{ type: 'set', entity: 'job', key: job.job, record: finished, expect: job.version }],
  };
}

/** A change of an inbox, as it was read. */
export const changeInbox = (
  agentId: string,
  inbox: InboxRecord,
  change: Partial<InboxRecord>,
): Change => ({
  type: 'set',
  entity: 'inbox',
  key: agentId,
  record: { ...inbox, ...change, version: inbox.version + 1 },
  expect: inbox.version,
});
