/** Builds a page and serves it under Forge's own content security policy, with Atlassian's tokens as Jira mounts them. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { extname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { CSPInjectionService } from '@forge/csp';
import { z } from 'zod';

const ROOT = resolve(__dirname, '../../..');

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};

const Sheet = z.object({ default: z.string() });
const THEMES = ['light', 'dark', 'typography', 'shape', 'spacing', 'motion'];

const NOTHING_DECLARED = {
  'img-src': [],
  'media-src': [],
  'script-src': [],
  'style-src': [],
  'connect-src': [],
  'font-src': [],
  'frame-src': [],
};

/** What a customer's browser is told for an app without a line of its own in the manifest. */
const POLICY = new CSPInjectionService()
  .getInjectableCSP({ existingCSPDetails: NOTHING_DECLARED, microsEnv: 'prod' })
  .filter((directive) => !/^(frame-ancestors|report-uri)/.test(directive))
  .join('; ');

export interface BuiltPage {
  readonly url: (mode: 'light' | 'dark') => string;
  /** What the build said: the size of the first load. */
  readonly words: string;
  readonly close: () => Promise<void>;
}

export type Surface = 'release-panel' | 'settings';

export async function buildPage(surface: Surface): Promise<BuiltPage> {
  const folder = mkdtempSync(join(tmpdir(), `interlock-${surface}-`));
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      join(ROOT, 'node_modules/vite/bin/vite.js'),
      'build',
      join(ROOT, 'static', surface),
      ...['--config', join(ROOT, 'static/vite.config.mjs'), '--logLevel', 'warn'],
      ...['--outDir', folder],
    ],
    { cwd: ROOT, env: { ...process.env, NODE_ENV: 'production' } },
  );

  const tokens = tokenSheet();
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://page');
    if (pathname === '/tokens.css') {
      response.writeHead(200, { 'Content-Type': TYPES['.css'] }).end(tokens);
      return;
    }
    const name = pathname === '/' ? 'index.html' : pathname.slice(1);
    try {
      const file = readFileSync(join(folder, name));
      const body = name === 'index.html' ? withTokens(file, searchParams.get('mode')) : file;
      const headers = { 'Content-Type': TYPES[extname(name)], 'Content-Security-Policy': POLICY };
      response.writeHead(200, headers).end(body);
    } catch {
      response.writeHead(name === 'favicon.ico' ? 204 : 404).end();
    }
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return {
    url: (mode) => `http://127.0.0.1:${address.port}/?mode=${mode}`,
    words: stdout,
    close: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Jira's host mounts the sheets when a page calls `enableTheming`; here they stand there from the start. */
const withTokens = (html: Buffer, mode: string | null): string =>
  html
    .toString()
    .replace(
      '<html ',
      `<html data-color-mode="${mode ?? 'light'}" data-theme="light:light dark:dark typography:typography shape:shape spacing:spacing motion:motion" `,
    )
    .replace('</title>', '</title><link rel="stylesheet" href="./tokens.css" />');

/** The modules that `view.theme.enable()` has Jira mount; the package's own functions ask experiments first. */
const tokenSheet = (): string =>
  THEMES.map((theme) => {
    const path = `@atlaskit/tokens/dist/cjs/artifacts/themes/atlassian-${theme}`;
    return Sheet.parse(createRequire(__filename)(path)).default;
  }).join('\n');
