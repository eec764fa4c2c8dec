/** A small Forge app that the tests of Local Jira run: every function does what its caller asks for. */
import api, { assumeTrustedRoute, fetch, webTrigger } from '@forge/api';
import { InvocationError, InvocationErrorCode, Queue, type AsyncEvent } from '@forge/events';
import { Filter, kvs } from '@forge/kvs';
import Resolver from '@forge/resolver';
import { randomUUID } from 'node:crypto';

type Word = string | number | boolean | null | Word[] | { [name: string]: Word };
type Step = { readonly path: readonly { call: string; with?: unknown[] }[] };

/** Runs a chain of SDK calls such as `kvs.entity('ticket').get('a')`, as data; answers the value or the error. */
async function runChain({ path }: Step): Promise<unknown> {
  try {
    let target: unknown = kvs;
    for (const { call, with: args = [] } of path) {
      const method: unknown = Reflect.get(Object(target), call);
      if (typeof method !== 'function') throw new Error(`${call} is no method`);
      target = await Promise.resolve(Reflect.apply(method, target, args.map(revive)));
    }
    return { value: target };
  } catch (error) {
    const { name, message, code, responseDetails } = Object(error) as Record<string, unknown>;
    return { error: { name, message, code, status: Object(responseDetails)['status'] as unknown } };
  }
}

/** `{ $and: [[attribute, condition], …] }` and `{ $or: … }` become the SDK's filters, anywhere in an argument. */
function revive(argument: unknown): unknown {
  if (typeof argument !== 'object' || argument === null) return argument;
  if ('$and' in argument || '$or' in argument) return toFilter(argument);
  if (Array.isArray(argument)) return argument.map(revive);
  return Object.fromEntries(Object.entries(argument).map(([key, value]) => [key, revive(value)]));
}

function toFilter(described: object): unknown {
  const [operator, terms] = Object.entries(described)[0] as ['$and' | '$or', [string, never][]];
  let filter: unknown = new Filter<Record<string, unknown>>();
  for (const [attribute, condition] of terms) {
    const add = Reflect.get(Object(filter), operator.slice(1)) as (...args: unknown[]) => unknown;
    filter = Reflect.apply(add, filter, [attribute, condition]);
  }
  return filter;
}

interface Marked {
  readonly mark?: string;
  readonly ask?: string;
  readonly retryContext?: { readonly retryCount: number } | undefined;
}

async function note(event: Marked) {
  const mark = event.mark ?? 'unmarked';
  // One key per call: two calls at once would overwrite a counter.
  await kvs.set(`call.${mark}.${randomUUID()}`, true);
  await kvs.set(`last.${mark}`, { event: event as unknown as Word, at: Date.now() });
  if (event.ask === 'retry') {
    return new InvocationError({
      retryAfter: 2,
      retryReason: InvocationErrorCode.FUNCTION_RETRY_REQUEST,
      retryData: { askedBefore: event.retryContext?.retryCount ?? 0 },
    });
  }
  if (event.ask === 'throw') throw new Error('asked to throw');
  if (event.ask === 'hang') await hang();
  return undefined;
}

const hang = () => new Promise<never>(() => undefined);

async function judge({ configuration }: { configuration?: Record<string, string> }) {
  const wish = configuration?.['wish'];
  if (wish === 'hang') await hang();
  if (wish === 'throw') throw new Error('asked to throw');
  if (wish === 'crash') process.exit(7);
  if (wish === 'spin') for (;;);
  if (wish === 'nothing') return undefined;
  return { result: wish === 'yes', errorMessage: `The wish is ${wish ?? 'absent'}.` };
}

/** What the tests ask for, by name. */
const probes: Record<string, (input: never) => unknown> = {
  chains: async ({ steps }: { steps: Step[] }) => {
    const answers = [];
    for (const step of steps) answers.push(await runChain(step));
    return answers;
  },
  jira: async (input: { path: string; method?: string; body?: unknown; as?: 'user' }) => {
    const caller = input.as === 'user' ? api.asUser() : api.asApp();
    const response = await caller.requestJira(assumeTrustedRoute(input.path), {
      method: input.method ?? 'GET',
      ...(input.body === undefined ? {} : { body: JSON.stringify(input.body) }),
    });
    return { status: response.status, text: await response.text() };
  },
  egress: async ({ url }: { url: string }) => {
    const response = await fetch(url);
    return { status: response.status, blocked: response.headers.get('forge-proxy-error') };
  },
  push: async ({
    events,
    queue = 'jobs',
  }: {
    events: { body: Record<string, unknown> }[];
    queue?: string;
  }) => new Queue({ key: queue }).push(events),
  stats: async ({ jobId }: { jobId: string }) => new Queue({ key: 'jobs' }).getStats(jobId),
  cancel: async ({ jobId }: { jobId: string }) => new Queue({ key: 'jobs' }).cancel(jobId),
  url: async ({ key, forceCreate }: { key: string; forceCreate?: boolean }) =>
    webTrigger.getUrl(key, { forceCreate: forceCreate ?? false }),
  now: () => ({ now: Date.now(), iso: new Date().toISOString() }),
  env: () => ({ names: Object.keys(process.env).sort(), flags: process.execArgv }),
  print: () => {
    process.stdout.write('no JSON at all\n{"half": \n');
    console.log('a line', { of: 'log' });
    return 'printed';
  },
  big: ({ bytes }: { bytes: number }) => 'x'.repeat(bytes),
  idle: () => 'done',
  token: () => {
    const runtime = Reflect.get(globalThis, '__forge_runtime__') as { proxy: { token: string } };
    return { text: runtime.proxy.token };
  },
  realtime: async () => {
    const forgeFetch = Reflect.get(globalThis, '__forge_fetch__') as (
      target: object,
      path: string,
      init: object,
    ) => Promise<Response>;
    const { status } = await forgeFetch({ type: 'realtime' }, '/', { method: 'POST', body: '{}' });
    return { status };
  },
};

async function probe({ ask, input }: { ask: string; input: never }): Promise<unknown> {
  return probes[ask]?.(input);
}

const resolver = new Resolver();
resolver.define('whoami', ({ payload, context }) => ({ payload, context }) as unknown as Word);
resolver.define('refuse', () => {
  throw new Error('not today');
});

async function consume(event: AsyncEvent) {
  const { body } = event;
  const busy = ((await kvs.get<number>('busy')) ?? 0) + 1;
  await kvs.set('busy', busy);
  await kvs.set('busiest', Math.max(busy, (await kvs.get<number>('busiest')) ?? 0));
  if (typeof body['workMs'] === 'number') await sleep(body['workMs']);
  await kvs.set('busy', busy - 1);
  return note({ ...(body as Marked), retryContext: event.retryContext });
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function door(request: { body?: string; method: string }) {
  const body = request.body ?? '';
  if (body === 'malformed') return { code: 200 };
  if (body === 'throw') throw new Error('asked to throw');
  return {
    statusCode: 201,
    headers: { 'Content-Type': ['application/json'], 'X-Twice': ['a', 'b'] },
    body: JSON.stringify(request),
  };
}

async function sweep(request: unknown) {
  await note({ mark: 'sweep', ...(request as object) });
  return { statusCode: 204 };
}

const canned = async () => ({ outputKey: 'accepted' });
const resolverHandler = resolver.getDefinitions();

export { judge, note, consume, sweep, door, canned, probe, resolverHandler as resolver };
