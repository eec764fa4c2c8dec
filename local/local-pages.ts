/** `/local/…`: what only Local Jira has, for admins and their tools: addresses, knobs, time, gaps, recent calls. */
import { z } from 'zod';
import type { HostClock } from './clock';
import type { Delivery } from './delivery';
import type { KnobBoard } from './faults';
import type { Gaps } from './gaps';
import type { HttpRequest, HttpResponse } from './http';
import type { Invoker } from './invoke';
import type { JiraService } from './services/service';

export interface LocalPageParts {
  readonly siteUrl: string;
  readonly pagesUrl: string;
  readonly proxyUrl: string;
  readonly jira: JiraService;
  readonly knobs: KnobBoard;
  readonly clock: HostClock;
  readonly delivery: Delivery;
  readonly gaps: Gaps;
  readonly invoker: Invoker;
  readonly webTriggers: () => Readonly<Record<string, string>>;
  readonly workers: () => number;
}

const Skip = z.strictObject({ skipSeconds: z.number().positive() });

type Page = (parts: LocalPageParts, request: HttpRequest) => HttpResponse;

const PAGES: ReadonlyMap<string, Page> = new Map<string, Page>([
  ['GET /local/info', (parts) => ok(info(parts))],
  ['GET /local/knobs', ({ knobs }) => ok(knobs.current())],
  ['POST /local/knobs', turnKnobs],
  ['GET /local/clock', ({ clock }) => ok({ nowMs: clock.now(), aheadMs: clock.aheadMs() })],
  ['POST /local/clock', skipTime],
  ['GET /local/gaps', ({ gaps }) => ok(gaps.list())],
  ['GET /local/calls', ({ invoker }) => ok(invoker.recent())],
  ['GET /local/deliveries', ({ delivery }) => ok(delivery.counts())],
]);

/**
 * Answers admins only: everything here could be used to look behind the app or to disturb it. Undefined for addresses
 * that are not the host's; Jira may have more under `/local/`.
 */
export function answerLocal(parts: LocalPageParts, request: HttpRequest): HttpResponse | undefined {
  const page = PAGES.get(`${request.method} ${request.url.pathname}`);
  if (page === undefined) return undefined;
  const actor = parts.jira.authenticate(request.headers);
  if (actor.kind !== 'user')
    return refusal(
      401,
      'Sign in as a Jira admin, e.g. admin@example.com with the token local-admin.',
    );
  if (!parts.jira.isAdmin(actor.accountId)) return refusal(403, 'Only a Jira admin may look here.');
  return page(parts, request);
}

function info({ siteUrl, pagesUrl, proxyUrl, webTriggers, workers }: LocalPageParts) {
  return { siteUrl, pagesUrl, proxyUrl, webTriggers: webTriggers(), workers: workers() };
}

function turnKnobs({ knobs }: LocalPageParts, request: HttpRequest): HttpResponse {
  const turned = knobs.turn(tryJson(request.body));
  return turned.kind === 'turned' ? ok(turned.knobs) : refusal(400, turned.message);
}

function skipTime({ clock }: LocalPageParts, request: HttpRequest): HttpResponse {
  const skip = Skip.safeParse(tryJson(request.body));
  if (!skip.success) return refusal(400, z.prettifyError(skip.error));
  clock.advance(skip.data.skipSeconds * 1_000);
  return ok({ nowMs: clock.now(), aheadMs: clock.aheadMs() });
}

function ok(body: unknown): HttpResponse {
  return { status: 200, body };
}

function refusal(status: number, message: string): HttpResponse {
  return { status, body: { errorMessages: [message], errors: {} } };
}

function tryJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}
