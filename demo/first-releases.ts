/** The releases that a newcomer finds: one deployed, one ready to start. */
import { click, createRelease, untilStatus } from './issues';
import { jiraAs } from './jira-client';
import { PROJECT } from './set-up';

export interface SamplePackage {
  readonly version: string;
  readonly sha256: string;
}

/** Writes a release for one version of the shop and submits it; answers its key once it is ready. */
export async function submitRelease(
  siteUrl: string,
  { version, sha256 }: SamplePackage,
): Promise<string> {
  const dev = jiraAs(siteUrl, 'dev');
  const key = await createRelease(dev, PROJECT, `Shop ${version}`);
  const content = { kind: 'Minor', code: [{ site: 'shop', version, artifactSha256: sha256 }] };
  await dev.invoke({
    module: 'release-panel',
    name: 'content.put',
    issueKey: key,
    payload: { content },
  });
  await click(dev, key, 'Submit');
  await untilStatus(dev, key, 'Ready');
  return key;
}

/** Starts a release as the tester and waits for its end. */
export async function deployRelease(siteUrl: string, key: string): Promise<void> {
  const tester = jiraAs(siteUrl, 'tester');
  await click(tester, key, 'Start');
  await untilStatus(tester, key, 'Deployed');
}
