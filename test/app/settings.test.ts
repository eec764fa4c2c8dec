import { beforeEach, describe, expect, test } from '@jest/globals';
import { installWorkflow } from '#app/install-workflow';
import { InstallerError } from '#app/installer-port';
import type { WorkflowToCreate } from '#app/installer-port';
import { putPolicy, putSite, showSettings } from '#app/manage-settings';
import { DEFAULT_POLICY } from '#core/policy';
import { STATUSES } from '#core/status';
import { workflowTemplate } from '#core/workflow-template';
import { aHost, aPolicy, aSite, someHosts } from '../support/builders';
import { jiraStatusId, RELEASE_TYPE } from '../support/memory-jira';
import { createMemoryPorts } from '../support/memory-ports';
import type { MemoryPorts } from '../support/memory-ports';
import { enrollAgent, PROJECT, tinyInstaller } from '../support/release-world';

let ports: MemoryPorts;
beforeEach(() => {
  ports = createMemoryPorts();
});

const settings = () => ports.memory.get('policy', PROJECT);

describe('the settings of a project', () => {
  test('begin with the default policy and nothing else', async () => {
    expect(await showSettings(ports, PROJECT)).toEqual({
      project: PROJECT,
      workflowInstalled: false,
      policy: DEFAULT_POLICY,
      sites: [],
      agents: [],
      agentUrl: 'https://example.test/agent',
    });
    expect(ports.memory.rows.size).toBe(0);
  });

  test('show what was set, the last changed site first', async () => {
    await putSite(ports, { project: PROJECT, site: aSite() });
    ports.pass(1);
    await putSite(ports, { project: PROJECT, site: aSite({ id: 'pay' }) });
    await putSite(ports, { project: '77777', site: aSite({ id: 'foreign' }) });
    await enrollAgent(ports);

    const view = await showSettings(ports, PROJECT);

    expect(view.sites.map(({ id }) => id)).toEqual(['pay', 'shop']);
    expect(view.agents.map(({ name, state }) => [name, state])).toEqual([['Room 1', 'active']]);
  });
});

describe('a site', () => {
  const put = (site = aSite()) => putSite(ports, { project: PROJECT, site });

  test('is added, and replaced by the next description', async () => {
    expect(await put()).toEqual({ kind: 'done' });
    expect(await put(aSite({ name: 'The Shop' }))).toEqual({ kind: 'done' });

    expect(await ports.memory.get('site', `${PROJECT}.shop`)).toMatchObject({
      version: 2,
      site: { name: 'The Shop' },
    });
  });

  test('has hosts only in environments of the policy, or in one that has left it since', async () => {
    const [place] = Object.values(aSite().environments);
    if (!place) throw new Error('The site of the tests lives somewhere.');
    const inTest = aSite({ environments: { TEST: place } });

    expect(await put(inTest)).toEqual({
      kind: 'refused',
      sentence:
        'The site shop has hosts for TEST, which is no environment of the project’s policy (SIT, UAT, STAGE, PROD); add it to the policy first, or take it out here.',
    });
    expect(ports.memory.rows.size).toBe(0);

    const withTest = aPolicy({
      environments: [{ id: 'TEST', approvals: [], starters: 'leaders' }],
    });
    await putPolicy(ports, { project: PROJECT, policy: withTest });
    expect(await put(inTest)).toEqual({ kind: 'done' });
    await putPolicy(ports, { project: PROJECT, policy: aPolicy() });
    expect(await put({ ...inTest, name: 'The Shop' })).toEqual({ kind: 'done' });
  });

  test.each(['add', 'replace'])(
    'that two people %s at once is one’s, and the other is told',
    async (way) => {
      if (way === 'replace') await put();

      const outcomes = await Promise.all([put(aSite({ name: 'A' })), put(aSite({ name: 'B' }))]);

      expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['done', 'refused']);
      expect(outcomes).toContainEqual({
        kind: 'refused',
        sentence:
          'Site shop was changed by somebody else at the same moment; reload the page and try again.',
      });
    },
  );

  test.each([
    [
      'directory',
      { basePath: '/srv/shop', servicePort: 9_000 },
      'Host 10.20.0.1 holds site shop in /srv/shop in SIT already; give site pay another base path or another host.',
    ],
    [
      'port',
      { basePath: '/srv/pay', servicePort: 8_080 },
      'Host 10.20.0.1 holds site shop on port 8080 in SIT already; give site pay another service port or another host.',
    ],
  ])('is refused where another site has its %s on the same host', async (_, where, sentence) => {
    await put();
    const place = { ...where, hosts: [aHost()], healthPath: '/healthz' };
    const pay = aSite({ id: 'pay', environments: { SIT: place } });

    expect(await put(pay)).toEqual({ kind: 'refused', sentence });
    expect(await ports.memory.get('site', `${PROJECT}.pay`)).toBeUndefined();
    expect(await putSite(ports, { project: '77777', site: pay })).toEqual({ kind: 'done' });
    expect(await put({ ...pay, environments: { PROD: place } })).toEqual({ kind: 'done' });
    const elsewhere = { ...place, hosts: [aHost({ address: '10.20.9.9' })] };
    expect(await put({ ...pay, environments: { SIT: elsewhere } })).toEqual({ kind: 'done' });
  });

  test('that is too large to be stored is refused with its size, the limit and what to do', async () => {
    expect(await put(aSite({ hosts: someHosts(3_000) }))).toEqual({
      kind: 'refused',
      sentence:
        'The description of site shop has 481 KB and may have 200 KB; take hosts out, or describe them as a second site.',
    });
  });

  test('with 500 hosts in each of two environments is stored', async () => {
    expect(await put(aSite({ hosts: someHosts(500) }))).toEqual({ kind: 'done' });
  });
});

describe('a policy', () => {
  test('counts its versions itself, whatever the page says', async () => {
    await putPolicy(ports, { project: PROJECT, policy: aPolicy({ version: 99 }) });
    expect((await settings())?.policy.version).toBe(DEFAULT_POLICY.version + 1);

    await putPolicy(ports, { project: PROJECT, policy: aPolicy({ version: 1 }) });
    expect((await settings())?.policy.version).toBe(DEFAULT_POLICY.version + 2);
  });

  test('names who reviews SQL and who operates, and shows them again', async () => {
    const policy = aPolicy({ dbas: ['acc-dba', 'acc-dba-2'], operators: [] });

    await putPolicy(ports, { project: PROJECT, policy });

    expect((await showSettings(ports, PROJECT)).policy).toEqual({ ...policy, version: 2 });
  });

  test('keeps the agents and the workflow of the project', async () => {
    await installWorkflow(ports, tinyInstaller(), PROJECT);
    const agent = await enrollAgent(ports);

    await putPolicy(ports, { project: PROJECT, policy: aPolicy() });

    expect(await settings()).toMatchObject({
      installed: 'yes',
      agents: [{ agentId: agent.agentId }],
      workflow: { workflowId: 'workflow-1' },
    });
  });

  test('that two people write at once is one’s, and the other is told', async () => {
    const put = () => putPolicy(ports, { project: PROJECT, policy: aPolicy() });

    const outcomes = await Promise.all([put(), put()]);

    expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['done', 'refused']);
  });
});

describe('the installation of the workflow', () => {
  test('makes what the template says, in order, and remembers Jira’s ids', async () => {
    const done: string[] = [];
    let created: WorkflowToCreate | undefined;
    const base = tinyInstaller();
    const installer = tinyInstaller({
      provideIssueType: async (project, name) => {
        done.push(`type ${name} in ${project}`);
        return RELEASE_TYPE;
      },
      provideReasonField: async () => {
        done.push('field');
        return 'customfield_1';
      },
      provideReasonScreen: async (field) => {
        done.push(`screen with ${field}`);
        return 'screen-1';
      },
      createWorkflow: async (workflow) => {
        done.push('workflow');
        created = workflow;
        return base.createWorkflow(workflow);
      },
      showFields: async (project, type, field) => {
        done.push(`${field} on ${type} in ${project}`);
      },
      providePermissions: async (project) => {
        done.push(`permissions in ${project}`);
      },
      useWorkflow: async (project, name, type) => {
        done.push(`${name} for ${type} in ${project}`);
      },
      pinPanel: async (project) => {
        done.push(`panel in ${project}`);
      },
    });

    expect(await installWorkflow(ports, installer, PROJECT)).toEqual({ kind: 'done' });

    expect(done).toEqual([
      'type Release in 10000',
      'field',
      'screen with customfield_1',
      'customfield_1 on 10100 in 10000',
      'permissions in 10000',
      'workflow',
      'Interlock releases (10000) for 10100 in 10000',
      'panel in 10000',
    ]);
    expect(created).toMatchObject({ reasonField: 'customfield_1', reasonScreen: 'screen-1' });
    const { workflow } = (await settings()) ?? {};
    expect(workflow?.issueTypeId).toBe(RELEASE_TYPE);
    const { statuses, transitions } = workflowTemplate();
    expect(Object.values(workflow?.statuses ?? {}).sort()).toEqual(
      statuses.map(({ status }) => status).sort(),
    );
    expect(Object.keys(workflow?.transitions ?? {}).sort()).toEqual(
      transitions.map(({ action }) => action).sort(),
    );
  });

  test('knows the statuses by their Chinese names as well', async () => {
    const installer = tinyInstaller({
      createWorkflow: async ({ template }) => ({
        id: 'workflow-1',
        statusIds: Object.fromEntries(
          template.statuses.map(({ status }) => [STATUSES[status].zh, jiraStatusId(status)]),
        ),
      }),
    });

    await installWorkflow(ports, installer, PROJECT);

    expect((await settings())?.workflow?.statuses[jiraStatusId('ready')]).toBe('ready');
  });

  test('that is there already keeps its workflow, and gets the parts around it that are missing', async () => {
    await installWorkflow(ports, tinyInstaller(), PROJECT);
    const before = await settings();
    const done: string[] = [];
    const untouchable = () => Promise.reject(new Error('touched'));
    const again = tinyInstaller({
      createWorkflow: untouchable,
      useWorkflow: untouchable,
      providePermissions: async () => void done.push('permissions'),
      pinPanel: async () => void done.push('panel'),
    });

    expect(await installWorkflow(ports, again, PROJECT)).toEqual({ kind: 'done' });

    expect(done).toEqual(['permissions', 'panel']);
    expect(await settings()).toEqual(before);
  });

  test('that somebody changed in Jira says so, after what can be repaired is', async () => {
    await installWorkflow(ports, tinyInstaller(), PROJECT);
    const done: string[] = [];
    const changed = tinyInstaller({
      pinPanel: async () => void done.push('panel'),
      workflowDrift: async (project, { workflowId }, { name }) =>
        `${workflowId}, ${name}: Start is gone from ${project}.`,
    });

    expect(await installWorkflow(ports, changed, PROJECT)).toEqual({
      kind: 'refused',
      sentence:
        'The release workflow of 10000 is not as Interlock made it. workflow-1, Interlock releases (10000): Start is gone from 10000.',
    });
    expect(done).toEqual(['panel']);
  });

  test('whose panel Jira refuses is remembered, says what it lacks, and can be asked for again', async () => {
    const refusing = tinyInstaller({
      pinPanel: async () => Promise.reject(new InstallerError('Panel', 'Jira is busy.')),
    });

    expect(await installWorkflow(ports, refusing, PROJECT)).toEqual({
      kind: 'refused',
      sentence:
        'Releases can live in 10000, but the installation lacks a part. Panel: Jira is busy. Have a Jira admin install again.',
    });
    expect((await showSettings(ports, PROJECT)).workflowInstalled).toBe(true);
    expect(await installWorkflow(ports, tinyInstaller(), PROJECT)).toEqual({ kind: 'done' });
  });

  test.each([
    'provideIssueType',
    'provideReasonField',
    'provideReasonScreen',
    'showFields',
    'providePermissions',
    'createWorkflow',
    'useWorkflow',
  ] as const)(
    'that Jira refuses at %s says so in Jira’s words, and can be tried again',
    async (at) => {
      const refusing = tinyInstaller({
        [at]: async () =>
          Promise.reject(
            new InstallerError('Creating the workflow', 'You are not allowed to do this.'),
          ),
      });

      expect(await installWorkflow(ports, refusing, PROJECT)).toEqual({
        kind: 'refused',
        sentence:
          'The workflow could not be installed in 10000. Creating the workflow: You are not allowed to do this. Have a Jira admin try again.',
      });
      expect((await showSettings(ports, PROJECT)).workflowInstalled).toBe(false);
      expect(await installWorkflow(ports, tinyInstaller(), PROJECT)).toEqual({ kind: 'done' });
    },
  );

  test('whose Jira names none of a needed status is not remembered as installed', async () => {
    const forgetful = tinyInstaller({
      createWorkflow: async () => ({ id: 'workflow-1', statusIds: {} }),
    });

    expect(await installWorkflow(ports, forgetful, PROJECT)).toMatchObject({ kind: 'refused' });
    expect((await showSettings(ports, PROJECT)).workflowInstalled).toBe(false);
  });

  test('does not hide an error that is not Jira’s', async () => {
    const broken = tinyInstaller({
      useWorkflow: async () => Promise.reject(new Error('our own mistake')),
    });

    await expect(installWorkflow(ports, broken, PROJECT)).rejects.toThrow('our own mistake');
  });

  test('is remembered even if the settings change at the same moment', async () => {
    ports.meanwhile = async () => {
      ports.meanwhile = undefined;
      await putPolicy(ports, { project: PROJECT, policy: aPolicy() });
    };

    expect(await installWorkflow(ports, tinyInstaller(), PROJECT)).toEqual({ kind: 'done' });
    expect(await settings()).toMatchObject({ installed: 'yes', policy: { version: 2 } });
  });
});
