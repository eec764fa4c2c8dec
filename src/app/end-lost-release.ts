/** The issue of a release was deleted, moved away or turned into something else: what it holds is given back. */
import { LEASE_SECONDS, TAKEOVER_GRACE_SECONDS } from '#wire/agent';
import type { JobRecord } from '#wire/records';
import { isAbandoned } from './abandoned';
import { ATTEMPTS_MAX, TooMuchContention } from './errors';
import { endedJob } from './offer-job';
import type { Issue, Ports } from './ports';
import { runCommand } from './run-command';
import { loadSettings } from './world';

/**
 * Ends the release, if there is one. While an agent works on it the release keeps what it holds: the agent is asked
 * to stop, its finish ends the release, and a look after a lease and its grace does where no finish comes.
 */
export async function endLostRelease(ports: Ports, issueId: string): Promise<void> {
  const release = await ports.store.get('release', issueId);
  if (!release) return;
  const { run } = release.state;
  if (run && (await isAtWork(ports, run.job))) {
    await ports.queue.push(
      { type: 'reconcile', issueId },
      LEASE_SECONDS + TAKEOVER_GRACE_SECONDS + 1,
    );
    return;
  }
  await runCommand(ports, issueId, async ({ state }) => {
    const job = state.run ? await ports.store.get('job', state.run.job) : undefined;
    const command = { type: 'issue-gone' } as const;
    return job && job.status !== 'finished' ? { command, ...endedJob(job) } : { command };
  });
}

/** Whether an agent holds the job; if so, it is asked to stop. */
async function isAtWork(ports: Ports, jobId: string): Promise<boolean> {
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
    const job = await ports.store.get('job', jobId);
    if (job?.status !== 'running' || isAbandoned(job, ports.clock.now())) return false;
    if (job.stop !== undefined || (await askToStop(ports, job)) === 'done') return true;
  }
  throw new TooMuchContention(`Job ${jobId}`);
}

const askToStop = ({ store }: Ports, job: JobRecord): Promise<'done' | 'conflict'> =>
  store.transact([
    {
      type: 'set',
      entity: 'job',
      key: job.job,
      record: { ...job, version: job.version + 1, stop: 'issue-gone' },
      expect: job.version,
    },
  ]);

/** Whether an issue is still what its release was made for. */
export async function isStillRelease(
  { store }: Ports,
  issue: Issue,
  project: string,
): Promise<boolean> {
  const { workflow } = await loadSettings(store, project);
  return (
    issue.project === project && (workflow === null || workflow.issueTypeId === issue.issueTypeId)
  );
}
