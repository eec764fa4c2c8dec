/** Who is at the work that a release waits for, as far as the job's own times tell. */
import type { JobAttendance } from '#core/attendance';
import { LEASE_SECONDS, TAKEOVER_GRACE_SECONDS } from '#wire/agent';
import type { JobRecord } from '#wire/records';

/** No agent has been at work for a lease and its grace. */
export const isAbandoned = ({ leaseUntil, offeredAt }: JobRecord, now: number): boolean =>
  now >= Math.max(leaseUntil, offeredAt) + TAKEOVER_GRACE_SECONDS;

/** What a job tells of its agents; null once it has ended. */
export function attendanceIn(job: JobRecord | undefined, now: number): JobAttendance | null {
  if (job === undefined || job.status === 'finished') return null;
  const isClaimed = job.status === 'running';
  return {
    isClaimed,
    isAbandoned: isAbandoned(job, now),
    since: isClaimed ? job.leaseUntil - LEASE_SECONDS : job.offeredAt,
    agents: job.agents,
  };
}
