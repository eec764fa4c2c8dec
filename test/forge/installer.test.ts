import { describe, expect, jest, test } from '@jest/globals';
import { join } from 'node:path';
import { installWorkflow } from '#app/install-workflow';
import { PERSON_TRANSITIONS } from '#core/transitions';
import { workflowTemplate } from '#core/workflow-template';
import { appPermission } from '#forge/app-permissions';
import { installer } from '#forge/installer';
import { createJira } from '#forge/jira';
import { managesReleases } from '#forge/project-admin';
import { readManifest } from '../../local/manifest';
import { installForge } from '../support/forge-kvs';
import { requestErrors } from '../support/jira-contract';
import { createMemoryPorts } from '../support/memory-ports';
import { toyJira, TOY_SITE } from '../support/toy-jira';
import type { ToyJira } from '../support/toy-jira';
import { at, list } from '../support/toy-jira-values';
import { accountOf, ok } from '../support/toy-workflow';

// An installation is some 50 calls, and each answer is compared with Atlassian's description.
jest.setTimeout(60_000);

const API = '/rest/api/3';

interface Desk {
  readonly toy: ToyJira;
  readonly ports: ReturnType<typeof createMemoryPorts>;
  /** The project's id. */
  readonly project: string;
  /** What the installer sent, as `POST /rest/api/3/field`. */
  readonly sent: string[];
  /** How much of Jira's time passes with each call; its own tasks go on meanwhile. */
  paceMs: number;
  /** Answers a call instead of Jira. */
  refuse: ((line: string, count: number) => number | undefined) | undefined;
}

/** Local Jira with the modules of our manifest, behind the SDK of this process; the admin clicks. */
async function openDesk(): Promise<Desk> {
  const read = readManifest(join(__dirname, '../..'));
  if (read.kind === 'refused') throw new Error(read.problems.join('\n'));
  const toy = toyJira({ modules: read.manifest.modules, pagesUrl: 'http://localhost:2991' });
  const key = { key: 'REL', name: 'Releases', projectTypeKey: 'software' };
  const lead = await accountOf(toy, 'admin');
  const made = ok(await toy.as('admin', 'POST', `${API}/project`, { ...key, leadAccountId: lead }));
  const desk: Desk = {
    toy,
    ports: createMemoryPorts(),
    project: String(at(made.body, 'id')),
    sent: [],
    paceMs: 1_500,
    refuse: undefined,
  };
  installForge(
    async (target, path, { method = 'GET', body }) => {
      const content: unknown = body === undefined ? undefined : JSON.parse(body);
      const url = new URL(path, TOY_SITE);
      const errors = requestErrors(method, url, content);
      if (errors.length > 0) throw new Error(errors.join('\n'));
      const line = `${method} ${url.pathname}`;
      desk.sent.push(line);
      const status = desk.refuse?.(line, desk.sent.length);
      if (status !== undefined) return refusal(status);
      const isUser = 'provider' in target && target.provider === 'user';
      const answer = isUser
        ? await toy.as('admin', method, path, content)
        : await toy.asApp(method, path, content);
      toy.clock.pass(desk.paceMs);
      return new Response(answer.text === '' ? null : answer.text, { status: answer.status });
    },
    { appId: 'toy-app', environmentId: 'toy-environment' },
  );
  return desk;
}

const refusal = (status: number) =>
  new Response(JSON.stringify({ errorMessages: ['Jira says no.'], errors: {} }), { status });

const install = ({ ports, project }: Desk) => installWorkflow(ports, installer, project);
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const nameOf = (value: unknown): string => String(at(value, 'name'));

async function installed() {
  const desk = await openDesk();
  const { toy, ports, project } = desk;
  const outcome = await install(desk);
  const settings = await ports.memory.get('policy', project);
  const issueTypeId = settings?.workflow?.issueTypeId;
  const body = { projectAndIssueTypes: [{ projectId: project, issueTypeId }] };
  const answer = ok(await toy.as('admin', 'POST', `${API}/workflows`, body)).body;
  const reason = list(ok(await toy.as('admin', 'GET', `${API}/field`)).body).find(
    (field) => nameOf(field) === 'Reason',
  );
  return { ...desk, desk, outcome, settings, answer, reasonField: at(reason, 'id') };
}

/** The permission scheme of the project: its name, and each grant as one line. */
async function permissionScheme({ toy, project }: Desk) {
  const path = `${API}/project/${project}/permissionscheme?expand=permissions`;
  const { body } = ok(await toy.as('admin', 'GET', path));
  const grants = list(at(body, 'permissions')).map((grant) =>
    [['permission'], ['holder', 'type'], ['holder', 'value']]
      .map((path) => textOf(at(grant, ...path)))
      .join(' '),
  );
  return { id: at(body, 'id'), name: at(body, 'name'), grants };
}

async function createRelease({ toy, project }: Desk, issueTypeId: string): Promise<string> {
  const fields = { project: { id: project }, issuetype: { id: issueTypeId }, summary: 'A release' };
  return String(at(ok(await toy.as('dev', 'POST', `${API}/issue`, { fields })).body, 'id'));
}

async function idOf(toy: ToyJira, kind: 'field' | 'issuetype', name: string): Promise<string> {
  const { body } = ok(await toy.as('admin', 'GET', `${API}/${kind}`));
  return String(
    at(
      list(body).find((one) => nameOf(one) === name),
      'id',
    ),
  );
}

async function fieldsOfScreen(toy: ToyJira, name: string): Promise<readonly unknown[]> {
  const ask = async (path: string) =>
    ok(await toy.as('admin', 'GET', `${API}/screens${path}`)).body;
  const screens = list(at(await ask(''), 'values'));
  const id = String(
    at(
      screens.find((one) => nameOf(one) === name),
      'id',
    ),
  );
  const tab = String(at(await ask(`/${id}/tabs`), 0, 'id'));
  return list(await ask(`/${id}/tabs/${tab}/fields`)).map((field) => at(field, 'id'));
}

/** The page of an issue as a developer gets it. */
async function pageOf(toy: ToyJira, id: string): Promise<string> {
  const signIn = { method: 'POST', path: '/login', body: 'person=dev%40example.com' };
  const cookie = (await toy.send(signIn)).headers['set-cookie']?.split(';')[0] ?? '';
  const key = String(at(ok(await toy.as('dev', 'GET', `${API}/issue/${id}`)).body, 'key'));
  return (await toy.send({ method: 'GET', path: `/browse/${key}`, headers: { cookie } })).text;
}

describe('the installer over Local Jira', () => {
  test('gives the project every status and transition of the table, and remembers their ids', async () => {
    const { outcome, settings, answer } = await installed();
    const template = workflowTemplate();

    expect(outcome).toEqual({ kind: 'done' });
    expect(list(at(answer, 'statuses')).map(nameOf).sort()).toEqual(
      template.statuses.map(({ name }) => name).sort(),
    );
    expect(Object.values(settings?.workflow?.statuses ?? {}).sort()).toEqual(
      template.statuses.map(({ status }) => status).sort(),
    );
    expect(Object.values(settings?.workflow?.statuses ?? {})).toEqual(
      expect.arrayContaining(['sql-pending', 'sql-executing', 'rolling-back', 'rolled-back']),
    );
    expect(list(at(answer, 'workflows', 0, 'transitions')).map(nameOf)).toEqual([
      'Create',
      ...template.transitions.map(({ name }) => name),
    ]);
  });

  test('gives each transition that wants a reason the screen with the field, and no other', async () => {
    const { toy, answer, reasonField } = await installed();
    const withScreen = list(at(answer, 'workflows', 0, 'transitions')).flatMap((transition) => {
      const screen = at(transition, 'transitionScreen', 'parameters', 'screenId');
      return typeof screen === 'string' ? [{ name: nameOf(transition), screen }] : [];
    });

    const wanted = PERSON_TRANSITIONS.filter((row) => row.reason === true).map(({ name }) => name);
    expect(withScreen.map(({ name }) => name)).toEqual(wanted);
    expect(wanted).toEqual(['Reject', 'Report config failed', 'Roll back', 'Abort']);
    const [screen] = new Set(withScreen.map((transition) => transition.screen));
    const tabs = `${API}/screens/${screen ?? ''}/tabs`;
    const tab = at(ok(await toy.as('admin', 'GET', tabs)).body, 0, 'id');
    const fields = ok(await toy.as('admin', 'GET', `${tabs}/${String(tab)}/fields`)).body;
    expect(list(fields).map((field) => at(field, 'id'))).toEqual([reasonField]);
  });

  test('shows environment and reason on releases of the project, and on nothing else', async () => {
    const { desk, toy, settings, reasonField } = await installed();
    const release = await createRelease(desk, settings?.workflow?.issueTypeId ?? '');
    const task = await createRelease(desk, await idOf(toy, 'issuetype', 'Task'));
    const environment = await idOf(toy, 'field', 'Release environment');
    const fields = { [String(reasonField)]: { type: 'doc', version: 1, content: [] } };
    const issueIds = [Number(release), Number(task)];
    const customField = toy.app.moduleAri('release-environment');
    const written = { updates: [{ customField, issueIds, value: 'STAGE' }] };
    ok(await toy.asApp('POST', `${API}/app/field/value`, written));

    const details = async (id: string) => (await pageOf(toy, id)).split('<aside')[1];

    expect(await details(release)).toContain('STAGE');
    expect(await details(task)).not.toContain('STAGE');
    const edited = await toy.as('dev', 'PUT', `${API}/issue/${release}`, { fields });
    expect(at(edited.body, 'errors', String(reasonField))).toContain(
      'not on the appropriate screen',
    );
    const shown = await fieldsOfScreen(toy, 'Interlock release');
    expect(shown).toEqual(expect.arrayContaining([environment, reasonField, 'summary']));
    expect(shown).not.toContain(await idOf(toy, 'field', 'Interlock gate'));
  });

  test('copies the permission scheme, where ours go to the holders of Jira’s own beside them', async () => {
    const desk = await openDesk();
    const before = await permissionScheme(desk);
    await install(desk);
    const after = await permissionScheme(desk);

    expect(before.name).toBe('Default Permission Scheme');
    expect(after.name).toBe(`Interlock permissions (${desk.project})`);
    const beside = (theirs: string, ours: string) =>
      before.grants
        .filter((line) => line.startsWith(`${theirs} `))
        .map((line) => line.replace(theirs, ours));
    const ours = [
      ...beside('EDIT_ISSUES', appPermission('edit-content')),
      ...beside('ADMINISTER_PROJECTS', appPermission('manage-settings')),
    ];
    expect(ours).toHaveLength(4);
    expect([...after.grants].sort()).toEqual([...before.grants, ...ours].sort());
    expect(after.grants.some((line) => line.startsWith('ari:'))).toBe(true);
  });

  test('leaves other projects of the scheme, and a scheme that grants our permissions, as they are', async () => {
    const { toy, desk } = await installed();
    const copy = await permissionScheme(desk);
    const other = { key: 'OTHER', name: 'Other', leadAccountId: await accountOf(toy, 'leader') };
    ok(await toy.as('admin', 'POST', `${API}/project`, other));

    expect(await install(desk)).toEqual({ kind: 'done' });

    expect(await permissionScheme(desk)).toEqual(copy);
    expect((await permissionScheme({ ...desk, project: 'OTHER' })).grants.join()).not.toContain(
      'ari:',
    );
  });

  test('does not touch an earlier copy that says something else by now', async () => {
    const desk = await openDesk();
    const { toy, project } = desk;
    const name = `Interlock permissions (${project})`;
    const holder = { type: 'group', parameter: 'auditors' };
    const grants = { name, permissions: [{ permission: 'EDIT_ISSUES', holder }] };
    const stale = ok(await toy.as('admin', 'POST', `${API}/permissionscheme`, grants)).body;

    await install(desk);

    expect((await permissionScheme(desk)).name).toBe(`${name} 2`);
    const path = `${API}/permissionscheme/${String(at(stale, 'id'))}?expand=permissions`;
    expect(list(at(ok(await toy.as('admin', 'GET', path)).body, 'permissions'))).toHaveLength(1);
  });

  test('lets people edit releases and manage the settings exactly as the scheme then says', async () => {
    const { toy, desk, project, settings } = await installed();
    const issueId = await createRelease(desk, settings?.workflow?.issueTypeId ?? '');
    const jira = createJira('installation');
    const mayEdit = async (name: string) =>
      jira.mayEdit(await accountOf(toy, name), issueId, project);
    const { id } = await permissionScheme(desk);
    const scheme = `${API}/permissionscheme/${String(id)}`;

    expect([await mayEdit('dev'), await managesReleases(project)]).toEqual([true, true]);

    const { body } = ok(await toy.as('admin', 'GET', `${scheme}?expand=permissions`));
    for (const grant of list(at(body, 'permissions'))) {
      if (!String(at(grant, 'permission')).startsWith('ari:')) continue;
      const path = `${scheme}/permission/${String(at(grant, 'id'))}`;
      ok(await toy.as('admin', 'DELETE', path));
    }
    expect([await mayEdit('dev'), await managesReleases(project)]).toEqual([false, false]);

    const permission = appPermission('edit-content');
    const holder = { type: 'group', parameter: 'testers' };
    ok(await toy.as('admin', 'POST', `${scheme}/permission`, { permission, holder }));
    expect([await mayEdit('dev'), await mayEdit('tester')]).toEqual([false, true]);
  });

  test('shows the panel on every issue of the project, and waits until Jira has done so', async () => {
    const desk = await openDesk();
    const { toy, sent } = desk;
    desk.paceMs = 300;
    expect(await install(desk)).toEqual({ kind: 'done' });
    const settings = await desk.ports.memory.get('policy', desk.project);
    const id = await createRelease(desk, settings?.workflow?.issueTypeId ?? '');
    expect(await pageOf(toy, id)).toContain('data-module="release-panel"');
    expect(sent.filter((line) => line.includes('/task/')).length).toBeGreaterThan(1);
  });
});

/** Everything of ours in Jira, by name. */
async function made({ toy }: Desk): Promise<readonly string[]> {
  const names = async (path: string, member?: string) => {
    const { body } = ok(await toy.as('admin', 'GET', `${API}/${path}`));
    return list(member === undefined ? body : at(body, member)).map(nameOf);
  };
  const all = [
    ...(await names('issuetype')),
    ...(await names('field')),
    ...(await names('screens', 'values')),
    ...(await names('screenscheme', 'values')),
    ...(await names('issuetypescreenscheme', 'values')),
    ...(await names('workflowscheme', 'values')),
    ...(await names('permissionscheme', 'permissionSchemes')),
    ...(await names('statuses/search', 'values')),
  ];
  return all.sort();
}

describe('an installation that fails in the middle', () => {
  test('says so in one sentence at each of its writes, and the next one goes on to the same end', async () => {
    const whole = await openDesk();
    expect(await install(whole)).toEqual({ kind: 'done' });
    const ends = { made: await made(whole), permissions: (await permissionScheme(whole)).grants };

    const writes = whole.sent.flatMap((line, index) =>
      line.startsWith('GET') ? [] : [{ line, failing: index + 1 }],
    );
    expect(writes.length).toBeGreaterThan(20);
    for (const { line, failing } of writes) {
      const desk = await openDesk();
      desk.refuse = (_line, count) => (count === failing ? 500 : undefined);
      const outcome = await install(desk);
      const at = `call ${String(failing)}, ${line}`;

      expect([at, outcome]).toEqual([
        at,
        { kind: 'refused', sentence: expect.stringMatching(/^[^:]+ .+: .*Jira says no\. Have a/) },
      ]);
      expect([at, await install(desk)]).toEqual([at, { kind: 'done' }]);
      const reached = {
        made: await made(desk),
        permissions: (await permissionScheme(desk)).grants,
      };
      expect([at, reached]).toEqual([at, ends]);
    }
  });

  test('says so where a look-up fails, be it the person’s or the app’s own', async () => {
    const desk = await openDesk();
    for (const step of [`GET ${API}/field`, `GET ${API}/task/10000`]) {
      desk.refuse = (line) => (line === step ? 500 : undefined);
      expect(await install(desk)).toMatchObject({
        kind: 'refused',
        sentence: expect.stringContaining('Jira says no.'),
      });
      desk.refuse = undefined;
    }
    expect(await install(desk)).toEqual({ kind: 'done' });
  });

  test('because the person is no Jira admin changes nothing', async () => {
    const desk = await openDesk();
    const before = await made(desk);
    desk.refuse = (line) => (line.startsWith('GET') ? undefined : 403);

    const outcome = await install(desk);

    expect(outcome).toMatchObject({ kind: 'refused' });
    expect(await made(desk)).toEqual(before);
    expect((await desk.ports.memory.get('policy', desk.project))?.workflow ?? null).toBeNull();
  });

  test('whose permission scheme cannot be copied leaves the project with its own', async () => {
    const desk = await openDesk();
    const before = await permissionScheme(desk);
    desk.refuse = (line) => (line === `POST ${API}/permissionscheme` ? 403 : undefined);

    expect(await install(desk)).toEqual({
      kind: 'refused',
      sentence: `The workflow could not be installed in ${desk.project}. Permission scheme: Jira says no. Have a Jira admin try again.`,
    });
    expect(await permissionScheme(desk)).toEqual(before);
  });
});

describe('what is installed', () => {
  /** The stored workflow with its text changed, as a Jira admin can in the workflow editor. */
  const edit = ({ toy }: Desk, pattern: string, replacement: string) =>
    toy.database
      .prepare(
        "UPDATE jira_workflow SET document = replace(document, ?, ?) WHERE name LIKE 'Inter%'",
      )
      .run(pattern, replacement);

  test('is created, and found to be as it was made when it is installed again [S0-34]', async () => {
    const { desk, answer, settings } = await installed();

    expect(at(answer, 'workflows', 0, 'id')).toBe(settings?.workflow?.workflowId);
    expect(at(answer, 'workflows', 0, 'name')).toBe(`Interlock releases (${desk.project})`);
    expect(await install(desk)).toEqual({ kind: 'done' });
  });

  test.each([
    ['without a validator', 'forge:expression-validator', 'system:other'],
    ['without a recorder', 'forge:workflow-post-function', 'system:other'],
    ['with a rule switched off', '"disabled":"false"', '"disabled":"true"'],
    ['with a rule of another action', '\\"action\\":\\"start\\"', '\\"action\\":\\"submit\\"'],
    ['without the screen', 'system:transition-screen', 'system:other'],
  ])('is a workflow that drifts: %s, which is told [S1-49]', async (_name, pattern, other) => {
    const { desk } = await installed();
    const { changes } = edit(desk, pattern, other);

    expect(changes).toBe(1);
    expect(await install(desk)).toEqual({
      kind: 'refused',
      sentence: expect.stringMatching(
        /is not as Interlock made it\. The transition .+ is gone, or lacks a rule or the screen/,
      ),
    });
  });

  test('is a workflow scheme that drifts: when releases follow another workflow, that is told [S1-49]', async () => {
    const { toy, desk, project } = await installed();
    const association = { projectId: project, workflowSchemeId: '10000' };
    ok(await toy.as('admin', 'PUT', `${API}/workflowscheme/project`, association));

    expect(await install(desk)).toEqual({
      kind: 'refused',
      sentence: `The release workflow of ${project} is not as Interlock made it. The project’s releases follow the workflow jira; give the project a workflow scheme that leads them through Interlock releases (${project}).`,
    });
  });

  test('is a screen that drifts: fields that were taken from it come back [S1-50]', async () => {
    const { toy, desk, reasonField } = await installed();
    const fields = async () => [
      await fieldsOfScreen(toy, 'Interlock reason'),
      [...(await fieldsOfScreen(toy, 'Interlock release'))].sort(),
    ];
    const before = await fields();
    toy.database
      .prepare('DELETE FROM jira_screen_field WHERE field_id = ?')
      .run(String(reasonField));
    expect(await fields()).not.toEqual(before);

    expect(await install(desk)).toEqual({ kind: 'done' });

    expect(await fields()).toEqual(before);
  });

  test('joins the fields to type, project and screen, again when the project lost them [S1-51]', async () => {
    const { toy, desk, project } = await installed();
    const joined = async () => {
      const schemes = `${API}/issuetypescreenscheme`;
      const uses = ok(await toy.as('admin', 'GET', `${schemes}/project?projectId=${project}`)).body;
      const id = String(at(uses, 'values', 0, 'issueTypeScreenScheme', 'id'));
      const query = `issueTypeScreenSchemeId=${id}`;
      return at(ok(await toy.as('admin', 'GET', `${schemes}/mapping?${query}`)).body, 'values');
    };
    const before = await joined();
    const release = await idOf(toy, 'issuetype', 'Release');
    expect(
      list(before)
        .map((mapping) => at(mapping, 'issueTypeId'))
        .sort(),
    ).toEqual(['default', release].sort());
    const association = { issueTypeScreenSchemeId: '1', projectId: project };
    ok(await toy.as('admin', 'PUT', `${API}/issuetypescreenscheme/project`, association));
    expect(await joined()).not.toEqual(before);

    expect(await install(desk)).toEqual({ kind: 'done' });

    expect(await joined()).toEqual(before);
  });
});
