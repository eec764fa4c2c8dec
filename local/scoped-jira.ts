/** Jira as an app may call it, from a function or from one of its pages: within its scopes, and with the knobs' faults. */
import { happens, type SeededChance } from './chance';
import type { KnobBoard } from './faults';
import type { Gaps } from './gaps';
import type { HttpResponse } from './http';
import type { FindOperation } from './openapi';
import type { Handle, ServiceRequest } from './services/service';

export interface ScopedJiraParts {
  readonly scopes: readonly string[];
  readonly findOperation: FindOperation;
  readonly knobs: KnobBoard;
  readonly chance: SeededChance;
  readonly gaps: Gaps;
  readonly jira: Handle;
}

/** Whoever the actor is, the app's scopes are needed as well. */
export async function callJiraInScope(
  parts: ScopedJiraParts,
  request: ServiceRequest,
): Promise<HttpResponse> {
  const operation = parts.findOperation(request.method, request.path);
  if (operation === undefined)
    return parts.gaps.report(`${request.method} ${request.path} of Jira`);
  const held = new Set(parts.scopes);
  if (!operation.scopeSets.some((set) => set.every((scope) => held.has(scope)))) {
    // Words as Jira Cloud answers an app without the scope (seen in community.developer.atlassian.com threads).
    return { status: 401, body: { code: 401, message: 'Unauthorized; scope does not match' } };
  }
  return fault(parts) ?? parts.jira(request);
}

/** 429 and 5xx by chance, as the knobs say. Header names: developer.atlassian.com/cloud/jira/platform/rate-limiting. */
function fault({ knobs, chance }: ScopedJiraParts): HttpResponse | undefined {
  const { tooManyRequests, retryAfterSeconds, serverError } = knobs.current().jira;
  if (happens(chance, tooManyRequests)) {
    const headers = {
      'retry-after': String(retryAfterSeconds),
      'ratelimit-reason': 'jira-burst-based',
    };
    return { status: 429, headers, body: { errorMessages: ['Rate limit exceeded.'], errors: {} } };
  }
  if (happens(chance, serverError)) {
    return { status: 503, body: { errorMessages: ['Service unavailable.'], errors: {} } };
  }
  return undefined;
}
