/**
 * Custom UI on an origin of its own: the built files of the manifest's resources, each page with the bridge, the
 * resizer and Forge's content security policy. Nothing here knows who asks: a page has the person only by the bridge.
 */
import { readFileSync } from 'node:fs';
import { extname, join, normalize, resolve, sep } from 'node:path';
import { load } from 'cheerio';
import type { BrowserScripts } from './browser-scripts';
import { pagePolicy } from './csp';
import type { HttpRequest, HttpResponse } from './http';
import type { PagePermissions } from './manifest';
import type { Log } from './services/service';

export interface PageFilesParts {
  readonly appDirectory: string;
  readonly resources: readonly { readonly key: string; readonly path: string }[];
  readonly permissions: PagePermissions;
  readonly siteUrl: string;
  readonly scripts: BrowserScripts;
  readonly themeStyles: () => Promise<Buffer>;
  readonly log: Log;
}

const TYPES: ReadonlyMap<string, string> = new Map([
  ['.html', 'text/html; charset=utf-8'],
  ['.js', 'text/javascript; charset=utf-8'],
  ['.css', 'text/css; charset=utf-8'],
  ['.json', 'application/json'],
  ['.svg', 'image/svg+xml'],
  ['.png', 'image/png'],
  ['.woff2', 'font/woff2'],
]);

const BRIDGE = '/global-bridge.js';
const RESIZER = '/iframeResizer.contentWindow.min.js';
const THEME = '/theme.css';
const REPORTS = '/csp-report';
const REPORT_MAX_CHARACTERS = 500;

/** Answers whatever comes to the port of the app's pages. */
export function createPageFiles(
  parts: PageFilesParts,
): (request: HttpRequest) => Promise<HttpResponse> {
  let tokens: Promise<Buffer> | undefined;
  return async ({ method, url, body }) => {
    if (method === 'POST' && url.pathname === REPORTS) {
      const report = body.toString().slice(0, REPORT_MAX_CHARACTERS);
      parts.log(`A page of the app broke its content security policy: ${report}`);
      return { status: 204 };
    }
    if (method !== 'GET') return { status: 405 };
    switch (url.pathname) {
      case BRIDGE:
        return file('.js', parts.scripts.frameBridge());
      case RESIZER:
        return file('.js', resizer());
      case THEME:
        tokens ??= parts.themeStyles();
        return file('.css', await tokens);
      default:
        return resourceFile(parts, url.pathname);
    }
  };
}

/** As Forge does: npm's iframe-resizer 4.4.5. Source: @forge/cli-shared, iframe-resizer-script-service. */
function resizer(): Buffer {
  return readFileSync(require.resolve('iframe-resizer/js/iframeResizer.contentWindow.min.js'));
}

function resourceFile(parts: PageFilesParts, pathname: string): HttpResponse {
  const [, key = '', ...rest] = decoded(pathname).split('/');
  const resource = parts.resources.find((it) => it.key === key);
  if (resource === undefined) return missing(`The manifest has no resource "${key}".`);
  const folder = resolve(parts.appDirectory, resource.path);
  const path = normalize(join(folder, ...rest));
  const content = path.startsWith(folder + sep) ? read(path) : undefined;
  if (content === undefined) {
    return missing(
      `${resource.path} has no file ${rest.join('/')}; build the pages: npm run pages.`,
    );
  }
  const type = extname(path);
  return type === '.html' ? page(parts, content.toString()) : file(type, content);
}

/** The scripts first in the head, then the policy of the whole. */
function page({ permissions, siteUrl }: PageFilesParts, markup: string): HttpResponse {
  const $ = load(markup);
  $('head').prepend(`<script src="${BRIDGE}"></script><script async src="${RESIZER}"></script>`);
  const whole = $.html();
  const answer = file('.html', Buffer.from(whole));
  const policy = pagePolicy(whole, permissions, siteUrl, REPORTS);
  return { ...answer, headers: { ...answer.headers, 'content-security-policy': policy } };
}

function file(type: string, body: Buffer): HttpResponse {
  const headers = {
    'content-type': TYPES.get(type) ?? 'application/octet-stream',
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-cache',
  };
  return { status: 200, headers, body };
}

function missing(sentence: string): HttpResponse {
  return {
    status: 404,
    headers: { 'content-type': 'text/plain; charset=utf-8' },
    body: Buffer.from(sentence),
  };
}

function read(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

function decoded(pathname: string): string {
  try {
    return decodeURIComponent(pathname);
  } catch {
    return pathname;
  }
}
