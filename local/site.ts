/** The site origin: the host's own addresses, and everything else for Jira. */
import type { BrowserScripts } from './browser-scripts';
import { answerGateway, type GatewayParts } from './gateway';
import type { HttpRequest, HttpResponse } from './http';
import { answerLocal, type LocalPageParts } from './local-pages';
import type { WebTriggers } from './services/web-trigger/index';

export interface SiteParts extends GatewayParts, Omit<LocalPageParts, 'webTriggers'> {
  readonly webTriggers: WebTriggers;
  readonly scripts: BrowserScripts;
}

/** Answers whatever comes to the site's port. */
export function createSite(parts: SiteParts): (request: HttpRequest) => Promise<HttpResponse> {
  const local = { ...parts, webTriggers: parts.webTriggers.addresses };
  return async (request) => {
    const { pathname, searchParams } = request.url;
    if (pathname.startsWith('/public/')) return parts.webTriggers.handle(request);
    const own = answerLocal(local, request) ?? (await answerGateway(parts, request));
    if (own !== undefined) return own;
    if (pathname === '/host-page.js' && request.method === 'GET') return hostScript(parts);
    return parts.jira.handle({
      method: request.method,
      path: pathname,
      query: searchParams,
      headers: request.headers,
      body: request.body,
      actor: parts.jira.authenticate(request.headers),
    });
  };
}

function hostScript({ scripts }: SiteParts): HttpResponse {
  const headers = {
    'content-type': 'text/javascript; charset=utf-8',
    'x-content-type-options': 'nosniff',
  };
  return { status: 200, headers, body: scripts.hostPage() };
}
