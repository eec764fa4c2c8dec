import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from '@jest/globals';
import { MODELLED_ROUTES } from '../../../local/services/jira/rest/api';
import { contractErrors, requestErrors } from '../../support/jira-contract';
import { toyJira, TOY_SITE, type ToyJira } from '../../support/toy-jira';
import { at, list } from '../../support/toy-jira-values';
import {
  accountOf,
  issue,
  move,
  ok,
  project,
  statusOf,
  workflowRequest,
} from '../../support/toy-workflow';

const API = '/rest/api/3';
const paragraph = (text: string) => ({ type: 'paragraph', content: [{ type: 'text', text }] });
const adf = (text: string) => ({ type: 'doc', version: 1, content: [paragraph(text)] });

const FIELD = {
  type: 'jira:customField',
  key: 'environment',
  properties: { name: 'Environment', type: 'string', readOnly: true },
} as const;

const PANEL = { type: 'jira:issuePanel', key: 'panel', properties: { title: 'Panel' } } as const;

/** Calls each endpoint once with success; every answer is compared with Atlassian's description. */
async function walk(toy: ToyJira): Promise<readonly string[]> {
  const called: string[] = [];
  const by = async (who: string, method: string, path: string, body?: unknown) => {
    called.push(`${method} ${path.split('?')[0] ?? ''}`);
    return ok(await toy.as(who, method, path, body)).body;
  };
  const asAdmin = (method: string, path: string, body?: unknown) =>
    by('admin', method, `${API}${path}`, body);
  const asDev = (method: string, path: string, body?: unknown) =>
    by('dev', method, `${API}${path}`, body);

  const leader = await accountOf(toy, 'leader');
  const dev = String(at(await asDev('GET', '/myself'), 'accountId'));
  await asDev('GET', `/user?accountId=${dev}&expand=groups`);
  await asDev('GET', `/user/groups?accountId=${dev}`);
  await asDev('GET', '/user/search?query=lee');
  const group = String(at(await asAdmin('POST', '/group', { name: 'pilots' }), 'groupId'));
  await asDev('GET', `/group?groupId=${group}`);
  await asDev('GET', '/group/bulk?groupName=pilots');
  await asAdmin('POST', `/group/user?groupId=${group}`, { accountId: dev });
  await asDev('GET', `/group/member?groupId=${group}`);
  await asAdmin('DELETE', `/group/user?groupId=${group}&accountId=${dev}`);
  await asDev('GET', '/groups/picker?query=pil');

  await asAdmin('POST', '/project', { key: 'REL', name: 'Releases', leadAccountId: leader });
  await asDev('GET', '/project');
  await asDev('GET', '/project/search?query=rel');
  const projectId = at(await asDev('GET', '/project/REL'), 'id');
  await asDev('GET', '/project/REL/statuses');
  await asDev('GET', '/role');
  await asDev('GET', '/project/REL/role');
  await asAdmin('POST', '/project/REL/role/10004', { groupId: [group], user: [dev] });
  await asAdmin('GET', '/project/REL/role/10004');
  await asAdmin('DELETE', `/project/REL/role/10004?user=${dev}`);

  const status = { name: 'Paused', statusCategory: 'IN_PROGRESS' };
  const scope = { type: 'GLOBAL' };
  const statuses = await asAdmin('POST', '/statuses', { scope, statuses: [status] });
  await asDev('GET', '/status');
  await asDev('GET', '/status/Paused');
  await asDev('GET', `/statuses?id=${String(at(statuses, 0, 'id'))}`);
  await asDev('GET', '/statuses/search?searchString=pau');
  const type = await asAdmin('POST', '/issuetype', { name: 'Release' });
  await asDev('GET', '/issuetype');
  await asDev('GET', `/issuetype/project?projectId=${String(projectId)}`);
  await asDev('GET', `/issuetype/${String(at(type, 'id'))}`);
  await asAdmin('GET', '/issuetypescheme');
  const offers = await asAdmin('GET', `/issuetypescheme/project?projectId=${String(projectId)}`);
  const issueTypes = String(at(offers, 'values', 0, 'issueTypeScheme', 'id'));
  await asAdmin('PUT', `/issuetypescheme/${issueTypes}/issuetype`, {
    issueTypeIds: [at(type, 'id')],
  });

  const textField = 'com.atlassian.jira.plugin.system.customfieldtypes:textfield';
  const reason = String(
    at(await asAdmin('POST', '/field', { name: 'Reason', type: textField }), 'id'),
  );
  await asDev('GET', '/field');
  await asDev('GET', '/field/search?query=rea');
  const screen = String(at(await asAdmin('POST', '/screens', { name: 'Reason screen' }), 'id'));
  await asAdmin('GET', '/screens?queryString=reason');
  await asAdmin('POST', `/screens/addToDefault/${reason}`);
  await asAdmin('GET', `/screens/${screen}/tabs`);
  const tab = String(at(await asAdmin('POST', `/screens/${screen}/tabs`, { name: 'More' }), 'id'));
  await asAdmin('POST', `/screens/${screen}/tabs/${tab}/fields`, { fieldId: reason });
  await asAdmin('GET', `/screens/${screen}/tabs/${tab}/fields`);

  const schemes = { name: 'Release screens', screens: { default: Number(screen) } };
  const screens = String(at(await asAdmin('POST', '/screenscheme', schemes), 'id'));
  await asAdmin('GET', `/screenscheme?id=${screens}`);
  const byType = await asAdmin('POST', '/issuetypescreenscheme', {
    name: 'Screens by type',
    issueTypeMappings: [
      { issueTypeId: 'default', screenSchemeId: '1' },
      { issueTypeId: at(type, 'id'), screenSchemeId: screens },
    ],
  });
  await asAdmin('GET', '/issuetypescreenscheme?queryString=by');
  await asAdmin('GET', '/issuetypescreenscheme/mapping?issueTypeScreenSchemeId=1');
  await asAdmin('GET', `/issuetypescreenscheme/project?projectId=${String(projectId)}`);

  const workflow = workflowRequest(
    'Release',
    ['Ready'],
    [{ name: 'Again', from: 'any', to: 'Ready' }],
  );
  await asAdmin('POST', '/workflows/create/validation', { payload: workflow });
  await asAdmin('POST', '/workflows/create', workflow);
  await asAdmin('POST', '/workflows', { workflowNames: ['Release'] });
  await asAdmin('GET', '/workflows/search?queryString=rel');
  await asAdmin('GET', '/workflows/capabilities');
  const scheme = String(
    at(await asAdmin('POST', '/workflowscheme', { name: 'R', defaultWorkflow: 'Release' }), 'id'),
  );
  await asAdmin('GET', '/workflowscheme');
  await asAdmin('GET', `/workflowscheme/${scheme}`);
  await asAdmin('PUT', '/workflowscheme/project', { projectId, workflowSchemeId: scheme });
  await asAdmin('GET', `/workflowscheme/project?projectId=${String(projectId)}`);

  await asDev('GET', '/permissions');
  await asDev('GET', '/mypermissions?permissions=EDIT_ISSUES');
  await asDev('POST', '/permissions/check', { globalPermissions: ['ADMINISTER'] });
  await asDev('GET', '/permissionscheme');
  const grant = { permission: 'EDIT_ISSUES', holder: { type: 'reporter' } };
  const permissions = String(
    at(await asAdmin('POST', '/permissionscheme', { name: 'P', permissions: [grant] }), 'id'),
  );
  await asDev('GET', `/permissionscheme/${permissions}`);
  await asDev('GET', `/permissionscheme/${permissions}/permission`);
  const granted = await asAdmin('POST', `/permissionscheme/${permissions}/permission`, grant);
  await asAdmin(
    'DELETE',
    `/permissionscheme/${permissions}/permission/${String(at(granted, 'id'))}`,
  );
  await asDev('GET', '/project/REL/permissionscheme');
  await asAdmin('PUT', '/project/REL/permissionscheme', { id: 0 });
  const pinned = await asAdmin('POST', '/forge/panel/action/bulk/async', {
    moduleId: toy.app.moduleAri('panel'),
    projectList: [{ action: 'PIN', projectIdOrKey: 'REL' }],
  });
  await asAdmin('GET', `/task/${String(at(pinned, 'taskId'))}`);

  await asAdmin('PUT', '/issuetypescreenscheme/project', {
    issueTypeScreenSchemeId: at(byType, 'id'),
    projectId,
  });
  await asAdmin('PUT', '/issuetypescreenscheme/project', {
    issueTypeScreenSchemeId: '1',
    projectId,
  });
  const fields = {
    project: { id: projectId },
    issuetype: { id: at(type, 'id') },
    summary: 'A release',
    description: adf('What it brings'),
    labels: ['hot'],
    [reason]: 'because',
  };
  const key = String(at(await asDev('POST', '/issue', { fields }), 'key'));
  const path = `/issue/${key}`;
  const parent = { key };
  const subtask = { ...fields, parent, issuetype: { name: 'Sub-task' } };
  await asDev('POST', '/issue', { fields: subtask });
  await asDev('PUT', path, {
    fields: { summary: 'Another', assignee: { accountId: leader } },
    update: { labels: [{ add: 'new' }, { remove: 'hot' }], comment: [{ add: { body: adf('x') } }] },
  });
  await asDev('GET', `${path}?expand=names,changelog,transitions&properties=*all`);
  await asDev('GET', `${path}/editmeta`);
  await asDev('GET', `${path}/transitions?expand=transitions.fields`);
  await asDev('POST', `${path}/transitions`, { transition: { id: '11' } });
  await asDev('GET', `${path}/changelog`);
  const comment = `${path}/comment/${String(at(await asDev('POST', `${path}/comment`, { body: adf('Hi') }), 'id'))}`;
  const said = await asDev('GET', `${path}/comment?orderBy=-created`);
  const ids = list(at(said, 'comments')).map((one) => Number(at(one, 'id')));
  await asDev('POST', '/comment/list?expand=properties', { ids });
  await asDev('GET', comment);
  await asDev('PUT', comment, { body: adf('Ho') });
  await asDev('DELETE', comment);
  for (const owner of [path, '/project/REL']) {
    await asAdmin('PUT', `${owner}/properties/mark`, { a: 1 });
    await asDev('GET', `${owner}/properties`);
    await asDev('GET', `${owner}/properties/mark`);
    await asAdmin('DELETE', `${owner}/properties/mark`);
  }
  const issueId = Number(at(await asDev('GET', path), 'id'));
  const update = { issueIds: [issueId], value: 'UAT' };
  for (const [method, target, body] of [
    ['PUT', '/app/field/customfield_10000/value', { updates: [update] }],
    ['POST', '/app/field/value', { updates: [{ ...update, customField: 'customfield_10000' }] }],
  ] as const) {
    called.push(`${method} ${API}${target}`);
    ok(await toy.asApp(method, `${API}${target}`, body));
  }
  toy.clock.pass(5_000);
  await asDev('POST', '/search/jql', {
    jql: 'project = REL',
    fields: ['*all'],
    expand: 'changelog',
  });
  await asDev('GET', '/search/jql?jql=project%20%3D%20REL');
  await asDev('POST', '/search/approximate-count', { jql: 'project = REL' });
  await by('admin', 'POST', '/local/force-status', { issue: key, statusId: at(statuses, 0, 'id') });
  await by('leader', 'DELETE', `${API}${path}?deleteSubtasks=true`);
  return called;
}

describe('the REST API', () => {
  test('answers every modelled endpoint as Atlassian describes it', async () => {
    const called = await walk(toyJira({ modules: [FIELD, PANEL] }));

    const missed = MODELLED_ROUTES.filter(
      ({ method, pattern }) =>
        !called.some((line) => {
          const [verb = '', path = ''] = line.split(' ');
          return verb === method && pattern.test(path);
        }),
    );
    expect(missed.map(({ method, pattern }) => `${method} ${pattern.source}`)).toEqual([]);
  });

  test.each([
    ['a missing description', 'GET', '/rest/api/3/no-such-thing', 200, {}],
    ['a wrong type', 'GET', '/rest/api/3/myself', 200, { accountId: 7 }],
    ['a member that is not described', 'GET', '/rest/api/3/myself', 200, { nick: 'x' }],
    ['a status that is not described', 'GET', '/rest/api/3/myself', 204, undefined],
    ['an error in another shape', 'GET', '/rest/api/3/issue/X-1', 404, { message: 'gone' }],
    ['a time in another form', 'GET', '/rest/api/3/issue/X-1/comment/1', 200, { created: 'now' }],
  ])('would be caught with %s', (_name, method, path, status, body) => {
    expect(contractErrors(method, path, status, body)).not.toEqual([]);
  });
});

describe('a request', () => {
  const SCHEMES = '/rest/api/3/permissionscheme';

  test.each([
    ['to an unknown address', 'GET', '/rest/api/3/permissionschemes', undefined],
    ['with an unknown parameter', 'GET', `${SCHEMES}?expanded=permissions`, undefined],
    ['with a body where none belongs', 'GET', SCHEMES, {}],
    ['without a member', 'POST', SCHEMES, { description: 'nameless' }],
    [
      'with a member too many',
      'POST',
      '/rest/api/3/screenscheme',
      { name: 'x', screens: {}, a: 1 },
    ],
  ])('%s would be caught', (_name, method, path, body) => {
    expect(requestErrors(method, new URL(path, TOY_SITE), body)).not.toEqual([]);
  });

  test('as Atlassian describes it passes', () => {
    const url = new URL(`${SCHEMES}?expand=permissions`, TOY_SITE);

    expect(requestErrors('GET', url, undefined)).toEqual([]);
    expect(requestErrors('POST', url, { name: 'x', permissions: [] })).toEqual([]);
  });
});

describe('an issue', () => {
  test('shows its parts, its parent and its comments', async () => {
    const toy = toyJira();
    await project(toy);
    const key = await issue(toy, 'Whole');
    const fields = {
      project: { key: 'REL' },
      issuetype: { name: 'Sub-task' },
      parent: { key },
      summary: 'Part',
    };
    const part = ok(await toy.as('dev', 'POST', `${API}/issue`, { fields }));
    ok(await toy.as('dev', 'POST', `${API}/issue/${key}/comment`, { body: adf('Looks good') }));

    const whole = ok(await toy.as('dev', 'GET', `${API}/issue/${key}`)).body;
    const piece = ok(
      await toy.as('dev', 'GET', `${API}/issue/${String(at(part.body, 'id'))}`),
    ).body;

    expect(at(whole, 'fields', 'subtasks', 0, 'fields', 'summary')).toBe('Part');
    expect(at(whole, 'fields', 'comment', 'total')).toBe(1);
    expect(at(piece, 'fields', 'parent', 'key')).toBe(key);
    expect(at(whole, 'fields')).not.toHaveProperty('parent');
  });

  test.each([
    ['no summary', {}, 'summary', 'You must specify a summary of the issue.'],
    ['an empty summary', { summary: '  ' }, 'summary', 'You must specify a summary of the issue.'],
    ['a long summary', { summary: 'x'.repeat(256) }, 'summary', "can't exceed 255 characters"],
    ['two lines of summary', { summary: 'a\nb' }, 'summary', 'newline characters'],
    [
      'a plain description',
      { summary: 'a', description: 'text' },
      'description',
      'Atlassian Document',
    ],
    [
      'a broken document',
      {
        summary: 'a',
        description: { type: 'doc', version: 1, content: [{ type: 'text', text: '' }] },
      },
      'description',
      'Atlassian Document',
    ],
    [
      'an unknown person',
      { summary: 'a', assignee: { accountId: 'x' } },
      'assignee',
      'does not exist',
    ],
    ['a label with a space', { summary: 'a', labels: ['a b'] }, 'labels', 'contains spaces'],
    ['an unknown field', { summary: 'a', colour: 'red' }, 'colour', "Field 'colour' cannot be set"],
    ['a status', { summary: 'a', status: { id: '1' } }, 'status', "Field 'status' cannot be set"],
    ['a parent of a task', { summary: 'a', parent: { key: 'REL-1' } }, 'parent', 'Only sub-tasks'],
  ])('with %s is not created', async (_name, more, field, sentence) => {
    const toy = toyJira();
    await project(toy);
    await issue(toy);
    const fields = { project: { key: 'REL' }, issuetype: { name: 'Task' }, ...more };

    const answer = await toy.as('dev', 'POST', `${API}/issue`, { fields });

    expect(answer.status).toBe(400);
    expect(at(answer.body, 'errors', field)).toContain(sentence);
  });

  test('is edited as a whole or not at all, and edits that change nothing leave no trace', async () => {
    const toy = toyJira();
    await project(toy);
    const key = await issue(toy);
    const edit = (body: unknown) => toy.as('dev', 'PUT', `${API}/issue/${key}`, body);

    const partly = await edit({ fields: { summary: 'New', labels: ['a b'] } });
    const twice = await edit({ fields: { labels: ['a'] }, update: { labels: [{ add: 'b' }] } });
    const wrongVerb = await edit({ update: { summary: [{ add: 'x' }] } });
    const same = await edit({ fields: { summary: 'A release' } });

    expect([partly.status, twice.status, wrongVerb.status, same.status]).toEqual([
      400, 400, 400, 204,
    ]);
    const read = ok(await toy.as('dev', 'GET', `${API}/issue/${key}?expand=changelog`)).body;
    expect(at(read, 'fields', 'summary')).toBe('A release');
    expect(at(read, 'changelog', 'total')).toBe(0);
  });

  test('is moved with fields of the screen only', async () => {
    const toy = toyJira();
    await project(toy);
    const key = await issue(toy);

    const withField = await move(toy, 'dev', key, '21', { fields: { summary: 'x' } });
    const withComment = await move(toy, 'dev', key, '21', {
      update: { comment: [{ add: { body: adf('x') } }] },
    });
    const unknown = await move(toy, 'dev', key, '99');
    const nameless = await toy.as('dev', 'POST', `${API}/issue/${key}/transitions`, {});

    expect(at(withField.body, 'errors', 'summary')).toContain('not on the appropriate screen');
    expect(at(withComment.body, 'errors', 'comment')).toContain('not on the appropriate screen');
    expect(at(unknown.body, 'errorMessages')).toEqual([
      "Transition id '99' is not valid for this issue.",
    ]);
    expect(at(nameless.body, 'errorMessages')).toEqual(["Missing 'transition' identifier"]);
    expect(await statusOf(toy, key)).toBe('To Do');
  });

  test('that loops has no history entry, and is moved all the same', async () => {
    const toy = toyJira();
    await project(toy);
    const key = await issue(toy);

    const looped = await move(toy, 'dev', key, '11');

    expect(looped.status).toBe(204);
    expect(at((await toy.as('dev', 'GET', `${API}/issue/${key}/changelog`)).body, 'total')).toBe(0);
  });

  test('with sub-tasks is deleted only together with them', async () => {
    const toy = toyJira();
    await project(toy);
    const key = await issue(toy);
    const fields = {
      project: { key: 'REL' },
      issuetype: { name: 'Sub-task' },
      parent: { key },
      summary: 'Part',
    };
    ok(await toy.as('dev', 'POST', `${API}/issue`, { fields }));

    const alone = await toy.as('leader', 'DELETE', `${API}/issue/${key}`);
    const together = await toy.as('leader', 'DELETE', `${API}/issue/${key}?deleteSubtasks=true`);

    expect([alone.status, together.status]).toEqual([400, 204]);
    expect((await toy.as('dev', 'GET', `${API}/issue/REL-2`)).status).toBe(404);
  });
});

describe('a comment', () => {
  test('keeps the properties that it was made with, and shows them in the list by ids only', async () => {
    const toy = toyJira();
    await project(toy);
    const key = await issue(toy);
    const properties = [{ key: 'mark', value: { mark: 'm-1' } }];
    const path = `${API}/issue/${key}/comment`;
    const made = ok(await toy.asApp('POST', path, { body: adf('Once'), properties }));
    const ids = [Number(at(made.body, 'id')), 7];

    const plain = ok(await toy.asApp('GET', path));
    const listed = ok(await toy.asApp('POST', `${API}/comment/list?expand=properties`, { ids }));
    const hidden = ok(await toy.asApp('POST', `${API}/comment/list`, { ids }));
    ok(await toy.as('leader', 'DELETE', `${API}/issue/${key}`));
    const gone = ok(await toy.asApp('POST', `${API}/comment/list`, { ids }));

    expect(at(plain.body, 'comments', 0)).not.toHaveProperty('properties');
    expect(at(listed.body, 'values')).toEqual([expect.objectContaining({ properties })]);
    expect(at(hidden.body, 'values', 0)).not.toHaveProperty('properties');
    expect(at(gone.body, 'values')).toEqual([]);
  });
});

describe('an issue type', () => {
  test('that is new is offered in a project only when its scheme takes it', async () => {
    const toy = toyJira();
    await project(toy);
    const projectId = String(at((await toy.as('dev', 'GET', `${API}/project/REL`)).body, 'id'));
    const type = ok(await toy.as('admin', 'POST', `${API}/issuetype`, { name: 'Release' }));
    const typeId = String(at(type.body, 'id'));
    const create = () =>
      toy.as('dev', 'POST', `${API}/issue`, {
        fields: { project: { key: 'REL' }, issuetype: { id: typeId }, summary: 'A release' },
      });
    const schemes = `${API}/issuetypescheme`;
    const found = ok(await toy.as('admin', 'GET', `${schemes}/project?projectId=${projectId}`));
    const schemeId = String(at(found.body, 'values', 0, 'issueTypeScheme', 'id'));
    const add = () =>
      toy.as('admin', 'PUT', `${schemes}/${schemeId}/issuetype`, { issueTypeIds: [typeId] });

    const early = await create();
    const added = await add();
    const twice = await add();
    const late = await create();

    expect(early.status).toBe(400);
    expect(at(early.body, 'errors', 'issuetype')).toBe('Specify a valid issue type');
    expect([added.status, twice.status, late.status]).toEqual([204, 400, 201]);
    const offered = ok(
      await toy.as('dev', 'GET', `${API}/issuetype/project?projectId=${projectId}`),
    );
    expect(list(offered.body).map((one) => at(one, 'name'))).toEqual([
      'Task',
      'Sub-task',
      'Release',
    ]);
  });
});

describe('a project', () => {
  test('is administered by its lead and by the administrators of Jira, who may delete in it', async () => {
    const toy = toyJira();
    await project(toy);
    const [first, second, third] = [await issue(toy), await issue(toy), await issue(toy)];
    const remove = async (who: string, key: string) =>
      (await toy.as(who, 'DELETE', `${API}/issue/${key}`)).status;

    expect(await remove('admin', first)).toBe(204);
    expect(await remove('leader', second)).toBe(204);
    expect(await remove('dev', third)).toBe(403);
  });

  test.each([
    ['a key of one letter', { key: 'R' }, 'projectKey', 'uppercase letter'],
    ['a key that is taken', { name: 'Another' }, 'projectKey', 'uses this project key'],
    ['a name that is taken', { key: 'OTHER' }, 'projectName', 'already exists'],
    [
      'an unknown lead',
      { key: 'OTHER', name: 'Another', leadAccountId: 'x' },
      'projectLead',
      'valid project lead',
    ],
  ])('with %s is not created', async (_name, change, field, sentence) => {
    const toy = toyJira();
    await project(toy);
    const leadAccountId = await accountOf(toy, 'leader');
    const body = { key: 'REL', name: 'Releases', leadAccountId, ...change };

    const answer = await toy.as('admin', 'POST', `${API}/project`, body);

    expect(answer.status).toBe(400);
    expect(at(answer.body, 'errors', field)).toContain(sentence);
  });
});

describe('a site', () => {
  test('starts with its people and groups, without a project, and keeps its state over a restart', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'local-jira-'));
    try {
      const file = join(directory, 'jira.sqlite');
      const firstDatabase = new DatabaseSync(file);
      const first = toyJira({}, firstDatabase);
      const groups = ok(await first.as('dev', 'GET', `${API}/group/bulk`)).body;
      const projects = ok(await first.as('dev', 'GET', `${API}/project`)).body;
      await project(first);
      const key = await issue(first);
      ok(await move(first, 'leader', key, '21'));
      firstDatabase.close();

      const secondDatabase = new DatabaseSync(file);
      const second = toyJira({}, secondDatabase);

      expect(list(at(groups, 'values')).map((group) => at(group, 'name'))).toEqual([
        'auditors',
        'cto',
        'dbas',
        'developers',
        'jira-administrators',
        'jira-users',
        'leaders',
        'operations',
        'product',
        'qa',
        'testers',
      ]);
      expect(projects).toEqual([]);
      expect(await statusOf(second, key)).toBe('In Progress');
      expect(await issue(second)).toBe('REL-2');
      secondDatabase.close();
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  test('tells the host where a page stands, for those who may see it', async () => {
    const toy = toyJira();
    await project(toy);
    const key = await issue(toy);
    const dev = await accountOf(toy, 'dev');

    expect(toy.jira.locate(dev, { issueKey: key })).toEqual({
      kind: 'found',
      context: {
        issue: { id: expect.any(String), key, type: 'Task', typeId: '10000' },
        project: { id: '10000', key: 'REL', type: 'software' },
      },
    });
    expect(toy.jira.locate(dev, { projectKey: 'REL' })).toMatchObject({ kind: 'found' });
    expect(toy.jira.locate(dev, {})).toEqual({ kind: 'found', context: {} });
    expect(toy.jira.locate(dev, { projectKey: 'NO' })).toEqual({ kind: 'hidden' });
    expect(toy.jira.isAdmin(dev)).toBe(false);
    expect(toy.jira.isAdmin(await accountOf(toy, 'admin'))).toBe(true);
  });
});
