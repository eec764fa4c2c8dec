/** What a test can ask the fixture app to do, by name. */
import api, { assumeTrustedRoute, fetch, webTrigger } from '@forge/api';
import { Queue } from '@forge/events';
import { runChain, type Step } from './chain';

interface Push {
  readonly events: { body: Record<string, unknown> }[];
  readonly queue?: string;
}

const probes = {
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
  push: async ({ events, queue = 'jobs' }: Push) => new Queue({ key: queue }).push(events),
  stats: async ({ jobId }: { jobId: string }) => new Queue({ key: 'jobs' }).getStats(jobId),
  cancel: async ({ jobId }: { jobId: string }) => new Queue({ key: 'jobs' }).cancel(jobId),
  url: async ({ key, forceCreate = false }: { key: string; forceCreate?: boolean }) =>
    webTrigger.getUrl(key, { forceCreate }),
  now: () => ({
    now: Date.now(),
    iso: new Date().toISOString(),
    isDate: new Date(0) instanceof Date && new Date(0).getTime() === 0,
  }),
  env: () => ({ names: Object.keys(process.env).sort(), flags: process.execArgv }),
  print: () => {
    process.stdout.write('no JSON at all\n{"half": \n');
    console.log('a line', { of: 'log' });
    return 'printed';
  },
  big: ({ bytes }: { bytes: number }) => 'x'.repeat(bytes),
  token: () => {
    const runtime = Reflect.get(globalThis, '__forge_runtime__') as { proxy: { token: string } };
    return { text: runtime.proxy.token };
  },
  realtime: async () => {
    const forgeFetch = Reflect.get(globalThis, '__forge_fetch__') as ForgeFetch;
    const { status } = await forgeFetch({ type: 'realtime' }, '/', { method: 'POST', body: '{}' });
    return { status };
  },
};

type ForgeFetch = (target: object, path: string, init: object) => Promise<{ status: number }>;

/** What can be asked. */
export type Ask = keyof typeof probes;

export async function probe({ ask, input }: { ask: Ask; input: never }): Promise<unknown> {
  return probes[ask](input);
}
