/** `invoke` from a page: the host builds the trusted context, and the module's resolver answers. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { HttpRequest, HttpResponse } from './http';
import type { Installation } from './installation';
import type { Call } from './invoke';
import { BRIDGE_PAYLOAD_MAX_BYTES, deadlineSeconds } from './limits';
import { functionOf } from './manifest';
import type { AppModule, FunctionOutcome, JiraService, PlaceContext } from './services/service';

export interface BridgeParts {
  readonly modules: readonly AppModule[];
  readonly installation: Installation;
  readonly siteUrl: string;
  readonly jira: JiraService;
  readonly call: (call: Call) => Promise<FunctionOutcome>;
}

const InvokeRequest = z.object({
  moduleKey: z.string(),
  functionKey: z.string(),
  payload: z.unknown().optional(),
  context: z
    .object({ issueKey: z.string().optional(), projectKey: z.string().optional() })
    .default({}),
});

/** `POST /gateway/forge/invoke` as the signed-in person. */
export async function invokeFromPage(
  parts: BridgeParts,
  request: HttpRequest,
): Promise<HttpResponse> {
  const actor = parts.jira.authenticate(request.headers);
  if (actor.kind !== 'user') return failure(401, 'You are not signed in.');
  if (request.body.length > BRIDGE_PAYLOAD_MAX_BYTES) {
    return failure(413, `The payload is larger than ${BRIDGE_PAYLOAD_MAX_BYTES} bytes.`);
  }
  const parsed = InvokeRequest.safeParse(tryJson(request.body));
  if (!parsed.success) return failure(400, z.prettifyError(parsed.error));
  const { moduleKey, functionKey, payload, context } = parsed.data;
  const module = parts.modules.find(({ key }) => key === moduleKey);
  const resolverKey = module && functionOf(module);
  if (module === undefined || resolverKey === undefined) {
    return failure(404, `The manifest has no module "${moduleKey}" with a resolver.`);
  }
  const place = parts.jira.locate(actor.accountId, placeOf(context));
  if (place.kind === 'hidden')
    return failure(404, 'This issue or project does not exist, or you may not see it.');

  const outcome = await parts.call({
    moduleKey,
    moduleType: module.type,
    functionKey: resolverKey,
    // Source of the shape: @forge/resolver 2.0.1, out/index.js; fields of the context: @forge/bridge 7.2.0, FullContext.
    payload: {
      call: { functionKey, payload },
      context: trustedContext(parts, module, actor.accountId, place.context),
    },
    accountId: actor.accountId,
    deadlineSeconds: deadlineSeconds(module.type, undefined),
  });
  return answerOf(outcome);
}

function placeOf({
  issueKey,
  projectKey,
}: {
  issueKey?: string | undefined;
  projectKey?: string | undefined;
}) {
  return {
    ...(issueKey !== undefined && { issueKey }),
    ...(projectKey !== undefined && { projectKey }),
  };
}

/** What the platform, not the page, says about who asks and where. */
function trustedContext(
  { installation, siteUrl }: BridgeParts,
  module: AppModule,
  accountId: string,
  place: PlaceContext,
) {
  return {
    accountId,
    cloudId: installation.cloudId,
    siteUrl,
    environmentId: installation.environmentId,
    environmentType: installation.environmentType,
    moduleKey: module.key,
    localId: `ari:cloud:ecosystem::extension/${installation.appId}/${installation.environmentId}/static/${module.key}/${randomUUID()}`,
    locale: 'en-US',
    timezone: 'UTC',
    extension: { type: module.type, ...place },
  };
}

/** Words as the bridge gives them to a page; the prefix is seen in many public apps. */
function answerOf(outcome: FunctionOutcome): HttpResponse {
  switch (outcome.kind) {
    case 'returned':
      return { status: 200, body: { body: outcome.value ?? {} } };
    case 'threw':
    case 'crashed':
      return failure(500, `There was an error invoking the function - ${outcome.message}`);
    case 'timed-out':
      return failure(
        504,
        `There was an error invoking the function - it took longer than ${outcome.deadlineSeconds} seconds`,
      );
  }
}

function failure(status: number, error: string): HttpResponse {
  return { status, body: { error } };
}

function tryJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}
