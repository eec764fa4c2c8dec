/** Web triggers: public addresses that call a function, and the GraphQL through which the app learns them. */
import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import type { HttpRequest, HttpResponse } from '../../http';
import type { Call } from '../../invoke';
import { deadlineSeconds, PAYLOAD_MAX_BYTES } from '../../limits';
import type {
  AppModule,
  Clock,
  FunctionOutcome,
  Log,
  ServiceRequest,
  ServiceResponse,
} from '../service';
import { CALLS_PER_MINUTE } from './limits';
import { createAddressStore, type AddressStore } from './store';
import { ResponseModule, toHttpResponse, toTriggerRequest } from './wire';

export interface WebTriggerParts {
  readonly database: DatabaseSync;
  readonly clock: Clock;
  /** Modules of the type `webtrigger`. */
  readonly triggers: readonly AppModule[];
  readonly call: (call: Call) => Promise<FunctionOutcome>;
  readonly siteUrl: string;
  readonly log: Log;
}

export interface WebTriggers {
  /** `/public/{id}` and below, for anybody. */
  handle(request: HttpRequest): Promise<HttpResponse>;
  /** The three GraphQL operations on addresses; undefined for any other. */
  graphql(request: ServiceRequest): ServiceResponse | undefined;
  /** Module key → address, made where there was none. */
  readonly addresses: () => Readonly<Record<string, string>>;
}

const PUBLIC = /^\/public\/([^/]+)/;

export function createWebTriggers(parts: WebTriggerParts): WebTriggers {
  const store = createAddressStore(parts.database);
  const minute = { window: 0, calls: 0 };
  return {
    async handle(request) {
      const id = PUBLIC.exec(request.url.pathname)?.[1];
      const key = id === undefined ? undefined : store.find(id);
      const module = parts.triggers.find((it) => it.key === key);
      if (id === undefined || module === undefined)
        return { status: 404, body: { message: 'Not found' } };
      const rate = countCall(parts.clock, minute);
      if (rate.left < 0)
        return { status: 429, headers: rate.headers, body: { message: 'Too many requests' } };
      const response = await callTrigger(parts, module, request, id);
      return { ...response, headers: { ...rate.headers, ...response.headers } };
    },
    graphql: (request) => answerGraphql(parts, store, request),
    addresses: () =>
      Object.fromEntries(parts.triggers.map(({ key }) => [key, addressOf(parts, store.of(key))])),
  };
}

function addressOf({ siteUrl }: WebTriggerParts, id: string): string {
  return `${siteUrl}/public/${id}`;
}

/** Source of the headers: runtime-reference/web-trigger, Response. The number behind them is assumed. */
function countCall(clock: Clock, minute: { window: number; calls: number }) {
  const window = Math.floor(clock.now() / 60_000);
  if (window !== minute.window) Object.assign(minute, { window, calls: 0 });
  minute.calls += 1;
  const left = CALLS_PER_MINUTE - minute.calls;
  const headers = {
    'x-ratelimit-limit': String(CALLS_PER_MINUTE),
    'x-ratelimit-remaining': String(Math.max(0, left)),
    'x-ratelimit-reset': String((window + 1) * 60),
  };
  return { left, headers };
}

async function callTrigger(
  parts: WebTriggerParts,
  module: AppModule,
  request: HttpRequest,
  id: string,
): Promise<HttpResponse> {
  if (request.body.length > PAYLOAD_MAX_BYTES)
    return { status: 413, body: { message: 'Payload too large' } };
  const functionKey = String(module.properties['function']);
  const outcome = await parts.call({
    moduleKey: module.key,
    moduleType: 'webtrigger',
    functionKey,
    payload: toTriggerRequest(request, id),
    deadlineSeconds: deadlineSeconds('webtrigger', undefined),
  });
  // 424 for a function that fails is seen in public apps; the documentation names only 500 for a wrong shape.
  if (outcome.kind !== 'returned') return { status: 424, body: { message: 'Failed dependency' } };
  const response = toHttpResponse(ResponseModule.parse(module.properties), outcome.value);
  if (response !== undefined) return response;
  parts.log(
    `[${functionKey}] answered web trigger "${module.key}" in a shape that Forge does not know.`,
  );
  return { status: 500, body: { message: 'Internal server error' } };
}

const GraphqlRequest = z.object({
  query: z.string(),
  variables: z.object({
    input: z.object({ triggerKey: z.string() }).optional(),
    forceCreate: z.boolean().nullish(),
    id: z.string().optional(),
  }),
});

/** Source of the operations: @forge/api 8.3.0, out/webTrigger.js. */
function answerGraphql(
  parts: WebTriggerParts,
  store: AddressStore,
  request: ServiceRequest,
): ServiceResponse | undefined {
  const parsed = GraphqlRequest.safeParse(JSON.parse(request.body.toString() || '{}'));
  if (!parsed.success) return undefined;
  const { query, variables } = parsed.data;
  if (/\bcreateWebTriggerUrl\(/.test(query)) {
    const key = variables.input?.triggerKey ?? '';
    if (!parts.triggers.some((it) => it.key === key))
      return failure(`No web trigger "${key}" in the manifest.`);
    const id = variables.forceCreate === true ? store.renew(key) : store.of(key);
    return data({ createWebTriggerUrl: { url: addressOf(parts, id) } });
  }
  if (/\bdeleteWebTriggerUrl\(/.test(query)) {
    const success = store.remove(variables.id ?? '');
    return data({
      deleteWebTriggerUrl: { success, message: success ? '' : 'Web trigger not found' },
    });
  }
  if (!/\bwebTriggerUrlsByAppContext\(/.test(query)) return undefined;
  const urls = store.all().map(({ id, triggerKey }) => ({ triggerKey, url: addressOf(parts, id) }));
  return data({ webTriggerUrlsByAppContext: urls });
}

function data(content: object): ServiceResponse {
  return { status: 200, body: { data: content } };
}

function failure(message: string): ServiceResponse {
  return { status: 200, body: { data: null, errors: [{ message }] } };
}
