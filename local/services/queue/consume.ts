/** One event at its consumer: under its concurrency key, again until it succeeds or a day is over. */
import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import type { Delivery, Parcel, Received } from '../../delivery';
import type { Rudeness } from '../../faults';
import type { Call } from '../../invoke';
import { deadlineSeconds } from '../../limits';
import { judge } from '../../retry';
import type { Clock, FunctionOutcome, Log } from '../service';
import { BACKOFF_FIRST_SECONDS, BACKOFF_MAX_SECONDS, RETENTION_HOURS } from './limits';
import type { Slots } from './slots';
import type { QueueStore } from './store';

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
export type Item = z.output<typeof Item>;

const RETENTION_MS = RETENTION_HOURS * 3_600_000;

/** Calls the consumer of one parcel's event, unless its job was cancelled meanwhile. */
export async function receive(
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
