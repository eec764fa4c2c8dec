/** The app's clock, as its answers tell it: the agent's own may be wrong by minutes or be set back. */
import { elapsedSince } from './lease';
import type { Clock, Instant } from './ports/clock';

/** A clock that is wrong by more is not corrected: somebody should set it. Ours: an hour. */
export const CORRECTION_MAX_SECONDS = 3_600;

export interface ServerTime {
  /** Epoch seconds now. */
  now(): number;
  /** Takes in an answer's time. `sentAt` is when its request was sent: the app's clock showed that later. */
  learn(serverSeconds: number, sentAt: Instant): void;
  /** The newest time that the app has told since this start; 0 before its first answer. */
  heard(): number;
  /** How far the agent's own clock is ahead, in seconds; 0 before the first answer. */
  aheadSeconds(): number;
}

/** The app's time; the agent's own until the first answer. */
export function createServerTime(clock: Clock): ServerTime {
  let known: { readonly seconds: number; readonly at: Instant } | null = null;
  const own = (): number => Math.floor(clock.wallMilliseconds() / 1_000);
  const now = (): number =>
    known === null ? own() : known.seconds + Math.floor(elapsedSince(known.at, clock) / 1_000);
  let heard = 0;
  return {
    now,
    learn: (serverSeconds, sentAt) => {
      heard = Math.max(heard, serverSeconds);
      // Counted from the request: this time is never behind the app's, so nothing seems valid too long.
      known = { seconds: serverSeconds, at: sentAt };
    },
    heard: () => heard,
    aheadSeconds: () => (known === null ? 0 : own() - now()),
  };
}
