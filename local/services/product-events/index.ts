/**
 * Product events and post-functions: after the fact, at least once, in no order; nobody waits for them. They run as
 * nobody: `asUser()` would need offline impersonation. Source: events-reference/product_events, Authorization.
 */
import { z } from 'zod';
import type { Delivery, Parcel, Received } from '../../delivery';
import type { Rudeness } from '../../faults';
import type { Call } from '../../invoke';
import { deadlineSeconds } from '../../limits';
import { judge, type RetryContext } from '../../retry';
import type { AppEvent, FunctionOutcome, Log } from '../service';
import { PLATFORM_RETRY_SECONDS, RETRIES_MAX } from './limits';

const Event = z.object({
  kind: z.enum(['post-function', 'product-event']),
  moduleKey: z.string(),
  moduleType: z.string(),
  functionKey: z.string(),
  payload: z.record(z.string(), z.unknown()),
  retry: z
    .object({ retryCount: z.number(), retryReason: z.string(), retryData: z.unknown().optional() })
    .optional(),
});
type Event = z.output<typeof Event>;

export interface EventParts {
  readonly delivery: Delivery;
  readonly call: (call: Call) => Promise<FunctionOutcome>;
  readonly rudeness: (kind: AppEvent['kind']) => Rudeness;
  readonly log: Log;
}

/** Opens both lanes and answers the way in. */
export function createEvents(parts: EventParts): (event: AppEvent) => void {
  for (const kind of ['post-function', 'product-event'] as const) {
    parts.delivery.open(kind, {
      rudeness: () => parts.rudeness(kind),
      receive: (parcel) => receive(parts, parcel),
    });
  }
  return (event) => parts.delivery.send(event.kind, event);
}

async function receive(parts: EventParts, parcel: Parcel): Promise<Received> {
  const event = Event.parse(parcel.payload);
  const { moduleKey, moduleType, functionKey, retry } = event;
  const verdict = judge(
    await parts.call({
      moduleKey,
      moduleType,
      functionKey,
      payload: retry === undefined ? event.payload : { ...event.payload, retryContext: retry },
      deadlineSeconds: deadlineSeconds(moduleType, undefined),
      background: true,
    }),
  );
  switch (verdict.kind) {
    case 'done':
      return { kind: 'delivered' };
    case 'threw':
      // An error of the app is not retried unless it asks. Source: events-reference/product_events, Retry.
      parts.log(
        `${functionKey} failed on ${moduleKey} and is not called again: ${verdict.message}`,
      );
      return { kind: 'delivered' };
    case 'asked':
      return again(parts, event, verdict.afterSeconds, verdict.reason, verdict.data);
    case 'platform': {
      const seconds = PLATFORM_RETRY_SECONDS * 2 ** (retry?.retryCount ?? 0);
      return again(parts, event, seconds, verdict.reason, retry?.retryData);
    }
  }
}

function again(
  parts: EventParts,
  event: Event,
  afterSeconds: number,
  retryReason: string,
  data: unknown,
): Received {
  const retryCount = (event.retry?.retryCount ?? 0) + 1;
  if (retryCount > RETRIES_MAX) {
    parts.log(
      `${event.functionKey} asked for ${event.moduleKey} more than ${RETRIES_MAX} times; the event is dropped.`,
    );
    return { kind: 'delivered' };
  }
  const retry: RetryContext = {
    retryCount,
    retryReason,
    ...(data === undefined ? {} : { retryData: data }),
  };
  return { kind: 'again', afterMs: afterSeconds * 1_000, payload: { ...event, retry } };
}
