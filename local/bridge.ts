/** `invoke` from a page: the host builds the trusted context, and the module's resolver answers. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { HttpResponse } from './http';
import type { Installation } from './installation';
import type { Call } from './invoke';
import { deadlineSeconds } from './limits';
import { functionOf } from './manifest';
import type { AppModule, FunctionOutcome, PlaceContext } from './services/service';

export interface BridgeParts {
  readonly installation: Installation;
  readonly siteUrl: string;
  readonly call: (call: Call) => Promise<FunctionOutcome>;
}

/** Who asks, from which module, and where that stands: all checked by the gateway. */
export interface PageVisit {
  readonly accountId: string;
  readonly module: AppModule;
  readonly place: PlaceContext;
}

const InvokeRequest = z.object({ functionKey: z.string(), payload: z.unknown().optional() });

/** Runs the function behind a page's module as the signed-in person. */
export async function invokeFromPage(
  parts: BridgeParts,
  visit: PageVisit,
  body: unknown,
): Promise<HttpResponse> {
  const parsed = InvokeRequest.safeParse(body);
  if (!parsed.success) return refusal(400, z.prettifyError(parsed.error));
  const { module, accountId } = visit;
  const resolverKey = functionOf(module);
  if (resolverKey === undefined) return refusal(404, noResolver(module.key));
  const { functionKey, payload } = parsed.data;
  const outcome = await parts.call({
    moduleKey: module.key,
    moduleType: module.type,
    functionKey: resolverKey,
    // Source of the shape: @forge/resolver 2.0.1, out/index.js; fields of the context: @forge/bridge 7.2.0, FullContext.
    payload: { call: { functionKey, payload }, context: trustedContext(parts, visit) },
    accountId,
    deadlineSeconds: deadlineSeconds(module.type, undefined),
  });
  return answerOf(outcome);
}

export const noResolver = (moduleKey: string) =>
  `The manifest has no module "${moduleKey}" with a resolver.`;

/** What the platform, not the page, says about who asks and where. */
export function trustedContext(
  { installation, siteUrl }: BridgeParts,
  { accountId, module, place }: PageVisit,
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
      return refusal(500, `There was an error invoking the function - ${outcome.message}`);
    case 'timed-out':
      return refusal(
        504,
        `There was an error invoking the function - it took longer than ${outcome.deadlineSeconds} seconds`,
      );
  }
}

export function refusal(status: number, error: string): HttpResponse {
  return { status, body: { error } };
}
