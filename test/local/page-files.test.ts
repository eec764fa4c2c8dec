import { describe, expect, test } from '@jest/globals';
import { load } from 'cheerio';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HttpResponse } from '../../local/http';
import { createPageFiles } from '../../local/page-files';
import type { PagePermissions } from '../../local/manifest';

const SITE = 'http://127.0.0.1:2990';

/** One resource, `main`, with a secret beside its folder. */
async function ask(
  path: string,
  { method = 'GET', body = '', permissions = {} }: Asked = {},
): Promise<HttpResponse & { readonly text: string; readonly lines: readonly string[] }> {
  const appDirectory = mkdtempSync(join(tmpdir(), 'page-files-'));
  const lines: string[] = [];
  mkdirSync(join(appDirectory, 'pages/build'), { recursive: true });
  writeFileSync(join(appDirectory, 'pages/secret.txt'), 'secret');
  writeFileSync(
    join(appDirectory, 'pages/build/index.html'),
    '<!doctype html><html><head><title>Page</title></head><body><script>let here = 1;</script></body></html>',
  );
  writeFileSync(join(appDirectory, 'pages/build/page.js'), 'export {};');
  try {
    const answer = await createPageFiles({
      appDirectory,
      permissions,
      siteUrl: SITE,
      resources: [{ key: 'main', path: 'pages/build' }],
      scripts: { hostPage: () => Buffer.from('host'), frameBridge: () => Buffer.from('bridge') },
      themeStyles: () => Promise.resolve(Buffer.from('tokens')),
      log: (line) => lines.push(line),
    })({
      method,
      url: new URL(path, 'http://localhost:2991'),
      headers: {},
      rawHeaders: [],
      body: Buffer.from(body),
    });
    return { ...answer, lines, text: Buffer.isBuffer(answer.body) ? answer.body.toString() : '' };
  } finally {
    rmSync(appDirectory, { recursive: true, force: true });
  }
}

interface Asked {
  readonly method?: string;
  readonly body?: string;
  readonly permissions?: PagePermissions;
}

describe('the origin of the app’s pages', () => {
  test('gives a page the bridge before everything else, as Forge does', async () => {
    const { text, headers } = await ask('/main/index.html');

    const scripts = load(text)('head > *')
      .map((_at, element) => load(element)('script').attr('src') ?? '')
      .get();
    expect(scripts.slice(0, 2)).toEqual([
      '/global-bridge.js',
      '/iframeResizer.contentWindow.min.js',
    ]);
    expect(headers?.['x-content-type-options']).toBe('nosniff');
  });

  test('sends Forge’s policy, with the site as the only parent besides Atlassian’s', async () => {
    const policy = String((await ask('/main/index.html')).headers?.['content-security-policy']);
    const directive = (name: string) =>
      policy.split('; ').find((it) => it.startsWith(`${name} `)) ?? '';

    expect(directive('frame-ancestors')).toContain(SITE);
    expect(directive('style-src')).not.toContain('unsafe-inline');
    // The hash of the page’s own inline script, which Forge adds; nothing else may run inline.
    expect(directive('script-src')).toMatch(/'sha256-[^']+'/);
    expect(directive('script-src')).not.toMatch(/unsafe-(inline|eval)/);
    expect(directive('connect-src')).not.toContain('localhost');
    expect(directive('report-uri')).toBe('report-uri /csp-report');
  });

  test('lets in what the manifest allows', async () => {
    const permissions = {
      content: { styles: ['unsafe-inline' as const] },
      external: { images: ['https://pictures.example.com'] },
    };
    const { headers } = await ask('/main/index.html', { permissions });

    expect(String(headers?.['content-security-policy'])).toMatch(/style-src [^;]*'unsafe-inline'/);
    expect(String(headers?.['content-security-policy'])).toContain('https://pictures.example.com');
  });

  test('serves the files of the resource and nothing beside them', async () => {
    expect(await ask('/main/page.js')).toMatchObject({ status: 200, text: 'export {};' });
    for (const path of ['/main/..%2fsecret.txt', '/main/%2e%2e/secret.txt', '/main/', '/main']) {
      expect((await ask(path)).status).toBe(404);
    }
    expect((await ask('/elsewhere/index.html')).text).toBe(
      'The manifest has no resource "elsewhere".',
    );
    expect((await ask('/main/missing.js')).text).toContain('npm run pages');
    expect((await ask('/main/page.js', { method: 'PUT' })).status).toBe(405);
  });

  test('has the bridge, the resizer and the tokens', async () => {
    expect((await ask('/global-bridge.js')).text).toBe('bridge');
    expect((await ask('/iframeResizer.contentWindow.min.js')).text).toContain('iframeResizer');
    expect((await ask('/theme.css')).text).toBe('tokens');
  });

  test('says in the log when a page breaks its policy', async () => {
    const { status, lines } = await ask('/csp-report', {
      method: 'POST',
      body: '{"csp-report":1}',
    });

    expect(status).toBe(204);
    expect(lines).toEqual([
      'A page of the app broke its content security policy: {"csp-report":1}',
    ]);
  });
});
