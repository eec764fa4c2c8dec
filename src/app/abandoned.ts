/** Who is at the work that a release waits for, as far as the job's own times tell. */
import type { Attendance } from '#core/now';
import { LEASE_SECONDS, TAKEOVER_GRACE_SECONDS } from '#wire/agent';
import type { JobRecord } from '#wire/records';

/** No agent has been at work for a lease and its grace: a person may answer in its place. */
export const isAbandoned = ({ leaseUntil, offeredAt }: JobRecord, now: number): boolean =>
  now >= Math.max(leaseUntil, offeredAt) + TAKEOVER_GRACE_SECONDS;

/** What the page says about the agent of a job. */
export function attendanceOf(job: JobRecord | undefined, now: number): Attendance {
  if (job?.status === 'offered' && job.agents.length === 0)
    return { kind: 'unoffered', answerable: isAbandoned(job, now) };
  if (job?.status === 'offered') {
    return { kind: 'unclaimed', since: job.offeredAt, answerable: isAbandoned(job, now) };
  }
  return job?.status === 'running' && isAbandoned(job, now)
    ? { kind: 'abandoned', since: job.leaseUntil - LEASE_SECONDS }
    : { kind: 'at-work' };
}
