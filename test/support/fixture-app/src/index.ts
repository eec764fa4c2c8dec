/** A small Forge app that the tests of Local Jira run: every function does what its caller asks for. */
import { InvocationError, InvocationErrorCode, type AsyncEvent } from '@forge/events';
import { kvs } from '@forge/kvs';
import Resolver from '@forge/resolver';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { probe, type Ask } from './probes';

interface Marked {
  readonly mark?: string;
  readonly ask?: string;
  readonly retryContext?: { readonly retryCount: number } | undefined;
}

async function note(event: Marked) {
  const mark = event.mark ?? 'unmarked';
  await kvs.set(`last.${mark}`, { event });
  // One key per call: two calls at once would overwrite a counter. The last write, since tests wait for it.
  await kvs.set(`call.${mark}.${randomUUID()}`, true);
  if (event.ask === 'retry') {
    return new InvocationError({
      retryAfter: 2,
      retryReason: InvocationErrorCode.FUNCTION_RETRY_REQUEST,
      retryData: { askedBefore: event.retryContext?.retryCount ?? 0 },
    });
  }
  if (event.ask === 'throw') throw new Error('asked to throw');
  return undefined;
}

async function judge({ configuration }: { configuration?: Record<string, string> }) {
  const wish = configuration?.['wish'];
  if (wish === 'hang') await new Promise(() => undefined);
  if (wish === 'throw') throw new Error('asked to throw');
  if (wish === 'crash') process.exit(7);
  if (wish === 'spin') for (;;);
  if (wish === 'nothing') return undefined;
  return { result: wish === 'yes', errorMessage: `The wish is ${wish ?? 'absent'}.` };
}

const definitions = new Resolver();
definitions.define('whoami', (request) => {
  const shown: Record<string, unknown> = { ...request };
  return shown;
});
definitions.define('refuse', () => {
  throw new Error('not today');
});
const resolver = definitions.getDefinitions();

/** Keeps count of how many run at once; exact only under a concurrency key of limit 1. */
async function consume({ body, retryContext }: AsyncEvent) {
  const busy = ((await kvs.get<number>('busy')) ?? 0) + 1;
  await kvs.set('busy', busy);
  await kvs.set('busiest', Math.max(busy, (await kvs.get<number>('busiest')) ?? 0));
  await sleep(Number(body['workMs'] ?? 0));
  await kvs.set('busy', busy - 1);
  return note({ ...body, retryContext });
}

async function door(request: { body?: string }) {
  if (request.body === 'malformed') return { code: 200 };
  if (request.body === 'throw') throw new Error('asked to throw');
  return {
    statusCode: 201,
    headers: { 'Content-Type': ['application/json'], 'X-Twice': ['a', 'b'] },
    body: JSON.stringify(request),
  };
}

async function sweep(request: object) {
  await note({ mark: 'sweep', ...request });
  return { statusCode: 204 };
}

const canned = async () => ({ outputKey: 'accepted' });

export type { Ask };
export { judge, note, consume, sweep, door, canned, probe, resolver };
