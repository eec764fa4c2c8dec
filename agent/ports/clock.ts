/** Time as the agent sees it. */

/** Two clocks, because each lies in its own way: wall time jumps, monotonic time stops in a suspended machine. */
export interface Clock {
  /** Epoch milliseconds. */
  wallMilliseconds(): number;
  monotonicMilliseconds(): number;
  /** Resolves after the time, or as soon as the signal aborts. */
  sleep(milliseconds: number, until?: AbortSignal): Promise<void>;
}

/** A moment on both clocks. */
export interface Instant {
  readonly wall: number;
  readonly monotonic: number;
}
