/** Project REL as its admins set it up: workflow, policy, site, agent. All through calls that a browser makes. */
import { z } from 'zod';
import { jiraAs, JiraRefusal } from './jira-client';
import type { JiraClient } from './jira-client';

export const PROJECT = 'REL';

export interface DemoHost {
  readonly id: string;
  readonly address: string;
  readonly sshPort: number;
  readonly servicePort: number;
  readonly basePath: string;
}

const Enrollment = z.object({ code: z.string() });
const Settings = z.object({
  workflowInstalled: z.boolean(),
  agentUrl: z.string(),
  agents: z.array(z.object({ agentId: z.string(), state: z.string(), fingerprint: z.string() })),
});
export type SettingsSeen = z.infer<typeof Settings>;

/** Creates the project and installs the workflow, once. */
export async function provideProject(siteUrl: string): Promise<void> {
  const admin = jiraAs(siteUrl, 'admin');
  try {
    await admin.request('GET', `/rest/api/3/project/${PROJECT}`);
  } catch (error) {
    if (!(error instanceof JiraRefusal && error.status === 404)) throw error;
    await admin.request('POST', '/rest/api/3/project', {
      key: PROJECT,
      name: 'Releases',
      projectTypeKey: 'software',
      projectTemplateKey: 'com.pyxis.greenhopper.jira:gh-simplified-kanban-classic',
      leadAccountId: await admin.accountId(),
    });
  }
  const settings = await showSettings(admin);
  if (!settings.workflowInstalled) await control(admin, 'workflow.install');
}

/** The policy of the demo: testers start in SIT and UAT, a leader approves STAGE, leader and product owner PROD. */
export async function putPolicy(siteUrl: string): Promise<void> {
  const admin = jiraAs(siteUrl, 'admin');
  const tester = await jiraAs(siteUrl, 'tester').accountId();
  const owner = await jiraAs(siteUrl, 'po').accountId();
  const leader = { label: 'Leader', count: 1, from: { kind: 'leaders' } };
  const product = {
    label: 'Product owner',
    count: 1,
    from: { kind: 'accounts', accountIds: [owner] },
  };
  await control(admin, 'policy.put', {
    policy: {
      version: 1,
      environments: [
        { id: 'SIT', approvals: [], starters: 'testers' },
        { id: 'UAT', approvals: [], starters: 'testers' },
        { id: 'STAGE', approvals: [leader], starters: 'leaders' },
        { id: 'PROD', approvals: [leader, product], starters: 'leaders' },
      ],
      testers: [tester],
    },
  });
}

/** The site `shop` with its hosts in SIT. */
export async function putShop(siteUrl: string, hosts: readonly DemoHost[]): Promise<void> {
  const [first] = hosts;
  if (!first) throw new Error('The site needs a host.');
  await control(jiraAs(siteUrl, 'admin'), 'site.put', {
    site: {
      id: 'shop',
      name: 'Shop',
      appType: 'generic',
      packageName: 'shop',
      store: 'packages',
      leader: await jiraAs(siteUrl, 'leader').accountId(),
      backup: await jiraAs(siteUrl, 'backup').accountId(),
      environments: {
        SIT: {
          hosts: hosts.map((host) => ({
            id: host.id,
            name: host.id,
            address: host.address,
            sshPort: host.sshPort,
            room: 'local',
          })),
          basePath: first.basePath,
          servicePort: first.servicePort,
          healthPath: '/healthz',
          versionPath: '/version',
        },
      },
    },
  });
}

/** A one-time code for an agent of SIT. */
export async function createCode(siteUrl: string, name: string): Promise<string> {
  const answer = await control(jiraAs(siteUrl, 'admin'), 'agent.enroll', {
    name,
    environments: ['SIT'],
  });
  return Enrollment.parse(answer).code;
}

/** Confirms the agent whose fingerprint was read from its terminal. */
export async function approve(
  siteUrl: string,
  agentId: string,
  fingerprint: string,
): Promise<void> {
  await control(jiraAs(siteUrl, 'admin'), 'agent.approve', { agentId, fingerprint });
}

/** What the settings page shows. */
export const showSettings = async (jira: JiraClient): Promise<SettingsSeen> =>
  Settings.parse(await control(jira, 'settings.show'));

const control = (jira: JiraClient, name: string, payload?: unknown): Promise<unknown> =>
  jira.invoke({ module: 'release-control', name, projectKey: PROJECT, payload });
