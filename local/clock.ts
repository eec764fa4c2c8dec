/** Time of the whole host: real time that can be skipped ahead, or time that only a test moves. */
import type { Clock } from './services/service';

export interface HostClock extends Clock {
  /** Skips ahead; whatever falls due on the way runs in its order, at its own time. */
  advance(milliseconds: number): void;
  /** How far this clock is ahead of the machine's. */
  readonly aheadMs: () => number;
  /** Forgets every timer. */
  readonly stop: () => void;
}

interface Timer {
  readonly dueMs: number;
  readonly task: () => void;
}

/** Node fires a longer timeout at once. Source: nodejs.org/api/timers.html, setTimeout. */
const TIMEOUT_MAX_MS = 2_147_483_647;

/** Time as the machine has it, plus whatever was skipped. */
export function realClock(): HostClock {
  return createClock(Date.now, true);
}

/** Time that stands still until `advance`. */
export function heldClock(startMs: number): HostClock {
  return createClock(() => startMs, false);
}

function createClock(baseMs: () => number, flows: boolean): HostClock {
  const timers = new Set<Timer>();
  let skippedMs = 0;
  let alarm: NodeJS.Timeout | undefined;
  const now = () => baseMs() + skippedMs;

  const arm = () => {
    clearTimeout(alarm);
    const next = earliest(timers);
    if (!flows || next === undefined) return;
    const waitMs = Math.max(0, next.dueMs - now());
    alarm = setTimeout(() => runUntil(now()), Math.min(waitMs, TIMEOUT_MAX_MS));
    alarm.unref();
  };

  const runUntil = (endMs: number) => {
    for (let next = earliest(timers); next && next.dueMs <= endMs; next = earliest(timers)) {
      timers.delete(next);
      skippedMs += Math.max(0, next.dueMs - now());
      next.task();
    }
    skippedMs += Math.max(0, endMs - now());
    arm();
  };

  return {
    now,
    after(delayMs, task) {
      const timer = { dueMs: now() + Math.max(0, delayMs), task };
      timers.add(timer);
      arm();
      return () => {
        timers.delete(timer);
        arm();
      };
    },
    advance: (milliseconds) => runUntil(now() + milliseconds),
    aheadMs: () => now() - Date.now(),
    stop() {
      timers.clear();
      clearTimeout(alarm);
    },
  };
}

function earliest(timers: ReadonlySet<Timer>): Timer | undefined {
  let first: Timer | undefined;
  for (const timer of timers) if (first === undefined || timer.dueMs < first.dueMs) first = timer;
  return first;
}
