/** The async events API below @forge/events: push, statistics, cancel; then the consumer, at least once. */
import { randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import type { Delivery, Parcel, Received } from '../../delivery';
import type { Rudeness } from '../../faults';
import type { Call } from '../../invoke';
import { deadlineSeconds } from '../../limits';
import { judge } from '../../retry';
import type { Clock, FunctionOutcome, Log, ServiceRequest, ServiceResponse } from '../service';
import {
  BACKOFF_FIRST_SECONDS,
  BACKOFF_MAX_SECONDS,
  CYCLIC_MAX_DEPTH,
  EVENTS_PER_MINUTE,
  RETENTION_HOURS,
} from './limits';
import { createSlots, type Slots } from './slots';
import { createQueueStore, type QueueStore } from './store';
import { eventProblem, isTooLarge, JobRequest, PushRequest, type Pushed } from './validate';

/** The function that consumes one queue. */
export interface Consumer {
  readonly moduleKey: string;
  readonly functionKey: string;
  readonly timeoutSeconds: number | undefined;
}

export interface QueueParts {
  readonly database: DatabaseSync;
  readonly clock: Clock;
  readonly delivery: Delivery;
  readonly consumers: ReadonlyMap<string, Consumer>;
  readonly call: (call: Call) => Promise<FunctionOutcome>;
  readonly rudeness: () => Rudeness;
  readonly log: Log;
}

export interface Queues {
  /** `/webhook/queue/{publish,stats,cancel}/…`; `depth` = consumers in a row that led to this call. */
  handle(request: ServiceRequest, depth: number): Promise<ServiceResponse>;
}

const Item = z.object({
  queueName: z.string(),
  jobId: z.string(),
  eventId: z.string(),
  body: z.record(z.string(), z.unknown()),
  delayInSeconds: z.number().optional(),
  concurrency: z.object({ key: z.string(), limit: z.number() }).optional(),
  depth: z.number(),
  failures: z.number(),
  retry: z
    .object({ retryCount: z.number(), retryReason: z.string(), retryData: z.unknown().optional() })
    .optional(),
});
type Item = z.output<typeof Item>;

const LANE = 'queue';
const RETENTION_MS = RETENTION_HOURS * 3_600_000;

export function createQueues(parts: QueueParts): Queues {
  const store = createQueueStore(parts.database);
  const slots = createSlots();
  const minute = { window: 0, events: 0 };
  parts.delivery.open(LANE, {
    rudeness: parts.rudeness,
    receive: (parcel) => receive(parts, store, slots, parcel),
  });

  const admit = (events: number): boolean => {
    const window = Math.floor(parts.clock.now() / 60_000);
    if (window !== minute.window) Object.assign(minute, { window, events: 0 });
    if (minute.events + events > EVENTS_PER_MINUTE) return false;
    minute.events += events;
    return true;
  };

  return {
    async handle(request, depth) {
      const action = /^\/webhook\/queue\/(publish|stats|cancel)\//.exec(request.path)?.[1];
      const body: unknown = JSON.parse(request.body.toString() || '{}');
      if (action === 'publish') return push(parts, store, admit, body, depth);
      const job = JobRequest.safeParse(body);
      if (!job.success) return malformed(job.error);
      const { queueName, jobId } = job.data;
      const statistics = store.statistics(queueName, jobId);
      if (statistics === undefined)
        return { status: 404, body: { message: 'The job was not found.' } };
      if (action === 'stats') return { status: 200, body: statistics };
      store.cancel(queueName, jobId);
      return { status: 204 };
    },
  };
}

function malformed(error: z.ZodError): ServiceResponse {
  return { status: 400, body: { message: z.prettifyError(error) } };
}

function push(
  parts: QueueParts,
  store: QueueStore,
  admit: (events: number) => boolean,
  body: unknown,
  depth: number,
): ServiceResponse {
  const request = PushRequest.safeParse(body);
  if (!request.success) return malformed(request.error);
  const { queueName, jobId, payload } = request.data;
  const consumer = parts.consumers.get(queueName);
  if (consumer === undefined) {
    return {
      status: 400,
      body: { message: `No consumer module of the manifest reads the queue "${queueName}".` },
    };
  }
  if (isTooLarge(payload))
    return { status: 413, body: { errorMessage: 'The maximum payload size is 200KB.' } };
  if (depth >= CYCLIC_MAX_DEPTH)
    return { status: 405, body: { message: 'The limit on cyclic invocation has been reached.' } };
  if (!admit(payload.length)) return { status: 429, body: { message: 'Too many requests.' } };

  const seconds = deadlineSeconds('consumer', consumer.timeoutSeconds);
  const failedEvents = payload.flatMap((event, index) => {
    const errorMessage = eventProblem(event, seconds);
    if (errorMessage !== undefined) return [{ index: String(index), errorMessage }];
    accept(parts, store, { queueName, jobId, event, depth });
    return [];
  });
  return failedEvents.length === 0
    ? { status: 201, body: {} }
    : { status: 202, body: { failedEvents } };
}

function accept(
  { delivery }: QueueParts,
  store: QueueStore,
  {
    queueName,
    jobId,
    event,
    depth,
  }: { queueName: string; jobId: string; event: Pushed; depth: number },
): void {
  const eventId = randomUUID();
  store.add(queueName, jobId, eventId);
  const item: Item = { ...event, queueName, jobId, eventId, depth, failures: 0 };
  delivery.send(LANE, item, (event.delayInSeconds ?? 0) * 1_000);
}

async function receive(
  parts: QueueParts,
  store: QueueStore,
  slots: Slots,
  parcel: Parcel,
): Promise<Received> {
  const item = Item.parse(parcel.payload);
  const leave =
    item.concurrency && (await slots.enter(item.concurrency.key, item.concurrency.limit));
  try {
    if (store.isCancelled(item.eventId)) return { kind: 'delivered' };
    return await consume(parts, store, parcel, item);
  } finally {
    leave?.();
  }
}

async function consume(
  parts: QueueParts,
  store: QueueStore,
  parcel: Parcel,
  item: Item,
): Promise<Received> {
  const consumer = parts.consumers.get(item.queueName);
  if (consumer === undefined) return { kind: 'delivered' };
  const remainingMs = parcel.sentMs + RETENTION_MS - parts.clock.now();
  const verdict = judge(
    await parts.call({
      moduleKey: consumer.moduleKey,
      moduleType: 'consumer',
      functionKey: consumer.functionKey,
      payload: toAsyncEvent(item, parcel.sentMs, remainingMs),
      deadlineSeconds: deadlineSeconds('consumer', consumer.timeoutSeconds),
      background: true,
      queueDepth: item.depth + 1,
    }),
  );
  if (verdict.kind === 'done') {
    store.end(item.eventId, 'success');
    return { kind: 'delivered' };
  }
  const afterMs =
    verdict.kind === 'asked' ? verdict.afterSeconds * 1_000 : backoffMs(item.failures);
  if (remainingMs <= afterMs) {
    parts.log(
      `An event of queue ${item.queueName} failed for ${RETENTION_HOURS} hours and is dropped.`,
    );
    store.end(item.eventId, 'failed');
    return { kind: 'delivered' };
  }
  const retryReason = verdict.kind === 'threw' ? 'FUNCTION_RUNTIME_ERROR' : verdict.reason;
  const retryData = verdict.kind === 'asked' ? verdict.data : item.retry?.retryData;
  const retry = { retryCount: (item.retry?.retryCount ?? 0) + 1, retryReason, retryData };
  return { kind: 'again', afterMs, payload: { ...item, failures: item.failures + 1, retry } };
}

function backoffMs(failures: number): number {
  return Math.min(BACKOFF_FIRST_SECONDS * 2 ** failures, BACKOFF_MAX_SECONDS) * 1_000;
}

/** Source: @forge/events 3.0.8, out/types.d.ts, AsyncEvent. */
function toAsyncEvent(
  { depth: _depth, failures: _failures, retry, ...event }: Item,
  sentMs: number,
  remainingMs: number,
) {
  if (retry === undefined) return event;
  const retentionWindow = {
    startTime: new Date(sentMs).toISOString(),
    remainingTimeMs: remainingMs,
  };
  return { ...event, retryContext: { ...retry, retentionWindow } };
}
