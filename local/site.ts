/** The site origin: the host's own addresses, and everything else for Jira. */
import { invokeFromPage, type BridgeParts } from './bridge';
import type { HttpRequest, HttpResponse } from './http';
import { answerLocal, type LocalPageParts } from './local-pages';
import type { WebTriggers } from './services/web-trigger/index';

export interface SiteParts extends BridgeParts, Omit<LocalPageParts, 'webTriggers'> {
  readonly webTriggers: WebTriggers;
}

/** Answers whatever comes to the site's port. */
export function createSite(parts: SiteParts): (request: HttpRequest) => Promise<HttpResponse> {
  const local = { ...parts, webTriggers: parts.webTriggers.addresses };
  return async (request) => {
    const { pathname, searchParams } = request.url;
    if (pathname.startsWith('/public/')) return parts.webTriggers.handle(request);
    const own = answerLocal(local, request);
    if (own !== undefined) return own;
    if (pathname === '/gateway/forge/invoke' && request.method === 'POST') {
      return invokeFromPage(parts, request);
    }
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
