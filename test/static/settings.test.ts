/** The settings as a project admin sees them: built, under Forge's policy, in Chromium, with a stub for Jira and the app. */
import { describe, expect, test } from '@jest/globals';
import type { Locator, Page } from '@playwright/test';
import type { SettingsView } from '#wire/page';
import { PolicySchema, SiteSchema } from '#wire/site';
import { openPage } from './support/opened-page';
import { PROJECT } from './support/project';
import { unreadable } from './support/readability';
import { answered, OVERFLOW } from './support/visit';
import type { Host } from './support/visit';

const TABS = ['Workflow', 'Environments and people', 'Sites', 'Agents'];
const NAMES: Readonly<Record<string, string>> = {
  '5b-lee': 'Lee Leader',
  '5b-zhang': 'Zhang Min',
  '5b-chen': 'Chen Yu',
  '5b-wang': 'Wang Fang',
  '5b-hu': 'Hu Jing',
};

const settings = openPage('settings');

interface Call {
  readonly name: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

interface Project extends Host {
  readonly calls: readonly Call[];
}

/** The app of one project; `answer` takes the place of its answer where it gives one. */
function projectOf(view: SettingsView, answer?: (call: Call) => unknown): Project {
  const calls: Call[] = [];
  return {
    calls,
    width: 1_000,
    resolve: (name, payload) => {
      const call = { name, payload: payload as Call['payload'] };
      calls.push(call);
      const special = answer?.(call);
      return special ?? (name === 'settings.show' ? answered(view) : answered({ kind: 'done' }));
    },
    rest: (_method, path) => {
      const { searchParams, pathname } = new URL(path, 'http://jira');
      const users = Object.entries(NAMES).map(([accountId, displayName]) => ({
        accountId,
        displayName,
      }));
      if (pathname.endsWith('/user/search')) {
        const words = (searchParams.get('query') ?? '').toLowerCase();
        const body = users.filter((user) => user.displayName.toLowerCase().includes(words));
        return { status: 200, body };
      }
      const body = users.find(({ accountId }) => accountId === searchParams.get('accountId'));
      return body ? { status: 200, body } : { status: 404 };
    },
  };
}

async function open(project: Project, tab: string) {
  const seen = await settings.visit(project);
  await seen.page.getByRole('tab', { name: tab }).click();
  return seen;
}

const sent = ({ calls }: Project, name: string): readonly Call['payload'][] =>
  calls.filter((call) => call.name === name).map(({ payload }) => payload);

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`Not within 20 s: ${isSo.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The act is over when the page has looked anew. */
async function saved(project: Project, click: () => Promise<void>): Promise<void> {
  const looks = sent(project, 'settings.show').length;
  await click();
  await until(() => sent(project, 'settings.show').length > looks);
}

describe('the settings', () => {
  test('are drawn in light and dark, from 280 pixels on, without a complaint', async () => {
    for (const mode of ['light', 'dark'] as const) {
      const { page, complaints } = await settings.visit({ ...projectOf(PROJECT), mode });
      for (const width of [1_000, 280]) {
        await page.setViewportSize({ width, height: 900 });
        for (const name of TABS) {
          await page.getByRole('tab', { name }).click();
          await page.getByRole('heading', { level: 2 }).first().waitFor();
          expect(await unreadable(page)).toEqual([]);
          expect([mode, width, name, await page.evaluate(OVERFLOW)]).toEqual([
            mode,
            width,
            name,
            0,
          ]);
        }
      }
      expect(complaints).toEqual([]);
      await page.close();
    }
  }, 60_000);

  test('say why they could not be loaded', async () => {
    const sentence = 'Release control is set up by people with the permission Administer projects.';
    const { page } = await settings.visit({
      resolve: () => ({ kind: 'refused', sentence }),
    });

    await page.getByRole('alert').getByText(sentence).waitFor();
    await page.getByRole('button', { name: 'Load again' }).waitFor();
    await page.close();
  });

  test('install the workflow of a project that has none with one click', async () => {
    const project = projectOf({ ...PROJECT, workflowInstalled: false });
    const { page } = await settings.visit(project);
    await page.getByText('Not installed').waitFor();

    await saved(project, () =>
      page.getByRole('button', { name: 'Install the release workflow' }).click(),
    );

    expect(sent(project, 'workflow.install')).toHaveLength(1);
    await page.close();
  });
});

describe('environments and people', () => {
  test('are saved as a policy that the app takes', async () => {
    const project = projectOf(PROJECT);
    const { page } = await open(project, 'Environments');
    const uat = page.getByRole('group', { name: 'Environment UAT' });
    await uat.getByRole('button', { name: 'Add approval' }).click();
    await uat.getByLabel('Approval', { exact: true }).fill('Quality');
    await uat.getByLabel('Of whom').selectOption('Named people');
    await uat.getByLabel('People').fill('hu j');
    await uat.getByRole('button', { name: 'Hu Jing' }).click();
    await uat.getByLabel('Who may start').selectOption('Leaders of the sites');
    await page.getByRole('button', { name: 'Remove Wang Fang' }).last().click();

    await saved(project, () => page.getByRole('button', { name: 'Save changes' }).click());

    const [{ policy } = { policy: undefined }] = sent(project, 'policy.put');
    expect(PolicySchema.parse(policy)).toEqual({
      ...PROJECT.policy,
      environments: PROJECT.policy.environments.map((each) =>
        each.id === 'UAT'
          ? {
              id: 'UAT',
              approvals: [
                {
                  label: 'Quality',
                  count: 1,
                  from: { kind: 'accounts', accountIds: ['5b-hu'] },
                },
              ],
              starters: 'leaders',
            }
          : each,
      ),
      dbas: [],
    });
    await page.close();
  });

  test('stay as typed when the app refuses them, on every tab', async () => {
    const sentence = 'The policy names one environment twice; name each once.';
    const project = projectOf(PROJECT, ({ name }) =>
      name === 'policy.put' ? answered({ kind: 'refused', sentence }) : undefined,
    );
    const { page } = await open(project, 'Environments');
    const sit = page.getByRole('group', { name: 'Environment SIT' });
    await sit.getByLabel('Name').fill('UAT');

    await page.getByRole('button', { name: 'Save changes' }).click();
    await page.getByRole('alert').getByText(sentence).waitFor();
    await page.getByRole('tab', { name: 'Sites' }).click();
    await page.getByRole('tab', { name: 'Environments' }).click();

    expect(await page.getByRole('group', { name: 'Environment UAT' }).count()).toBe(2);
    await page.close();
  });
});

describe('sites', () => {
  test('are added with their leader, hosts by room, balancer backend and paths [S0-45] [S0-46]', async () => {
    const project = projectOf({ ...PROJECT, sites: [] });
    const { page } = await open(project, 'Sites');
    await page.getByText('No site yet.').waitFor();
    await page.getByRole('button', { name: 'Add site' }).click();
    const form = page.getByRole('region', { name: 'New site' });
    await form.getByLabel('Id').fill('shop');
    await form.getByLabel('Repository').fill('https://git.example/shop');
    await form.getByLabel('Leader', { exact: true }).fill('lee');
    await form.getByRole('button', { name: 'Lee Leader', exact: true }).click();
    await form.getByRole('button', { name: 'Add SIT', exact: true }).click();
    await form.getByRole('button', { name: 'Add host' }).click();
    await form.getByLabel('Host of new host').fill('web-1');
    await form.getByLabel('Address of web-1').fill('10.0.0.1');
    await form.getByLabel('Machine room of web-1').fill('North');
    await form.getByLabel('Directory on each host').fill('/srv/web/shop');
    await form.getByLabel('Start script').fill('ops/start');
    await form.getByLabel('Balancer backend').fill('shop-sit');

    await saved(project, () => form.getByRole('button', { name: 'Add site', exact: true }).click());

    const [{ site } = { site: undefined }] = sent(project, 'site.put');
    expect(SiteSchema.parse(site)).toEqual({
      id: 'shop',
      name: 'shop',
      appType: 'generic',
      packageName: 'shop',
      store: 'main',
      repository: 'https://git.example/shop',
      leader: '5b-lee',
      environments: {
        SIT: {
          hosts: [{ id: 'web-1', name: 'web-1', address: '10.0.0.1', sshPort: 22, room: 'North' }],
          basePath: '/srv/web/shop',
          servicePort: 8080,
          healthPath: '/healthz',
          startScript: 'ops/start',
          balancerBackend: 'shop-sit',
        },
      },
    });
    await page.close();
  });

  test('are sent unchanged but for what was changed', async () => {
    const project = projectOf(PROJECT);
    const { page } = await open(project, 'Sites');
    const form = page.getByRole('region', { name: 'Site storefront-web' });
    await form.getByRole('button', { name: 'UAT 3' }).click();
    await form.getByRole('button', { name: 'Remove web-sh-02' }).click();

    await saved(project, () => form.getByRole('button', { name: 'Save changes' }).click());

    const [stored] = PROJECT.sites;
    const uat = stored?.environments['UAT'];
    expect(sent(project, 'site.put')).toEqual([
      {
        site: {
          ...stored,
          environments: {
            ...stored?.environments,
            UAT: { ...uat, hosts: uat?.hosts.filter(({ id }) => id !== 'web-sh-02') },
          },
        },
      },
    ]);
    await page.close();
  });

  test('are not sent with a port that is none', async () => {
    const project = projectOf(PROJECT);
    const { page } = await open(project, 'Sites');
    await page.getByLabel('SSH port of web-sh-01').fill('ssh');

    await page.getByRole('button', { name: 'Save changes' }).click();

    await page.getByRole('alert').getByText('The SSH port of web-sh-01 in SIT must be').waitFor();
    expect(sent(project, 'site.put')).toEqual([]);
    await page.close();
  });
});

describe('groups', () => {
  test('are saved in the policy with what belongs to them, and leave it again', async () => {
    const project = projectOf(PROJECT);
    const { page } = await open(project, 'Environments');
    await page.getByRole('button', { name: 'Add group' }).click();
    const region = page.getByRole('region', { name: 'Groups' });
    await region.getByRole('textbox', { name: 'Group', exact: true }).fill('finance');
    const group = region.getByRole('group', { name: 'Group finance' });
    await group.getByLabel('Databases').pressSequentially('orders, ledger');
    await saved(project, () => page.getByRole('button', { name: 'Save changes' }).click());
    const [first] = sent(project, 'policy.put');

    expect(PolicySchema.parse(first?.['policy'])).toMatchObject({
      groups: [{ id: 'finance', databases: ['orders', 'ledger'], centres: [] }],
    });

    await page.getByRole('button', { name: 'Add group' }).click();
    await region.getByRole('button', { name: 'Remove group' }).click();
    await saved(project, () => page.getByRole('button', { name: 'Save changes' }).click());
    expect(PolicySchema.parse(sent(project, 'policy.put').at(-1)?.['policy'])).toMatchObject({
      groups: [],
    });
    await page.close();
  });

  test('are named by the sites that belong to them', async () => {
    const project = projectOf(PROJECT);
    const { page } = await open(project, 'Sites');
    await page.getByRole('textbox', { name: 'Group', exact: true }).fill('finance');
    await saved(project, () => page.getByRole('button', { name: 'Save changes' }).click());

    const [put] = sent(project, 'site.put');
    expect(SiteSchema.parse(put?.['site'])).toMatchObject({ group: 'finance' });
    await page.close();
  });
});

describe('agents', () => {
  test('are approved with the fingerprint that was compared', async () => {
    const project = projectOf(PROJECT);
    const { page } = await open(project, 'Agents');
    await page.getByText('1b7e 02cd 9a44 f0e3').waitFor();

    await page.getByRole('button', { name: 'Approve sh-b-agent-1' }).click();

    await until(() => sent(project, 'agent.approve').length > 0);
    expect(sent(project, 'agent.approve')).toEqual([
      { agentId: 'agent-2', fingerprint: '1b7e 02cd 9a44 f0e3' },
    ]);
    await page.close();
  });

  type AgentState = SettingsView['agents'][number]['state'];

  /** An app whose list tells of agent-2 what it is told to, and nothing else. */
  async function openWith(stateAfter: (looks: number) => AgentState) {
    let looks = 0;
    const stated = (state: AgentState): SettingsView => ({
      ...PROJECT,
      agents: PROJECT.agents.map((agent) =>
        agent.agentId === 'agent-2' ? { ...agent, state } : agent,
      ),
    });
    const project: Project = projectOf(PROJECT, ({ name }) => {
      if (name !== 'settings.show') return undefined;
      if (sent(project, 'agent.approve').length + sent(project, 'agent.revoke').length > 0)
        looks += 1;
      return answered(stated(stateAfter(looks)));
    });
    const { page } = await open({ ...project, isClockOurs: true }, 'Agents');
    const row = page.getByRole('row').filter({ hasText: 'sh-b-agent-1' });
    await row.waitFor();
    return { project, page, row };
  }

  /** Moves the page's clock until it shows something. */
  const untilShown = (page: Page, what: Locator) =>
    until(async () => {
      await page.clock.runFor(1_000);
      return what.isVisible();
    });

  test('are shown approved and revoked without a reload, though Jira’s list comes late', async () => {
    const approved = await openWith((looks) => (looks < 3 ? 'pending' : 'active'));
    await approved.row.getByRole('button', { name: 'Approve sh-b-agent-1' }).click();
    await untilShown(approved.page, approved.row.getByText(/^(Online|Offline)$/));
    expect(await approved.row.getByRole('button', { name: /^Approve/ }).count()).toBe(0);
    await approved.page.close();

    const revoked = await openWith((looks) => (looks < 3 ? 'active' : 'revoked'));
    await revoked.row.getByText('Revoke sh-b-agent-1').first().click();
    await revoked.row.getByRole('button', { name: 'Revoke sh-b-agent-1' }).click();
    await untilShown(revoked.page, revoked.row.getByText('Revoked', { exact: true }));
    expect(await revoked.row.getByRole('button').count()).toBe(0);
    await revoked.page.close();
  }, 60_000);

  test('say that Jira is behind when its list stays old, and show what was done once it tells', async () => {
    let isLate = true;
    const { page, row, project } = await openWith((looks) =>
      looks === 0 || isLate ? 'pending' : 'active',
    );
    await row.getByRole('button', { name: 'Approve sh-b-agent-1' }).click();
    const behind = row.getByText('sh-b-agent-1 is approved; Jira’s list is behind');

    await untilShown(page, behind);

    expect(await row.getByRole('button', { name: /^Approve/ }).count()).toBe(0);
    expect(sent(project, 'agent.approve')).toHaveLength(1);
    isLate = false;
    await untilShown(page, row.getByText(/^(Online|Offline)$/));
    expect(await behind.count()).toBe(0);
    await page.close();
  }, 60_000);

  test('can be approved anew once another state was seen, or after a minute', async () => {
    let state: AgentState = 'suspended';
    const { page, row } = await openWith(() => state);
    const approve = row.getByRole('button', { name: 'Approve sh-b-agent-1' });
    const behind = row.getByText('sh-b-agent-1 is approved; Jira’s list is behind');
    await approve.click();
    await untilShown(page, behind);

    state = 'active';
    await untilShown(page, row.getByText(/^(Online|Offline)$/));
    state = 'suspended';
    await untilShown(page, row.getByText('Suspended'));
    expect(await behind.count()).toBe(0);

    await approve.click();
    await untilShown(page, behind);
    await untilShown(page, approve);
    await page.close();
  }, 60_000);

  test('are looked at again as long as their tab is open, and what is typed elsewhere stays', async () => {
    let state: AgentState = 'revoked';
    const { page, row, project } = await openWith(() => state);
    await page.getByRole('tab', { name: 'Sites' }).click();
    await page.getByLabel('Package').fill('typed');
    const looks = sent(project, 'settings.show').length;
    await page.clock.runFor(60_000);
    expect(sent(project, 'settings.show')).toHaveLength(looks);

    await page.getByRole('tab', { name: 'Agents' }).click();
    await until(() => sent(project, 'settings.show').length > looks);
    state = 'pending';
    await untilShown(page, row.getByText('Waiting to be approved'));
    await page.getByRole('tab', { name: 'Sites' }).click();

    expect(await page.getByLabel('Package').inputValue()).toBe('typed');
    await page.close();
  }, 60_000);

  test('are enrolled with a code that stays in sight while other tabs are looked at', async () => {
    const project = projectOf(PROJECT, ({ name }) =>
      name === 'agent.enroll'
        ? answered({ code: 'K7QM-2XWD-9F3T-HJ4P', expiresAt: 1_795_183_200 })
        : undefined,
    );
    const { page } = await open(project, 'Agents');
    const form = page.getByRole('region', { name: 'Enroll an agent' });
    await form.getByLabel('Name').fill('sh-c-agent-1');
    await form.getByLabel('STAGE').check();
    await form.getByLabel('Group').fill('finance');
    await form.getByRole('group', { name: 'Machine rooms' }).getByLabel('Shanghai A').check();

    await form.getByRole('button', { name: 'Create a one-time code' }).click();
    await page.getByText('K7QM-2XWD-9F3T-HJ4P').waitFor();
    await page.getByRole('tab', { name: 'Sites' }).click();
    await page.getByRole('tab', { name: 'Agents' }).click();

    expect(await page.getByText('K7QM-2XWD-9F3T-HJ4P').isVisible()).toBe(true);
    expect(sent(project, 'agent.enroll')).toEqual([
      { name: 'sh-c-agent-1', environments: ['STAGE'], group: 'finance', rooms: ['Shanghai A'] },
    ]);
    await page.close();
  });

  test('are listed with their group and their machine rooms', async () => {
    const { page } = await open(projectOf(PROJECT), 'Agents');
    const row = page.getByRole('row').filter({ hasText: 'sh-b-agent-1' });

    await row.getByText('Group finance').waitFor();
    await row.getByText('Machine rooms Shanghai A, Shanghai B').waitFor();
    const other = page.getByRole('row').filter({ hasText: 'sh-a-agent-1' });
    expect(await other.getByText(/Group|Machine rooms/).count()).toBe(0);
    await page.close();
  });
});
