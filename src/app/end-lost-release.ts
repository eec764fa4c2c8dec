/** The issue of a release was deleted, moved away or turned into something else: what it holds is given back. */
import { endedJob } from './offer-job';
import type { Issue, Ports } from './ports';
import { runCommand } from './run-command';
import { loadSettings } from './world';

/** Ends the release, if there is one; an agent that works on it stops at its next safe point. */
export async function endLostRelease(ports: Ports, issueId: string): Promise<void> {
  if (!(await ports.store.get('release', issueId))) return;
  await runCommand(ports, issueId, async ({ state }) => {
    const job = state.run ? await ports.store.get('job', state.run.job) : undefined;
    const command = { type: 'issue-gone' } as const;
    return job && job.status !== 'finished' ? { command, ...endedJob(job) } : { command };
  });
}

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
