/** `POST /gateway/forge/…`: what the site's pages ask for the app's frames on them, as the signed-in person. */
import { z } from 'zod';
import {
  invokeFromPage,
  noResolver,
  refusal,
  trustedContext,
  type BridgeParts,
  type PageVisit,
} from './bridge';
import type { HttpRequest, HttpResponse } from './http';
import { BRIDGE_PAYLOAD_MAX_BYTES } from './limits';
import { callFromPage } from './page-call';
import type { ScopedJiraParts } from './scoped-jira';
import type { AppModule, JiraService, Place } from './services/service';

export interface GatewayParts extends BridgeParts {
  readonly modules: readonly AppModule[];
  readonly jira: JiraService;
  readonly scoped: ScopedJiraParts;
}

const PageRequest = z.looseObject({
  moduleKey: z.string(),
  context: z
    .object({ issueKey: z.string().optional(), projectKey: z.string().optional() })
    .default({}),
});

const Gap = z.object({ name: z.string().max(100) });

type Door = (
  parts: GatewayParts,
  visit: PageVisit,
  body: unknown,
) => HttpResponse | Promise<HttpResponse>;

const DOORS: ReadonlyMap<string, Door> = new Map<string, Door>([
  ['/gateway/forge/invoke', invokeFromPage],
  [
    '/gateway/forge/context',
    (parts, visit) => ({ status: 200, body: { context: trustedContext(parts, visit) } }),
  ],
  ['/gateway/forge/fetch-product', ({ scoped }, visit, body) => callFromPage(scoped, visit, body)],
  ['/gateway/forge/gap', noteGap],
]);

/** Answers the gateway's addresses; undefined for all others. */
export async function answerGateway(
  parts: GatewayParts,
  request: HttpRequest,
): Promise<HttpResponse | undefined> {
  const door = DOORS.get(request.url.pathname);
  if (door === undefined || request.method !== 'POST') return undefined;
  if (isForeign(parts, request)) return refusal(403, 'This page may not ask here.');
  const actor = parts.jira.authenticate(request.headers);
  if (actor.kind !== 'user') return refusal(401, 'You are not signed in.');
  if (request.body.length > BRIDGE_PAYLOAD_MAX_BYTES) {
    return refusal(413, `The payload is larger than ${BRIDGE_PAYLOAD_MAX_BYTES} bytes.`);
  }
  const body = tryJson(request.body);
  const parsed = PageRequest.safeParse(body);
  if (!parsed.success) return refusal(400, z.prettifyError(parsed.error));
  const { moduleKey, context } = parsed.data;
  const module = parts.modules.find(({ key }) => key === moduleKey);
  if (module === undefined) return refusal(404, noResolver(moduleKey));
  const place = parts.jira.locate(actor.accountId, placeOf(context));
  if (place.kind === 'hidden')
    return refusal(404, 'This issue or project does not exist, or you may not see it.');
  return door(parts, { accountId: actor.accountId, module, place: place.context }, body);
}

/** A frame of the app, or any other page, asks with its own origin; only the site's pages speak for a person. */
function isForeign({ siteUrl }: GatewayParts, { headers }: HttpRequest): boolean {
  const origin = headers['origin'];
  return origin !== undefined && origin !== siteUrl && headers['authorization'] === undefined;
}

function placeOf({ issueKey, projectKey }: z.output<typeof PageRequest>['context']): Place {
  return {
    ...(issueKey !== undefined && { issueKey }),
    ...(projectKey !== undefined && { projectKey }),
  };
}

function noteGap({ scoped }: GatewayParts, { module }: PageVisit, body: unknown): HttpResponse {
  const gap = Gap.safeParse(body);
  if (!gap.success) return refusal(400, z.prettifyError(gap.error));
  scoped.gaps.report(`the bridge's ${gap.data.name}, called by ${module.key}`);
  return { status: 200, body: {} };
}

function tryJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}
