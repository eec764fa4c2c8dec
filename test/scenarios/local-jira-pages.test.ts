/** The app's pages inside Local Jira, in a real browser: the real @forge/bridge, in the real sandbox, under Forge's policy. */
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { chromium } from '@playwright/test';
import type { Browser, Frame, Page } from '@playwright/test';
import { buildSync } from 'esbuild';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { createRelease } from '../../demo/issues';
import { jiraAs } from '../../demo/jira-client';
import { provideProject } from '../../demo/set-up';
import { startLocalJira, type LocalJira } from '../../local/host';
import { changedApp } from '../support/changed-app';
import { eventually } from '../support/fixture-host';
import { START_DEADLINE_MS } from '../support/start-deadline';

jest.setTimeout(60_000);

const ROOT = join(__dirname, '../..');
const MORE_MODULES = `  jira:projectSettingsPage:
    - key: settings
      title: Settings of the fixture
      resource: main
      resolver:
        function: resolver
  jira:projectPage:
    - key: overview
      title: Overview of the fixture
      resource: main
      resolver:
        function: resolver
  consumer:
`;

const documentOf = (text: string) => ({
  type: 'doc',
  version: 1,
  content: [{ type: 'paragraph', content: [{ type: 'text', text }] }],
});

/** A page of an app that does nothing by itself: tests drive Atlassian's own bridge in it. */
function writePages(appDirectory: string): void {
  const outfile = join(appDirectory, 'static/page.js');
  const contents =
    "import * as bridge from '@forge/bridge'; Object.assign(globalThis, { bridge });";
  buildSync({
    stdin: { contents, resolveDir: ROOT },
    bundle: true,
    outfile,
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'silent',
  });
  const markup =
    '<!doctype html><html><head><title>Page</title></head><body><p id="ready">Ready</p><script src="./page.js"></script></body></html>';
  writeFileSync(join(appDirectory, 'static/index.html'), markup);
}

describe('a page of the app in a frame', () => {
  const complaints: string[] = [];
  let appDirectory: string;
  let stateDirectory: string;
  let jira: LocalJira;
  let browser: Browser;
  let stranger: Server;
  beforeAll(async () => {
    appDirectory = changedApp('manifest.yml', (text) =>
      text.replace('  consumer:\n', MORE_MODULES),
    );
    writePages(appDirectory);
    stateDirectory = mkdtempSync(join(tmpdir(), 'local-jira-pages-'));
    jira = await startLocalJira({
      appDirectory,
      stateDirectory,
      bundleDirectory: join(ROOT, '.interlock/test-bundle'),
      port: 0,
      seed: 'pages',
      log: () => undefined,
    });
    await makeIssue(jira.siteUrl);
    await pinPanel(jira);
    stranger = createServer((_request, response) => response.end('<p>A stranger</p>'));
    await new Promise<void>((settle) => stranger.listen(0, '127.0.0.1', settle));
    browser = await chromium.launch(CHROMIUM);
  }, START_DEADLINE_MS);
  afterEach(async () => {
    complaints.length = 0;
    for (const context of browser.contexts()) await context.close();
  });
  afterAll(async () => {
    await browser.close();
    stranger.close();
    await jira.stop();
    rmSync(stateDirectory, { recursive: true, force: true });
    rmSync(appDirectory, { recursive: true, force: true });
  });

  /** A browser in which this person is signed in; what it complains about is kept. */
  async function signIn(person: string): Promise<Page> {
    const page = await listeningPage(browser, complaints);
    await signInAs(page, jira.siteUrl, person);
    return page;
  }

  async function open(page: Page, path: string): Promise<Frame> {
    await page.goto(`${jira.siteUrl}${path}`);
    return appFrame(page);
  }

  async function appFrame(page: Page): Promise<Frame> {
    const frame = await eventually(
      () => page.frames().find((it) => it.url().startsWith(jira.pagesUrl)),
      'the frame of the app',
    );
    await frame.waitForSelector('#ready');
    return frame;
  }

  test('stays as it is while the issue around it shows by itself what others do', async () => {
    const page = await signIn('dev');
    const frame = await open(page, '/browse/REL-1');
    await frame.evaluate('globalThis.kept = true');
    await page.getByLabel('Add a comment').fill('Half a sen');
    const leader = jiraAs(jira.siteUrl, 'leader');

    await leader.request('POST', '/rest/api/3/issue/REL-1/comment', { body: documentOf('Go on.') });
    await leader.request('PUT', '/rest/api/3/issue/REL-1', { fields: { labels: ['urgent'] } });

    await page.getByText('Go on.').waitFor();
    await page.locator('aside').getByText('urgent').waitFor();
    await page.locator('.change').getByText('Labels').waitFor();
    expect(await page.getByLabel('Add a comment').inputValue()).toBe('Half a sen');
    expect(await frame.evaluate('globalThis.kept')).toBe(true);
    expect(complaints).toEqual([]);
  });

  test('loads under Forge’s policy and in its sandbox without one complaint', async () => {
    const page = await signIn('dev');
    const answers: Promise<Record<string, string>>[] = [];
    page.on('response', (response) => {
      if (response.url().endsWith('/main/index.html')) answers.push(response.allHeaders());
    });

    await open(page, '/browse/REL-1');

    const [headers] = await Promise.all(answers);
    const policy = headers?.['content-security-policy'] ?? '';
    expect(policy).toContain(`frame-ancestors 'self' `);
    expect(policy).toContain(jira.siteUrl);
    expect(policy).not.toContain('unsafe-inline');
    expect(await page.locator('iframe.app').getAttribute('sandbox')).toBe(
      'allow-downloads allow-forms allow-modals allow-pointer-lock allow-same-origin allow-scripts',
    );
    await shoot(page, 'issue');
    expect(complaints).toEqual([]);
  });

  test('invokes its resolver as the signed-in person, on the issue that it stands on', async () => {
    const frame = await open(await signIn('dev'), '/browse/REL-1');

    const answer = await frame.evaluate('bridge.invoke("whoami", { a: 1 })');

    expect(complaints).toEqual([]);
    expect(answer).toMatchObject({
      payload: { a: 1 },
      context: {
        accountId: await jiraAs(jira.siteUrl, 'dev').accountId(),
        moduleKey: 'panel',
        extension: { type: 'jira:issuePanel', issue: { key: 'REL-1' }, project: { key: 'REL' } },
      },
    });
    await expect(frame.evaluate('bridge.invoke("refuse")')).rejects.toThrow(
      'There was an error invoking the function - not today',
    );
  });

  test('reads Jira as that person, within the scopes of the app', async () => {
    const frame = await open(await signIn('dev'), '/browse/REL-1');
    const ask = (path: string, init = '{}') =>
      frame.evaluate(
        `bridge.requestJira(${JSON.stringify(path)}, ${init}).then(async (it) => [it.status, await it.json()])`,
      );

    expect(await ask('/rest/api/3/issue/REL-1?fields=summary')).toMatchObject([
      200,
      { key: 'REL-1', fields: { summary: 'Release 1' } },
    ]);
    expect(await ask('/rest/api/3/issue/REL-99')).toMatchObject([404, {}]);
    // The fixture app has no scope that writes.
    expect(await ask('/rest/api/3/issue/REL-1', '{ method: "DELETE" }')).toMatchObject([
      401,
      { message: 'Unauthorized; scope does not match' },
    ]);
  });

  test('grows with its content', async () => {
    const page = await signIn('dev');
    const frame = await open(page, '/browse/REL-1');

    await frame.evaluate(
      "document.body.append(Object.assign(document.createElement('div'), { id: 'tall' })); document.getElementById('tall').style.height = '900px'",
    );

    const height = await eventually(async () => {
      const box = await page.locator('iframe.app').boundingBox();
      return box !== null && box.height >= 900 ? box.height : undefined;
    }, 'a taller frame');
    expect(height).toBeLessThan(1_100);
    expect(complaints).toEqual([]);
  });

  test('follows the site into the dark, and the system while it is open', async () => {
    const page = await signIn('dev');
    await open(page, '/browse/REL-1');
    await page.getByRole('button', { name: 'Dark', exact: true }).click();
    const frame = await appFrame(page);
    const colours = 'document.documentElement.dataset.colorMode';
    const ground =
      "getComputedStyle(document.documentElement).getPropertyValue('--ds-surface').trim()";

    await frame.evaluate('bridge.view.theme.enable()');

    expect(await frame.evaluate(colours)).toBe('dark');
    const darkGround = await frame.evaluate(ground);
    expect(
      await frame.evaluate('bridge.view.getContext().then(({ theme }) => theme)'),
    ).toMatchObject({ colorMode: 'dark', dark: 'dark', light: 'light' });
    await shoot(page, 'issue-dark');

    await page.getByRole('button', { name: 'As the system' }).click();
    const following = await appFrame(page);
    await following.evaluate('bridge.view.theme.enable()');
    expect(await following.evaluate(colours)).toBe('light');
    expect(await following.evaluate(ground)).not.toBe(darkGround);
    await page.emulateMedia({ colorScheme: 'dark' });
    await until(following, `${colours} === 'dark'`);
    expect(await following.evaluate(ground)).toBe(darkGround);
    expect(complaints).toEqual([]);
  });

  test('cannot look at the page around it, nor ask Jira past the bridge', async () => {
    const frame = await open(await signIn('dev'), '/browse/REL-1');

    expect(
      await frame.evaluate(
        '(() => { try { return parent.document.title; } catch (e) { return e.name; } })()',
      ),
    ).toBe('SecurityError');
    const past = (path: string, init: string) =>
      frame.evaluate(
        `fetch(${JSON.stringify(jira.siteUrl + path)}, { credentials: 'include', ...${init} }).then((it) => it.status, (e) => e.name)`,
      );
    expect(await past('/rest/api/3/myself', '{}')).toBe('TypeError');
    const forged = JSON.stringify({ moduleKey: 'panel', functionKey: 'past-the-bridge' });
    const post = JSON.stringify({ method: 'POST', mode: 'no-cors', body: forged });
    const callsBefore = jira.recentCalls().length;
    await past('/gateway/forge/invoke', post);
    expect(jira.recentCalls()).toHaveLength(callsBefore);
  });

  test('is not mistaken for a stranger: messages from elsewhere are ignored on both sides', async () => {
    const own = await signIn('dev');
    const page = await own.context().newPage();
    const port = addressOf(stranger);
    await page.goto(`http://127.0.0.1:${port}/`);
    const opening = page.waitForEvent('popup');
    await page.evaluate(
      `globalThis.victim = open(${JSON.stringify(`${jira.siteUrl}/browse/REL-1`)})`,
    );
    const victim = await opening;
    const frame = await appFrame(victim);
    await frame.evaluate('bridge.view.theme.enable()');
    await victim.evaluate(
      "globalThis.heard = 0; addEventListener('message', ({ data }) => { if (data?.name === 'invoke') heard += 1; })",
    );
    await frame.evaluate(
      "globalThis.heard = 0; addEventListener('message', ({ data }) => { if (data?.name === 'theme') heard += 1; })",
    );
    const invoked: string[] = [];
    victim.on('request', (request) => invoked.push(request.postData() ?? ''));

    await page.evaluate(
      "victim.postMessage({ bridge: 1, kind: 'call', id: 1, name: 'invoke', payload: { functionKey: 'forged' } }, '*'); victim.frames[0].postMessage({ bridge: 1, kind: 'call', id: 1, name: 'theme', payload: { colorMode: 'dark' } }, '*')",
    );

    await until(victim, 'heard === 1');
    await until(frame, 'heard === 1');
    // A call of the app's own goes the same way, later: had the forged one been answered, it would be there by now.
    await frame.evaluate('bridge.invoke("whoami")');
    expect(invoked.filter((body) => body.includes('whoami'))).toHaveLength(1);
    expect(invoked.filter((body) => body.includes('forged'))).toEqual([]);
    expect(await frame.evaluate('document.documentElement.dataset.colorMode')).toBe('light');
  });

  test('shows flags, and opens another page over Jira’s that gives an answer back', async () => {
    const page = await signIn('dev');
    const frame = await open(page, '/browse/REL-1');

    await frame.evaluate(
      'bridge.showFlag({ id: "saved", title: "Saved <b>it</b>", type: "success" }), undefined',
    );
    await page.getByText('Saved <b>it</b>').waitFor();

    await frame.evaluate(
      'new bridge.Modal({ size: "small", context: { step: 2 }, onClose: (given) => { globalThis.given = given; } }).open()',
    );
    const modal = await eventually(
      () => page.frames().find((it) => it !== frame && it.url().startsWith(jira.pagesUrl)),
      'the page in the dialog',
    );
    await modal.waitForSelector('#ready');
    expect(
      await modal.evaluate('bridge.view.getContext().then(({ extension }) => extension.modal)'),
    ).toEqual({ step: 2 });
    await shoot(page, 'modal');
    await modal.evaluate('void bridge.view.close({ chosen: "yes" })');
    await until(frame, 'globalThis.given?.chosen === "yes"');
    expect(await page.locator('dialog').count()).toBe(0);
    await expect(frame.evaluate('bridge.view.close()')).rejects.toThrow('not closable');
    expect(complaints).toEqual([]);
  });

  test('hears in a sentence what Local Jira does not model, and admins see the gap', async () => {
    const frame = await open(await signIn('dev'), '/browse/REL-1');

    await expect(frame.evaluate('bridge.view.createHistory()')).rejects.toThrow(
      "Local Jira does not model the bridge's createHistory.",
    );

    expect(await jiraAs(jira.siteUrl, 'admin').request('GET', '/local/gaps')).toContainEqual({
      what: "the bridge's createHistory, called by panel",
      times: 1,
    });
  });

  test('stands under Project settings for admins only, and beside the issues for everybody', async () => {
    const admin = await signIn('admin');
    await admin.goto(`${jira.siteUrl}/projects/REL/issues`);
    await shoot(admin, 'issues');
    await admin.getByRole('link', { name: 'Project settings' }).click();
    await shoot(admin, 'settings');
    await admin.locator('main').getByRole('link', { name: 'Settings of the fixture' }).click();
    const settings = await appFrame(admin);
    expect(
      await settings.evaluate('bridge.view.getContext().then(({ extension }) => extension)'),
    ).toMatchObject({ type: 'jira:projectSettingsPage', project: { key: 'REL' } });

    const dev = await signIn('dev');
    await dev.goto(`${jira.siteUrl}/projects/REL/settings/apps/settings`);
    expect(await dev.getByText('Nothing here').count()).toBe(1);
    complaints.length = 0;
    await dev.goto(`${jira.siteUrl}/projects/REL/issues`);
    expect(await dev.getByRole('link', { name: 'Project settings' }).count()).toBe(0);
    await dev.getByRole('link', { name: 'Overview of the fixture' }).click();
    const overview = await appFrame(dev);
    expect(await overview.evaluate('bridge.invoke("whoami")')).toMatchObject({
      context: { moduleKey: 'overview', extension: { type: 'jira:projectPage' } },
    });
    expect(complaints).toEqual([]);
  });

  test('is worked with by keyboard: from the list to the issue, an edit, and back by Cancel and Escape', async () => {
    const page = await signIn('dev');
    await page.goto(`${jira.siteUrl}/projects/REL/issues`);
    await page.getByRole('textbox', { name: 'Search work items' }).fill('Release');
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'REL-1' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'Edit', exact: true }).focus();
    await page.keyboard.press('Enter');
    const summary = page.getByRole('textbox', { name: 'Summary' });
    await summary.waitFor();
    expect(await page.evaluate('document.activeElement.name')).toBe('summary');
    expect(await page.locator('header[inert], .body[inert]').count()).toBe(2);
    await shoot(page, 'edit');
    await page.getByRole('link', { name: 'Cancel' }).focus();
    await page.keyboard.press('Enter');
    await page.waitForURL('**/browse/REL-1');
    await page.getByRole('link', { name: 'Edit', exact: true }).click();
    await summary.waitFor();
    await page.keyboard.press('Escape');
    await page.waitForURL('**/browse/REL-1');
    expect(await page.locator('[role=dialog]').count()).toBe(0);
    expect(complaints).toEqual([]);
  });
});

describe('the pages of this app', () => {
  test('load in light and dark without one complaint', async () => {
    const stateDirectory = mkdtempSync(join(tmpdir(), 'local-jira-own-'));
    const jira = await startLocalJira({
      appDirectory: ROOT,
      stateDirectory,
      port: 0,
      seed: 'own pages',
      log: () => undefined,
    });
    const browser = await chromium.launch(CHROMIUM);
    try {
      await provideProject(jira.siteUrl);
      const key = await createRelease(jiraAs(jira.siteUrl, 'dev'), 'REL', 'Shop 1.0.0');
      const complaints: string[] = [];
      const page = await listeningPage(browser, complaints);
      await signInAs(page, jira.siteUrl, 'admin');
      for (const colours of ['Dark', 'Light']) {
        await page.getByRole('button', { name: colours, exact: true }).click();
        for (const path of [`/browse/${key}`, '/projects/REL/settings/apps/release-control']) {
          await page.goto(`${jira.siteUrl}${path}`);
          const content = page.frameLocator('iframe.app').locator('body');
          await content
            .getByText(path.includes(key) ? key : 'Release control')
            .first()
            .waitFor();
          await page
            .frameLocator('iframe.app')
            .locator(`html[data-color-mode=${colours.toLowerCase()}]`)
            .waitFor({ state: 'attached' });
          await shoot(page, `own-${path.includes(key) ? 'panel' : 'settings'}-${colours}`);
        }
      }
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
      await jira.stop();
      rmSync(stateDirectory, { recursive: true, force: true });
    }
  }, 300_000);
});

const CHROMIUM = {
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
};

/** A page in a browser of its own; errors and breaches of a policy, in any frame, are kept. */
async function listeningPage(browser: Browser, complaints: string[]): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  await context.addInitScript(
    "addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => console.error(`broke ${violatedDirective}: ${blockedURI}`))",
  );
  const page = await context.newPage();
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (line) => {
    if (line.type() === 'error') complaints.push(line.text());
  });
  return page;
}

/** Playwright's own waiting evaluates inside the page, which the policy forbids. */
async function until(where: Page | Frame, condition: string): Promise<void> {
  await eventually(async () => (await where.evaluate(condition)) === true, condition);
}

async function signInAs(page: Page, siteUrl: string, person: string): Promise<void> {
  await page.goto(`${siteUrl}/login`);
  await page.getByRole('button', { name: `${person}@example.com` }).click();
  await page.waitForURL('**/projects');
}

/** Into the directory that INTERLOCK_SHOTS names, where it is set. */
async function shoot(page: Page, name: string): Promise<void> {
  const directory = process.env['INTERLOCK_SHOTS'];
  if (directory === undefined) return;
  mkdirSync(directory, { recursive: true });
  await page.screenshot({ path: join(directory, `local-jira-${name.toLowerCase()}.png`) });
}

async function makeIssue(siteUrl: string): Promise<void> {
  const admin = jiraAs(siteUrl, 'admin');
  await admin.request('POST', '/rest/api/3/project', {
    key: 'REL',
    name: 'Releases',
    projectTypeKey: 'software',
    projectTemplateKey: 'com.pyxis.greenhopper.jira:gh-simplified-kanban-classic',
    leadAccountId: await admin.accountId(),
  });
  await jiraAs(siteUrl, 'dev').request('POST', '/rest/api/3/issue', {
    fields: { project: { key: 'REL' }, issuetype: { name: 'Task' }, summary: 'Release 1' },
  });
}

/** Shows the panel of the fixture on every issue, as an administrator does, and waits for Jira. */
async function pinPanel({ siteUrl, app }: LocalJira): Promise<void> {
  const admin = jiraAs(siteUrl, 'admin');
  const { taskId } = z.object({ taskId: z.string() }).parse(
    await admin.request('POST', '/rest/api/3/forge/panel/action/bulk/async', {
      moduleId: app.moduleAri('panel'),
      projectList: [{ action: 'PIN', projectIdOrKey: 'REL' }],
    }),
  );
  await eventually(async () => {
    const task = await admin.request('GET', `/rest/api/3/task/${taskId}`);
    return z.object({ status: z.literal('COMPLETE') }).safeParse(task).success || undefined;
  }, 'the pinned panel');
}

function addressOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return address.port;
}
