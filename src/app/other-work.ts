/** What the agents of a job do instead of it: an agent works on one job at a time. */
import type { OtherWork } from '#core/attendance';
import type { JobRecord } from '#wire/records';
import { isAbandoned } from './abandoned';
import { placesOf } from './ports';
import type { Ports } from './ports';
import type { World } from './world';

/** As many as one request to the store names. */
const JOBS_MAX = 25;

/** Two reads where an agent of an unclaimed job has other jobs, none elsewhere. */
export async function otherWorkOf(
  { store, clock }: Ports,
  job: JobRecord | undefined,
  { inboxes }: World,
): Promise<OtherWork | null> {
  if (job?.status !== 'offered') return null;
  const waiting = job.agents.flatMap((agentId) => inboxes.get(agentId)?.jobs ?? []);
  const others = [...new Set(waiting)].filter((other) => other !== job.job).slice(0, JOBS_MAX);
  if (others.length === 0) return null;
  const found = await store.getMany(placesOf('job', others));
  const running = others
    .map((other) => found.get('job', other))
    .find((other) => other !== undefined && keeps(other, job, clock.now()));
  if (!running) return null;
  const release = await store.get('release', running.issueId);
  const agent = running.claims?.at(-1)?.name ?? running.agent ?? '';
  const queue = inboxes.get(running.agent ?? '')?.jobs ?? [];
  const before = queue.slice(0, Math.max(0, queue.indexOf(job.job)));
  const waitBefore = before.filter((other) => found.get('job', other)?.status !== 'running').length;
  return { agent, issueKey: release?.issueKey ?? running.job, waitBefore };
}

const keeps = ({ agent, ...other }: JobRecord, { agents }: JobRecord, now: number): boolean =>
  other.status === 'running' &&
  agent !== null &&
  agents.includes(agent) &&
  !isAbandoned({ ...other, agent }, now);
