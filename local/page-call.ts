/** `requestJira` of a page: Jira's REST API as the signed-in person, within the app's scopes. */
import { z } from 'zod';
import { refusal, type PageVisit } from './bridge';
import type { HttpResponse } from './http';
import { callJiraInScope, type ScopedJiraParts } from './scoped-jira';

/** Source of the shape: @forge/bridge 7.2.0, out/fetch/fetch.js. */
const ProductCall = z.object({
  product: z.string(),
  restPath: z.string().startsWith('/'),
  method: z.string(),
  headers: z.array(z.tuple([z.string(), z.string()])),
  body: z.string().nullable(),
  isMultipartFormData: z.boolean(),
});

/** Headers that the platform sets; what a page says there is dropped. */
const NOT_FROM_PAGES = new Set(['authorization', 'cookie', 'host', 'origin']);

export async function callFromPage(
  parts: ScopedJiraParts,
  { accountId }: PageVisit,
  body: unknown,
): Promise<HttpResponse> {
  const parsed = ProductCall.safeParse(body);
  if (!parsed.success) return refusal(400, z.prettifyError(parsed.error));
  const { product, restPath, method, headers, body: sent, isMultipartFormData } = parsed.data;
  if (product !== 'jira' || isMultipartFormData) {
    parts.gaps.report(isMultipartFormData ? "a page's upload" : `a page's call of ${product}`);
    return refusal(501, 'Local Jira models calls of Jira only, and no uploads.');
  }
  const url = new URL(restPath, 'http://jira');
  const response = await callJiraInScope(parts, {
    method: method.toUpperCase(),
    path: url.pathname,
    query: url.searchParams,
    headers: Object.fromEntries(
      headers
        .map(([name, value]): [string, string] => [name.toLowerCase(), value])
        .filter(([name]) => !NOT_FROM_PAGES.has(name)),
    ),
    body: Buffer.from(sent ?? ''),
    actor: { kind: 'user', accountId, throughApp: true },
  });
  return { status: 200, body: carried(response) };
}

/** Jira's answer as it travels through the bridge. */
function carried({ status, headers = {}, body }: HttpResponse) {
  const isFile = Buffer.isBuffer(body);
  return {
    status,
    statusText: '',
    isAttachment: isFile,
    headers: isFile ? headers : { ...headers, 'content-type': 'application/json' },
    body: isFile ? body.toString('base64') : body === undefined ? '' : JSON.stringify(body),
  };
}
