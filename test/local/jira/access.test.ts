import { describe, expect, test } from '@jest/globals';
import { basic, toyJira, TOY_APP_ACCOUNT, TOY_SITE } from '../../support/toy-jira';
import { at } from '../../support/toy-jira-values';
import { accountOf, issue, move, ok, project } from '../../support/toy-workflow';

const FIELD = {
  type: 'jira:customField',
  key: 'gate-field',
  properties: { name: 'Gate', type: 'object', readOnly: true },
} as const;
const PERMISSION = {
  type: 'jira:projectPermission',
  key: 'approve',
  properties: { name: 'Approve releases', description: '' },
} as const;
const APPROVE = 'ari:cloud:ecosystem::extension/toy-app/toy-environment/static/approve';

describe('the API', () => {
  test.each([
    ['nobody', {}],
    ['a wrong token', { authorization: basic('dev', 'local-admin') }],
    ['an unknown address', { authorization: basic('nobody') }],
    ['a bearer token', { authorization: 'Bearer local-dev' }],
    ['rubbish', { authorization: 'Basic ###' }],
    ['a made-up session', { cookie: 'local-jira-session=abc' }],
    [
      'a right token sent to another name',
      { authorization: basic('dev'), host: 'evil.example:2990' },
    ],
  ])('answers 401 to %s', async (_name, headers) => {
    const toy = toyJira();

    const answer = await toy.send({ method: 'GET', path: '/rest/api/3/myself', headers });

    expect(answer.status).toBe(401);
    expect(at(answer.body, 'errorMessages', 0)).toBe(
      'Client must be authenticated to access this resource.',
    );
  });

  test('may be addressed as localhost', async () => {
    const toy = toyJira();
    const headers = { authorization: basic('dev'), host: 'localhost:2990' };

    expect((await toy.send({ method: 'GET', path: '/rest/api/3/myself', headers })).status).toBe(
      200,
    );
  });

  test('knows every person by e-mail address and API token, and the app by its account', async () => {
    const toy = toyJira();
    const names = ['admin', 'dev', 'tester', 'dba', 'leader', 'backup', 'ops', 'qa', 'po'];

    for (const name of [...names, 'cto', 'auditor']) {
      const me = ok(await toy.as(name, 'GET', '/rest/api/3/myself'));

      expect(at(me.body, 'emailAddress')).toBe(`${name}@example.com`);
      expect(at(me.body, 'accountId')).toMatch(/^([0-9a-f]{24}|712020:[0-9a-f-]{36})$/);
    }
    const app = ok(await toy.asApp('GET', '/rest/api/3/myself'));
    expect(app.body).toMatchObject({ accountId: TOY_APP_ACCOUNT, accountType: 'app' });
  });

  test('answers 501 to what it does not model, and says so in the log', async () => {
    const toy = toyJira();

    const answer = await toy.as('admin', 'GET', '/rest/api/3/dashboard');

    expect(answer.status).toBe(501);
    expect(toy.logged.join()).toContain('does not model GET /rest/api/3/dashboard');
  });

  test('answers 400 to a body that is not JSON', async () => {
    const toy = toyJira();
    const headers = { authorization: basic('dev') };

    const answer = await toy.send({
      method: 'POST',
      path: '/rest/api/3/issue',
      headers,
      body: '{',
    });

    expect(answer.status).toBe(400);
  });

  test('refuses a change that a page of another site sends with the session of the site', async () => {
    const toy = toyJira();
    const signIn = await toy.send({
      method: 'POST',
      path: '/login',
      body: 'person=admin%40example.com',
    });
    const cookie = (signIn.headers['set-cookie'] ?? '').split(';')[0] ?? '';
    const request = { method: 'POST', path: '/rest/api/3/group', body: '{"name":"evil"}' };

    const foreign = await toy.send({
      ...request,
      headers: { cookie, origin: 'http://evil.example' },
    });
    const own = await toy.send({ ...request, headers: { cookie, origin: TOY_SITE } });

    expect(foreign.status).toBe(403);
    expect(own.status).toBe(201);
  });
});

describe('an issue that one may not browse', () => {
  test('looks like one that does not exist, whatever one asks', async () => {
    const toy = toyJira();
    await project(toy);
    const key = await issue(toy);
    const scheme = ok(
      await toy.as('admin', 'POST', '/rest/api/3/permissionscheme', {
        name: 'Leaders only',
        permissions: [
          { permission: 'BROWSE_PROJECTS', holder: { type: 'group', parameter: 'leaders' } },
        ],
      }),
    );
    const id = at(scheme.body, 'id');
    ok(await toy.as('admin', 'PUT', '/rest/api/3/project/REL/permissionscheme', { id }));
    const calls = [
      ['GET', ''],
      ['PUT', ''],
      ['DELETE', ''],
      ['GET', '/transitions'],
      ['POST', '/transitions'],
      ['GET', '/comment'],
      ['POST', '/comment'],
      ['GET', '/changelog'],
      ['GET', '/properties'],
      ['PUT', '/properties/x'],
    ] as const;

    for (const [method, path] of calls) {
      const hidden = await toy.as('dev', method, `/rest/api/3/issue/${key}${path}`, {});
      const missing = await toy.as('dev', method, `/rest/api/3/issue/REL-99${path}`, {});

      expect(hidden.status).toBe(404);
      expect(hidden.text).toBe(missing.text);
    }
    toy.clock.pass(5_000);
    const found = await toy.as('dev', 'POST', '/rest/api/3/search/jql', { jql: `key = ${key}` });
    expect(at(found.body, 'issues')).toEqual([]);
    expect((await toy.as('leader', 'GET', `/rest/api/3/issue/${key}`)).status).toBe(200);
    expect(toy.jira.locate(await accountOf(toy, 'dev'), { issueKey: key })).toEqual({
      kind: 'hidden',
    });
  });
});

describe('a read-only field of the app', () => {
  test('is written by the app itself and by nobody else, on no way', async () => {
    const toy = toyJira({ modules: [FIELD] });
    await project(toy);
    const key = await issue(toy);
    const issueId = Number(at((await toy.as('dev', 'GET', `/rest/api/3/issue/${key}`)).body, 'id'));
    const path = '/rest/api/3/app/field/customfield_10000/value';
    const update = { updates: [{ issueIds: [issueId], value: { due: 'start' } }] };
    ok(await toy.as('admin', 'POST', '/rest/api/3/screens/addToDefault/customfield_10000'));

    const byAdmin = await toy.as('admin', 'PUT', path, update);
    const onBehalf = await toy.asApp('PUT', path, update, await accountOf(toy, 'admin'));
    const byEdit = await toy.as('admin', 'PUT', `/rest/api/3/issue/${key}`, {
      fields: { customfield_10000: { due: 'start' } },
    });
    const byAppEdit = await toy.asApp('PUT', `/rest/api/3/issue/${key}`, {
      fields: { customfield_10000: { due: 'start' } },
    });
    const byCreation = await toy.as('dev', 'POST', '/rest/api/3/issue', {
      fields: {
        project: { key: 'REL' },
        issuetype: { name: 'Task' },
        summary: 'Forged',
        customfield_10000: { due: 'start' },
      },
    });
    const byApp = await toy.asApp('PUT', path, update);

    expect([byAdmin.status, onBehalf.status]).toEqual([403, 403]);
    expect([byEdit.status, byAppEdit.status, byCreation.status]).toEqual([400, 400, 400]);
    expect(at(byEdit.body, 'errors', 'customfield_10000')).toContain('cannot be set');
    expect(byApp.status).toBe(204);
    const read = ok(await toy.as('dev', 'GET', `/rest/api/3/issue/${key}`));
    expect(at(read.body, 'fields', 'customfield_10000')).toEqual({ due: 'start' });
  });

  test('is found by its ARI as well, writes many fields at once, and all or nothing', async () => {
    const toy = toyJira({ modules: [FIELD] });
    await project(toy);
    const key = await issue(toy);
    const issueId = Number(at((await toy.as('dev', 'GET', `/rest/api/3/issue/${key}`)).body, 'id'));
    const customField = 'ari:cloud:ecosystem::extension/toy-app/toy-environment/static/gate-field';
    const fine = { customField, issueIds: [issueId], value: { due: 'x' } };

    const partly = await toy.asApp('POST', '/rest/api/3/app/field/value', {
      updates: [fine, { ...fine, value: 'no object' }],
    });
    const missing = await toy.asApp('POST', '/rest/api/3/app/field/value', {
      updates: [{ ...fine, customField: 'customfield_1' }],
    });
    const before = ok(await toy.as('dev', 'GET', `/rest/api/3/issue/${key}`));
    const all = await toy.asApp('POST', '/rest/api/3/app/field/value', { updates: [fine] });

    expect(partly.status).toBe(400);
    expect(missing.status).toBe(404);
    expect(at(before.body, 'fields', 'customfield_10000')).toBeNull();
    expect(all.status).toBe(204);
  });

  test('keeps its id when the site starts again', async () => {
    const first = toyJira({ modules: [FIELD] });
    const second = toyJira({ modules: [{ ...FIELD, key: 'new-field' }, FIELD] }, first.database);

    const fields = ok(await second.as('dev', 'GET', '/rest/api/3/field')).body;

    expect(fields).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          id: 'customfield_10000',
          key: expect.stringMatching(/gate-field$/),
        }),
        expect.objectContaining({
          id: 'customfield_10001',
          key: expect.stringMatching(/new-field$/),
        }),
      ]),
    );
  });
});

describe('writes of the app to one issue', () => {
  test('are 20 in 2 seconds and 100 in 30 seconds; people are not limited', async () => {
    const toy = toyJira();
    await project(toy);
    const key = await issue(toy);
    const other = await issue(toy);
    const write = (target: string) =>
      toy.asApp('PUT', `/rest/api/3/issue/${target}/properties/x`, { value: 1 });
    const burst = async (count: number) => {
      const statuses = [];
      for (let made = 0; made < count; made += 1) statuses.push((await write(key)).status);
      return statuses.filter((status) => status === 429).length;
    };

    expect(await burst(20)).toBe(0);
    const refused = await write(key);
    expect(refused.status).toBe(429);
    expect(refused.headers['ratelimit-reason']).toBe('jira-per-issue-on-write');
    expect(refused.headers['retry-after']).toBe('2');
    expect((await write(other)).status).toBe(201);
    expect((await toy.as('dev', 'PUT', `/rest/api/3/issue/${key}/properties/x`, 1)).status).toBe(
      200,
    );
    for (let windows = 0; windows < 4; windows += 1) {
      toy.clock.pass(2_000);
      expect(await burst(20)).toBe(0);
    }
    toy.clock.pass(2_000);
    const full = await write(key);
    expect(full.status).toBe(429);
    expect(full.headers['retry-after']).toBe('20');
    toy.clock.pass(20_000);
    expect((await write(key)).status).toBe(200);
  });

  test('count when they are made on behalf of somebody, and transitions count', async () => {
    const toy = toyJira();
    await project(toy);
    const key = await issue(toy);
    const leader = await accountOf(toy, 'leader');
    const path = `/rest/api/3/issue/${key}/transitions`;

    for (let made = 0; made < 20; made += 1) {
      ok(await toy.asApp('POST', path, { transition: { id: '11' } }, leader));
    }

    expect((await toy.asApp('POST', path, { transition: { id: '11' } }, leader)).status).toBe(429);
    expect((await move(toy, 'leader', key, '11')).status).toBe(204);
  });
});

describe('permissions', () => {
  test('of the app can be granted and checked by their ARIs', async () => {
    const toy = toyJira({ modules: [PERMISSION] });
    await project(toy);
    const key = await issue(toy);
    const grant = { permission: APPROVE, holder: { type: 'group', parameter: 'leaders' } };
    ok(await toy.as('admin', 'POST', '/rest/api/3/permissionscheme/0/permission', grant));
    const projectId = Number(
      at((await toy.as('dev', 'GET', '/rest/api/3/project/REL')).body, 'id'),
    );
    const check = async (name: string) =>
      ok(
        await toy.asApp('POST', '/rest/api/3/permissions/check', {
          accountId: await accountOf(toy, name),
          globalPermissions: ['ADMINISTER'],
          projectPermissions: [{ permissions: [APPROVE], projects: [projectId, 7], issues: [] }],
        }),
      ).body;

    expect(await check('leader')).toEqual({
      globalPermissions: [],
      projectPermissions: [{ permission: APPROVE, projects: [projectId], issues: [] }],
    });
    expect(await check('admin')).toEqual({
      globalPermissions: ['ADMINISTER'],
      projectPermissions: [{ permission: APPROVE, projects: [], issues: [] }],
    });
    const mine = ok(
      await toy.as(
        'leader',
        'GET',
        `/rest/api/3/mypermissions?issueKey=${key}&permissions=${APPROVE},EDIT_ISSUES`,
      ),
    );
    expect(at(mine.body, 'permissions', APPROVE, 'havePermission')).toBe(true);
  });

  test('are told only when one asks for them, and name a group beside its id', async () => {
    const toy = toyJira();
    await project(toy);
    const holder = { type: 'group', parameter: 'leaders' };
    const body = { name: 'Leaders', permissions: [{ permission: 'EDIT_ISSUES', holder }] };
    const made = ok(await toy.as('admin', 'POST', '/rest/api/3/permissionscheme', body));
    const id = at(made.body, 'id');
    ok(await toy.as('admin', 'PUT', '/rest/api/3/project/REL/permissionscheme', { id }));
    const ask = async (query: string) =>
      ok(await toy.as('admin', 'GET', `/rest/api/3/project/REL/permissionscheme${query}`)).body;

    expect(await ask('')).not.toHaveProperty('permissions');
    expect(at(await ask('?expand=permissions'), 'permissions', 0, 'holder')).toEqual({
      type: 'group',
      parameter: 'leaders',
      value: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });

  test('of somebody else are told to administrators and the app only', async () => {
    const toy = toyJira();
    const accountId = await accountOf(toy, 'leader');

    const answer = await toy.as('dev', 'POST', '/rest/api/3/permissions/check', { accountId });

    expect(answer.status).toBe(403);
  });

  test('that nobody knows are refused', async () => {
    const toy = toyJira();

    const checked = await toy.as('dev', 'POST', '/rest/api/3/permissions/check', {
      projectPermissions: [{ permissions: ['FLY'] }],
    });
    const mine = await toy.as('dev', 'GET', '/rest/api/3/mypermissions?permissions=FLY');

    expect([checked.status, mine.status]).toEqual([400, 400]);
    expect(checked.text).toContain('Unrecognized permission: FLY');
  });

  test('stop edits, comments, transitions and deletions of whoever lacks them', async () => {
    const toy = toyJira();
    await project(toy);
    const key = await issue(toy);
    const scheme = ok(
      await toy.as('admin', 'POST', '/rest/api/3/permissionscheme', {
        name: 'Readers',
        permissions: [{ permission: 'BROWSE_PROJECTS', holder: { type: 'applicationRole' } }],
      }),
    );
    const id = at(scheme.body, 'id');
    ok(await toy.as('admin', 'PUT', '/rest/api/3/project/REL/permissionscheme', { id }));
    const path = `/rest/api/3/issue/${key}`;
    const text = { type: 'paragraph', content: [{ type: 'text', text: 'x' }] };
    const body = { type: 'doc', version: 1, content: [text] };

    expect((await toy.as('dev', 'PUT', path, { fields: { summary: 'x' } })).status).toBe(403);
    expect((await toy.as('dev', 'POST', `${path}/comment`, { body })).status).toBe(403);
    expect((await toy.as('dev', 'DELETE', path)).status).toBe(403);
    expect((await toy.as('dev', 'PUT', `${path}/properties/x`, 1)).status).toBe(403);
    expect((await move(toy, 'dev', key, '21')).status).toBe(400);
    expect(at((await toy.as('dev', 'GET', `${path}/transitions`)).body, 'transitions')).toEqual([]);
    expect((await toy.as('dev', 'GET', path)).status).toBe(200);
  });
});
