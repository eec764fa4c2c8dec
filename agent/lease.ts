/** How long a claim still holds, counted so that the agent never believes longer than the app does. */
import { LEASE_MARGIN_SECONDS } from '#wire/agent';
import type { Clock, Instant } from './ports/clock';

/** Now, on both clocks. */
export const instant = (clock: Clock): Instant => ({
  wall: clock.wallMilliseconds(),
  monotonic: clock.monotonicMilliseconds(),
});

/**
 * Milliseconds since an instant: the larger of both clocks, because CLOCK_MONOTONIC stands still in
 * a suspended machine and the wall clock may be set back.
 */
export const elapsedSince = (then: Instant, clock: Clock): number =>
  Math.max(clock.wallMilliseconds() - then.wall, clock.monotonicMilliseconds() - then.monotonic, 0);

export interface Lease {
  /** When the request that the lease answers was sent: the app counts from later. */
  readonly from: Instant;
  readonly seconds: number;
}

/** Whether an effect may still begin: not in the margin before the lease's end. */
export const allowsEffects = (lease: Lease, clock: Clock): boolean =>
  elapsedSince(lease.from, clock) < (lease.seconds - LEASE_MARGIN_SECONDS) * 1_000;
