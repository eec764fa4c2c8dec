/** Project REL as its admins set it up: workflow, policy, site, agent. All through calls that a browser makes. */
import { z } from 'zod';
import { jiraAs, JiraRefusal } from './jira-client';
import type { JiraClient } from './jira-client';
import { provideMembers } from './project-members';

export const PROJECT = 'REL';

export const ENVIRONMENTS: readonly string[] = ['SIT', 'UAT', 'STAGE', 'PROD'];

export interface DemoHost {
  readonly id: string;
  readonly address: string;
  readonly sshPort: number;
}

/** Where the shop lives on its hosts in one environment. */
export interface DemoPlace {
  readonly environment: string;
  readonly basePath: string;
  readonly servicePort: number;
}

const Enrollment = z.object({ code: z.string() });
const Settings = z.object({
  workflowInstalled: z.boolean(),
  agentUrl: z.string(),
  agents: z.array(z.object({ agentId: z.string(), state: z.string(), fingerprint: z.string() })),
});
export type SettingsSeen = z.infer<typeof Settings>;

/** Creates the project, names its members and installs the workflow, once. */
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
  if (settings.workflowInstalled) return;
  await provideMembers(siteUrl, PROJECT);
  await control(admin, 'workflow.install');
}

/** The policy of the demo: testers start in SIT and UAT, a leader approves STAGE, leader and product owner PROD; a DBA reviews SQL. */
export async function putPolicy(siteUrl: string): Promise<void> {
  const admin = jiraAs(siteUrl, 'admin');
  const account = (person: string): Promise<string> => jiraAs(siteUrl, person).accountId();
  const owner = await account('po');
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
      testers: [await account('tester')],
      dbas: [await account('dba')],
      operators: [await account('ops')],
    },
  });
}

/** The site `shop` with its hosts, in every environment that it has a place in. */
export async function putShop(
  siteUrl: string,
  hosts: readonly DemoHost[],
  places: readonly DemoPlace[],
): Promise<void> {
  const described = hosts.map((host) => ({ ...host, name: host.id, room: 'local' }));
  const service = { healthPath: '/healthz', versionPath: '/version' };
  const environments = new Map(
    places.map(({ environment, basePath, servicePort }) => [
      environment,
      { hosts: described, basePath, servicePort, ...service },
    ]),
  );
  await control(jiraAs(siteUrl, 'admin'), 'site.put', {
    site: {
      id: 'shop',
      name: 'Shop',
      appType: 'generic',
      packageName: 'shop',
      store: 'packages',
      leader: await jiraAs(siteUrl, 'leader').accountId(),
      backup: await jiraAs(siteUrl, 'backup').accountId(),
      environments: Object.fromEntries(environments),
    },
  });
}

/** A one-time code for an agent of these environments. */
export async function createCode(
  siteUrl: string,
  name: string,
  environments: readonly string[],
): Promise<string> {
  const answer = await control(jiraAs(siteUrl, 'admin'), 'agent.enroll', { name, environments });
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
