/** What the end of an asynchronous call means: done, or again after a while. */
import { z } from 'zod';
import type { FunctionOutcome } from './services/service';

/** Longest wait that an app can ask for, in seconds. Source: events-reference/product_events, Retry. */
const RETRY_AFTER_MAX_SECONDS = 900;
/** Largest `retryData`. Same source. */
const RETRY_DATA_MAX_BYTES = 4 * 1_024;

/** What a retried event carries. Source: @forge/events 3.0.8, out/types.d.ts. */
export interface RetryContext {
  readonly retryCount: number;
  readonly retryReason: string;
  readonly retryData?: unknown;
}

export type Verdict =
  | { readonly kind: 'done' }
  /** The app returned an InvocationError. */
  | {
      readonly kind: 'asked';
      readonly afterSeconds: number;
      readonly reason: string;
      readonly data: unknown;
    }
  /** Timeout, crash: an error that the app could not catch. */
  | { readonly kind: 'platform'; readonly reason: string }
  | { readonly kind: 'threw'; readonly message: string };

/** Source of the wire form: @forge/events 3.0.8, out/invocationError.js. */
const RetryWish = z.object({
  _retry: z.literal(true),
  retryOptions: z.object({
    retryAfter: z.number().default(1),
    retryReason: z.string().default('FUNCTION_RETRY_REQUEST'),
    retryData: z.unknown().optional(),
  }),
});

export function judge(outcome: FunctionOutcome): Verdict {
  switch (outcome.kind) {
    case 'timed-out':
      return { kind: 'platform', reason: 'FUNCTION_TIME_OUT' };
    case 'crashed':
      return { kind: 'platform', reason: 'FUNCTION_PLATFORM_UNKNOWN_ERROR' };
    case 'threw':
      return { kind: 'threw', message: outcome.message };
    case 'returned':
      return judgeValue(outcome.value);
  }
}

function judgeValue(value: unknown): Verdict {
  const wish = RetryWish.safeParse(value);
  if (!wish.success) return { kind: 'done' };
  const { retryAfter, retryReason, retryData } = wish.data.retryOptions;
  const bytes = retryData === undefined ? 0 : Buffer.byteLength(JSON.stringify(retryData));
  return {
    kind: 'asked',
    afterSeconds: Math.min(retryAfter, RETRY_AFTER_MAX_SECONDS),
    reason: retryReason,
    data: bytes > RETRY_DATA_MAX_BYTES ? undefined : retryData,
  };
}
