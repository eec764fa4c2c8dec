/** Releases of the demo, taken through Jira as people take them. */
import { z } from 'zod';
import { click, createRelease, statusOf, untilStatus } from './issues';
import { jiraAs } from './jira-client';
import type { JiraClient } from './jira-client';
import { putContent } from './release-content';
import type { WrittenRelease } from './release-content';
import { PROJECT } from './set-up';

const Scripts = z.object({
  scripts: z.array(z.object({ id: z.string(), mark: z.string(), review: z.unknown() })),
});

/** Creates a release issue with its content, as `dev`; answers its key. */
export async function draftRelease(
  siteUrl: string,
  summary: string,
  content: WrittenRelease,
): Promise<string> {
  const dev = jiraAs(siteUrl, 'dev');
  const key = await createRelease(dev, PROJECT, summary);
  await putContent(dev, key, content);
  return key;
}

/** Submits a draft for its first environment and waits until nobody has to approve it any more. */
export async function submitRelease(siteUrl: string, key: string): Promise<void> {
  const dev = jiraAs(siteUrl, 'dev');
  if ((await statusOf(dev, key)) === 'Draft') await click(dev, key, 'Submit');
  await untilStatus(dev, key, 'Ready');
}

/** Approves every script that nobody has judged yet, as `dba`. */
export async function approveScripts(siteUrl: string, key: string): Promise<void> {
  const dba = jiraAs(siteUrl, 'dba');
  for (const { id, mark } of await unreviewed(dba, key)) {
    await dba.invoke({
      module: 'release-panel',
      name: 'script.review',
      issueKey: key,
      payload: { script: id, mark, verdict: 'approved', reason: '' },
    });
  }
}

async function unreviewed(jira: JiraClient, issueKey: string) {
  const view = await jira.invoke({ module: 'release-panel', name: 'release.show', issueKey });
  return Scripts.parse(view).scripts.filter(({ review }) => review === null);
}

/** Starts a release that is ready, as `tester`. */
export async function startRelease(siteUrl: string, key: string): Promise<void> {
  const tester = jiraAs(siteUrl, 'tester');
  if ((await statusOf(tester, key)) === 'Ready') await click(tester, key, 'Start');
}

/** Takes a release that is ready to Deployed: start, review, run, from wherever it stands. */
export async function deployRelease(siteUrl: string, key: string): Promise<void> {
  const tester = jiraAs(siteUrl, 'tester');
  await startRelease(siteUrl, key);
  const status = await untilStatus(tester, key, ['SQL pending', 'Deployed', 'Fix pending']);
  if (status === 'SQL pending') {
    await approveScripts(siteUrl, key);
    await click(tester, key, 'Submit SQL');
  }
  const end = await untilStatus(tester, key, ['Deployed', 'Fix pending'], 180);
  if (end !== 'Deployed') throw new Error(`${key} ended in ${end}; its page says why.`);
}
