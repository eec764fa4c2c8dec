import { describe, expect, test } from '@jest/globals';
import { load, type CheerioAPI } from 'cheerio';
import { toyJira, TOY_SITE, type Answer, type ToyJira } from '../../support/toy-jira';
import { at } from '../../support/toy-jira-values';
import { issue, ok, pinPanel, project, projectWith, statusOf } from '../../support/toy-workflow';

interface Browser {
  get(path: string): Promise<{ readonly answer: Answer; readonly $: CheerioAPI }>;
  post(
    path: string,
    form: Readonly<Record<string, string>>,
  ): Promise<{ readonly answer: Answer; readonly $: CheerioAPI }>;
  /** The token that forms of this session carry. */
  csrf(): Promise<string>;
}

async function sessionCookie(toy: ToyJira, name: string): Promise<string> {
  const answer = await toy.send({
    method: 'POST',
    path: '/login',
    headers: { origin: TOY_SITE },
    body: new URLSearchParams({ person: `${name}@example.com` }).toString(),
  });
  return (answer.headers['set-cookie'] ?? '').split(';')[0] ?? '';
}

/** A browser without JavaScript that signed in as one of the people. */
async function signedIn(toy: ToyJira, name: string): Promise<Browser> {
  const cookie = await sessionCookie(toy, name);
  const request = async (method: string, path: string, body = '') => {
    const headers = { cookie, ...(method === 'POST' ? { origin: TOY_SITE } : {}) };
    const page = await toy.send({ method, path, headers, body });
    return { answer: page, $: load(page.text) };
  };
  const get = (path: string) => request('GET', path);
  const csrf = async () => String((await get('/projects')).$('input[name=csrf]').first().val());
  return {
    get,
    csrf,
    post: async (path, form) =>
      request('POST', path, new URLSearchParams({ csrf: await csrf(), ...form }).toString()),
  };
}

describe('signing in', () => {
  test('is asked of whoever opens a page, and leads back to it', async () => {
    const toy = toyJira();

    const answer = await toy.send({ method: 'GET', path: '/browse/REL-1' });

    expect(answer.status).toBe(303);
    expect(answer.headers['location']).toBe('/login?next=%2Fbrowse%2FREL-1');
  });

  test('sets a cookie that no script reads and no other site sends', async () => {
    const toy = toyJira();

    const answer = await toy.send({
      method: 'POST',
      path: '/login',
      body: 'person=leader%40example.com&next=%2Fbrowse%2FREL-1',
    });

    expect(answer.headers['location']).toBe('/browse/REL-1');
    expect(answer.headers['set-cookie']).toContain('HttpOnly; SameSite=Strict');
  });

  test('refuses a wrong API token with one sentence', async () => {
    const toy = toyJira();

    const answer = await toy.send({
      method: 'POST',
      path: '/login',
      body: 'email=dev%40example.com&token=guess',
    });

    expect(answer.status).toBe(401);
    expect(load(answer.text)('[role=alert]').text()).toContain('token is wrong');
    expect(answer.headers['set-cookie']).toBeUndefined();
  });

  test('never leads to another site', async () => {
    const toy = toyJira();

    for (const next of ['https://evil.example', '//evil.example', '/\\evil.example']) {
      const body = new URLSearchParams({ person: 'dev@example.com', next }).toString();
      const answer = await toy.send({ method: 'POST', path: '/login', body });

      expect(answer.headers['location']).toBe('/projects');
    }
  });

  test('ends after twelve hours', async () => {
    const toy = toyJira();
    const dev = await signedIn(toy, 'dev');

    toy.clock.pass(12 * 3_600_000 - 1);
    const late = await dev.get('/projects');
    toy.clock.pass(1);
    const tooLate = await dev.get('/projects');

    expect(late.answer.status).toBe(200);
    expect(tooLate.answer.headers['location']).toContain('/login');
  });

  test('ends with signing out', async () => {
    const toy = toyJira();
    const dev = await signedIn(toy, 'dev');

    await dev.post('/logout', {});

    expect((await dev.get('/projects')).answer.headers['location']).toContain('/login');
  });
});

describe('the site', () => {
  test('says on every page what it is, and forbids scripts and frames', async () => {
    const toy = toyJira();
    await project(toy);
    const key = await issue(toy);
    const dev = await signedIn(toy, 'dev');

    for (const path of ['/login', '/projects', '/projects/REL/issues', `/browse/${key}`]) {
      const { answer, $ } = await dev.get(path);

      expect($('.notice').text()).toContain(
        "Local Jira: a development and evaluation stand-in, not Atlassian's Jira.",
      );
      expect(answer.headers['content-security-policy']).toContain("default-src 'none'");
      expect($('script, [style], [onclick]')).toHaveLength(0);
    }
  });

  test('leads a browser that used another name to its own address', async () => {
    const toy = toyJira();
    const headers = { host: 'localhost:2990' };

    const answer = await toy.send({ method: 'GET', path: '/login?next=%2Fprojects', headers });

    expect(answer.headers['location']).toBe(`${TOY_SITE}/login?next=%2Fprojects`);
  });

  test('draws avatars and never writes what they are asked for into the picture', async () => {
    const toy = toyJira();

    const answer = await toy.send({
      method: 'GET',
      path: '/secure/projectavatar?id=%3Cscript%3E%20%3Cb%3E',
    });

    expect(answer.headers['content-type']).toBe('image/svg+xml');
    expect(answer.text).not.toContain('<script');
    expect(answer.text).toContain('&lt;&lt;');
  });

  test('escapes whatever people wrote', async () => {
    const toy = toyJira();
    await project(toy);
    const evil = '<img src=x onerror=alert(1)>"\'';
    const key = await issue(toy, evil);
    const body = {
      type: 'doc',
      version: 1,
      content: [
        {
          type: 'paragraph',
          content: [
            { type: 'text', text: evil },
            {
              type: 'text',
              text: 'here',
              marks: [{ type: 'link', attrs: { href: 'javascript:alert(1)' } }],
            },
          ],
        },
      ],
    };
    ok(await toy.as('dev', 'POST', `/rest/api/3/issue/${key}/comment`, { body }));
    const dev = await signedIn(toy, 'dev');

    const { $ } = await dev.get(`/browse/${key}`);
    const list = await dev.get('/projects/REL/issues');

    expect($('h1').text()).toBe(evil);
    expect($('.comment').text()).toContain(evil);
    expect($('[onerror], img[src=x], a[href^=javascript]')).toHaveLength(0);
    expect(list.$('[onerror], img[src=x]')).toHaveLength(0);
  });

  test('shows neither an issue nor a project to whom it is hidden', async () => {
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
    ok(
      await toy.as('admin', 'PUT', '/rest/api/3/project/REL/permissionscheme', {
        id: at(scheme.body, 'id'),
      }),
    );
    const dev = await signedIn(toy, 'dev');

    expect((await dev.get(`/browse/${key}`)).answer.status).toBe(404);
    expect((await dev.get('/projects/REL/issues')).answer.status).toBe(404);
    expect((await dev.get('/projects')).$('main').text()).not.toContain('Releases');
    expect((await (await signedIn(toy, 'leader')).get(`/browse/${key}`)).answer.status).toBe(200);
  });
});

describe('a form', () => {
  test('creates a work item and shows it', async () => {
    const toy = toyJira();
    await project(toy);
    const dev = await signedIn(toy, 'dev');
    const { $ } = await dev.get('/projects/REL/create');
    const task = String($('option').first().val());

    const created = await dev.post('/projects/REL/create', {
      issuetype: task,
      summary: 'Release 1',
      description: 'First line\nsecond line',
      assignee: 'leader@example.com',
    });

    expect(created.answer.headers['location']).toBe('/browse/REL-1');
    const page = await dev.get('/browse/REL-1');
    expect(page.$('h1').text()).toBe('Release 1');
    expect(page.$('.document').first().text()).toContain('second line');
    expect(page.$('aside').text()).toContain('Lee Leader');
  });

  test('says beside the input what is wrong and keeps what was typed', async () => {
    const toy = toyJira();
    await project(toy);
    const dev = await signedIn(toy, 'dev');

    const { answer, $ } = await dev.post('/projects/REL/create', {
      issuetype: '10000',
      summary: 'Release 1',
      assignee: 'nobody@example.com',
    });

    expect(answer.status).toBe(400);
    expect($('label:contains("Assignee") .wrong').text()).toContain('does not exist');
    expect($('input[name=summary]').val()).toBe('Release 1');
  });

  test('without the token of the session changes nothing', async () => {
    const toy = toyJira();
    await project(toy);
    const dev = await signedIn(toy, 'dev');

    const { answer, $ } = await dev.post('/projects/REL/create', {
      csrf: 'forged',
      issuetype: '10000',
      summary: 'Forged',
    });

    expect(answer.status).toBe(403);
    expect($('main').text()).toContain('not made for your session');
    expect((await dev.get('/projects/REL/issues')).$('main').text()).toContain('Nothing here yet');
  });

  test('that another site sent is refused', async () => {
    const toy = toyJira();

    const answer = await toy.send({
      method: 'POST',
      path: '/login',
      headers: { origin: 'https://evil.example' },
      body: 'person=admin%40example.com',
    });

    expect(answer.status).toBe(403);
  });
});

const GATE = {
  type: 'jira:workflowValidator',
  key: 'gate',
  properties: { name: 'Gate', function: 'validate' },
} as const;
const VALIDATOR = {
  ruleKey: 'forge:expression-validator',
  parameters: {
    key: 'ari:cloud:ecosystem::extension/toy-app/toy-environment/static/gate',
    config: '{"action":"start"}',
  },
};

describe('the page of a work item', () => {
  test('shows comments, history or both', async () => {
    const toy = toyJira();
    await project(toy);
    const key = await issue(toy);
    const dev = await signedIn(toy, 'dev');
    await dev.post(`/browse/${key}/comments`, { comment: 'Seen' });
    await dev.post(`/browse/${key}/edit`, { summary: 'Another' });
    const parts = async (activity: string) => {
      const { $ } = await dev.get(`/browse/${key}?activity=${activity}`);
      return [$('.comment').length, $('.change').length, $('.tabs [aria-current]').text()];
    };

    expect(await parts('all')).toEqual([1, 1, 'All']);
    expect(await parts('comments')).toEqual([1, 0, 'Comments']);
    expect(await parts('history')).toEqual([0, 1, 'History']);
    expect(await parts('nonsense')).toEqual([1, 1, 'All']);
  });

  test('offers the transitions of its status and moves by a click', async () => {
    const toy = toyJira();
    await projectWith(
      toy,
      ['Ready', 'Running', 'Deployed'],
      [
        { name: 'Start', from: ['Ready'], to: 'Running' },
        { name: 'Finish', from: ['Running'], to: 'Deployed' },
      ],
    );
    const key = await issue(toy);
    const leader = await signedIn(toy, 'leader');
    const { $ } = await leader.get(`/browse/${key}`);

    const clicked = await leader.post(String($('.actions form').attr('action')), {});

    expect($('.actions button').text().trim()).toBe('Start');
    expect(clicked.answer.headers['location']).toBe(`/browse/${key}`);
    const after = await leader.get(`/browse/${key}`);
    expect(after.$('.actions .lozenge').text()).toBe('Running');
    expect(after.$('.change').text()).toContain('Ready → Running');
    expect(after.$('.change').text()).toContain('Lee Leader');
  });

  test('shows the sentence of the validator where one clicked', async () => {
    const sentence = 'Two approvals are missing: Lee Leader, Quinn Quality.';
    const validate = () => ({ result: false, errorMessage: sentence });
    const toy = toyJira({ modules: [GATE], functions: { validate } });
    await projectWith(
      toy,
      ['Ready', 'Running'],
      [{ name: 'Start', from: ['Ready'], to: 'Running', validators: [VALIDATOR] }],
    );
    const key = await issue(toy);
    const leader = await signedIn(toy, 'leader');

    const { answer, $ } = await leader.post(`/browse/${key}/transitions/11`, {});

    expect(answer.status).toBe(400);
    expect($('[role=alert] h2').text()).toBe('Start was refused');
    expect($('[role=alert] p').text()).toBe(sentence);
    expect(await statusOf(toy, key)).toBe('Ready');
  });

  test('asks for a reason and a comment where the transition has a screen', async () => {
    const toy = toyJira();
    const reason = ok(
      await toy.as('admin', 'POST', '/rest/api/3/field', {
        name: 'Reason',
        type: 'com.atlassian.jira.plugin.system.customfieldtypes:textfield',
      }),
    );
    const reasonId = String(at(reason.body, 'id'));
    const screen = ok(await toy.as('admin', 'POST', '/rest/api/3/screens', { name: 'Reason' }));
    const screenId = String(at(screen.body, 'id'));
    const tabs = ok(await toy.as('admin', 'GET', `/rest/api/3/screens/${screenId}/tabs`));
    ok(
      await toy.as(
        'admin',
        'POST',
        `/rest/api/3/screens/${screenId}/tabs/${String(at(tabs.body, 0, 'id'))}/fields`,
        { fieldId: reasonId },
      ),
    );
    ok(await toy.as('admin', 'POST', `/rest/api/3/screens/addToDefault/${reasonId}`));
    const transitionScreen = { ruleKey: 'system:transition-screen', parameters: { screenId } };
    await projectWith(
      toy,
      ['Deployed', 'Rolling back'],
      [{ name: 'Roll back', from: ['Deployed'], to: 'Rolling back', transitionScreen }],
    );
    const key = await issue(toy);
    const leader = await signedIn(toy, 'leader');
    const { $ } = await leader.get(`/browse/${key}/transitions/11`);

    const clicked = await leader.post(`/browse/${key}/transitions/11`, {
      [reasonId]: 'Errors at 5 %',
      comment: 'Going back to 1.2.2',
    });

    expect($('label').text()).toContain('Reason');
    expect(clicked.$('[role=alert]').text()).toBe('');
    const after = await leader.get(`/browse/${key}`);
    expect(after.$('aside').text()).toContain('Errors at 5 %');
    expect(after.$('.comment').text()).toContain('Going back to 1.2.2');
    expect(after.$('.actions .lozenge').text()).toBe('Rolling back');
  });

  test('does not offer what only machines may do, and refuses the click all the same', async () => {
    const toy = toyJira();
    const machineOnly = {
      ruleKey: 'system:restrict-from-all-users',
      parameters: { restrictMode: 'users' },
    };
    await projectWith(
      toy,
      ['Running', 'Deployed'],
      [
        {
          name: 'Succeeded',
          from: ['Running'],
          to: 'Deployed',
          conditions: { operation: 'ALL', conditions: [machineOnly] },
        },
      ],
    );
    const key = await issue(toy);
    const leader = await signedIn(toy, 'leader');
    const { $ } = await leader.get(`/browse/${key}`);

    const clicked = await leader.post(`/browse/${key}/transitions/11`, {});

    expect($('.actions button')).toHaveLength(0);
    expect(clicked.$('[role=alert]').text()).toContain('not open to you');
    expect(await statusOf(toy, key)).toBe('Running');
  });
});

describe('light and dark', () => {
  test('are chosen with one click, kept, and lead back to the page', async () => {
    const toy = toyJira();
    await project(toy);
    const dev = await signedIn(toy, 'dev');

    const { answer } = await dev.post('/theme', { theme: 'dark', next: '/projects/REL/issues' });

    expect(answer.headers['location']).toBe('/projects/REL/issues');
    const cookie = (answer.headers['set-cookie'] ?? '').split(';')[0];
    expect(cookie).toBe('local-jira-theme=dark');
    const session = await sessionCookie(toy, 'dev');
    const page = await toy.send({
      method: 'GET',
      path: '/projects',
      headers: { cookie: `${session}; ${cookie ?? ''}` },
    });
    const $ = load(page.text);
    expect($('html').attr('data-color-mode')).toBe('dark');
    expect($('[name=theme][aria-pressed=true]').val()).toBe('dark');
    expect((await dev.get('/projects')).$('html').attr('data-color-mode')).toBeUndefined();
  });

  test('never lead to another site', async () => {
    const dev = await signedIn(toyJira(), 'dev');

    const { answer } = await dev.post('/theme', { theme: 'dark', next: '//evil.example' });

    expect(answer.headers['location']).toBe('/projects');
  });
});

describe('the list of a project', () => {
  async function withIssues() {
    const toy = toyJira();
    await project(toy);
    const first = await issue(toy, 'Shop 1.0.0');
    const second = await issue(toy, 'Reports 2.0.0');
    toy.clock.pass(5_000);
    return { toy, first, second, dev: await signedIn(toy, 'dev') };
  }

  test('is searched by words and by JQL, never beyond the project', async () => {
    const { toy, first, second, dev } = await withIssues();
    const keys = async (asked: string) =>
      (await dev.get(`/projects/REL/issues?q=${encodeURIComponent(asked)}`))
        .$('tbody tr td:first-child')
        .map((_at, cell) => load(cell).text().trim())
        .get();

    expect(await keys('Shop')).toEqual([first]);
    expect(await keys('Reports 2.0.0')).toEqual([second]);
    expect((await keys('summary ~ "Shop" OR summary ~ "Reports"')).toSorted()).toEqual(
      [first, second].toSorted(),
    );
    expect(await keys('project = OTHER OR key = REL-1')).toEqual([]);
    expect(toy.logged).toEqual([]);
  });

  test('says what JQL it does not understand, and keeps what was typed', async () => {
    const { dev } = await withIssues();

    const { answer, $ } = await dev.get('/projects/REL/issues?q=nonsense%20%3D%20%3Cb%3E');

    expect(answer.status).toBe(400);
    expect($('[role=alert]').text()).toContain('The search was refused');
    expect($('input[name=q]').val()).toBe('nonsense = <b>');
    expect($('tbody')).toHaveLength(0);
  });
});

describe('an edit', () => {
  test('stands over the page with what there is, and saves with its history', async () => {
    const toy = toyJira();
    await project(toy);
    const key = await issue(toy, 'Shop 1.0.0');
    const dev = await signedIn(toy, 'dev');
    const { $ } = await dev.get(`/browse/${key}/edit`);
    expect($('[role=dialog][aria-modal=true] input[name=summary]').val()).toBe('Shop 1.0.0');
    expect($('.body').attr('inert')).toBe('');

    await dev.post(`/browse/${key}/edit`, { summary: 'Shop 1.0.1', description: 'Now\nthis' });

    const after = await dev.get(`/browse/${key}`);
    expect(after.$('h1').text()).toBe('Shop 1.0.1');
    expect(after.$('.document').first().text()).toContain('this');
    expect(after.$('.change').text()).toContain('Shop 1.0.0 → Shop 1.0.1');
    expect(after.$('[role=dialog]')).toHaveLength(0);
  });

  test('keeps the formatting of a description whose words nobody changed', async () => {
    const toy = toyJira();
    await project(toy);
    const key = await issue(toy, 'Shop 1.0.0');
    const bold = { type: 'text', text: 'bold', marks: [{ type: 'strong' }] };
    const description = {
      type: 'doc',
      version: 1,
      content: [{ type: 'paragraph', content: [bold] }],
    };
    ok(await toy.as('dev', 'PUT', `/rest/api/3/issue/${key}`, { fields: { description } }));
    const dev = await signedIn(toy, 'dev');

    await dev.post(`/browse/${key}/edit`, { summary: 'Shop 1.0.1', description: 'bold' });

    expect((await dev.get(`/browse/${key}`)).$('.document strong').text()).toBe('bold');
  });

  test('without a summary is refused in the dialog', async () => {
    const toy = toyJira();
    await project(toy);
    const key = await issue(toy, 'Shop 1.0.0');
    const dev = await signedIn(toy, 'dev');

    const { answer, $ } = await dev.post(`/browse/${key}/edit`, { summary: ' ' });

    expect(answer.status).toBe(400);
    expect($('[role=dialog] .wrong').text()).toContain('You must specify a summary');
    expect((await dev.get(`/browse/${key}`)).$('h1').text()).toBe('Shop 1.0.0');
  });
});

describe('project settings', () => {
  test('show the people of the project, to its administrators only', async () => {
    const toy = toyJira();
    await project(toy);
    const admin = await signedIn(toy, 'admin');
    const dev = await signedIn(toy, 'dev');

    const { $ } = await admin.get('/projects/REL/settings');

    expect($('main').text()).toContain('Administrators');
    expect($('.side a[aria-current=page]').text()).toBe('Project settings');
    expect((await dev.get('/projects/REL/settings')).answer.status).toBe(404);
    expect((await dev.get('/projects/REL/issues')).$('.side').text()).not.toContain('settings');
  });
});

const PAGES = 'http://localhost:2991';
const PANEL = {
  type: 'jira:issuePanel',
  key: 'panel',
  properties: { title: 'Panel <b>', resource: 'main', icon: 'resource:icons;panel.svg' },
} as const;
const SETTINGS = {
  type: 'jira:projectSettingsPage',
  key: 'settings',
  properties: { title: 'App settings', resource: 'main' },
} as const;

describe('a page with frames of the app', () => {
  test('lets scripts of the site run, and frames of the app’s origin alone', async () => {
    const toy = toyJira({ modules: [PANEL], pagesUrl: PAGES });
    await project(toy);
    await pinPanel(toy, 'panel');
    toy.clock.pass(5_000);
    const key = await issue(toy);
    const dev = await signedIn(toy, 'dev');

    const { answer, $ } = await dev.get(`/browse/${key}`);

    const policy = answer.headers['content-security-policy'] ?? '';
    expect(policy.split('; ')).toEqual([
      "default-src 'none'",
      "style-src 'self'",
      "form-action 'self'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
      `img-src 'self' ${PAGES}`,
      "script-src 'self'",
      "connect-src 'self'",
      `frame-src ${PAGES}`,
    ]);
    expect(
      $('script')
        .map((_at, script) => load(script)('script').attr('src'))
        .get(),
    ).toEqual(['/host-page.js']);
    const frame = $('iframe');
    expect(frame.attr('title')).toBe('Panel <b>');
    expect(frame.attr('data-issue')).toBe(key);
    expect(frame.attr('src')).toBeUndefined();
    expect($('.panel img').attr('src')).toBe(`${PAGES}/icons/panel.svg`);
  });

  test('of settings is for those who may see the settings', async () => {
    const toy = toyJira({ modules: [SETTINGS], pagesUrl: PAGES });
    await project(toy);
    const path = '/projects/REL/settings/apps/settings';

    const { $ } = await (await signedIn(toy, 'admin')).get(path);

    expect($('iframe').attr('data-project')).toBe('REL');
    expect((await (await signedIn(toy, 'dev')).get(path)).answer.status).toBe(404);
    expect((await (await signedIn(toy, 'admin')).get(`${path}x`)).answer.status).toBe(404);
  });
});
