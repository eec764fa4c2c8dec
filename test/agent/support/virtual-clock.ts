/** A clock that moves only when everybody sleeps. */
import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../../agent/ports/clock';

export interface VirtualClock extends Clock {
  /** Runs until the promise settles, moving the time whenever nobody can go on. */
  drive<Result>(work: Promise<Result>): Promise<Result>;
  /** Sets the wall clock forth or back; monotonic time stays. */
  jump(milliseconds: number): void;
  /** Lets time pass that only the wall clock sees, as in a suspended machine. */
  readonly milliseconds: number;
}

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

const START = Date.UTC(2026, 10, 20);

/** Turns without a sleeper after which nobody will ever go on. */
const IDLE_TURNS_MAX = 2_000;

export function createVirtualClock(): VirtualClock {
  let elapsed = 0;
  let jumped = 0;
  const sleepers: Sleeper[] = [];

  const drive = async <Result>(work: Promise<Result>): Promise<Result> => {
    const end = new AbortController();
    const isOver = (): boolean => end.signal.aborted;
    work.then(
      () => end.abort(),
      () => end.abort(),
    );
    let idle = 0;
    while (!isOver()) {
      for (let turn = 0; turn < 3 && !isOver(); turn += 1) await setImmediate();
      if (isOver()) break;
      sleepers.sort((left, right) => left.at - right.at);
      const next = sleepers.shift();
      if (!next) {
        idle += 1;
        if (idle > IDLE_TURNS_MAX) throw new Error('Nobody sleeps and nothing goes on.');
        continue;
      }
      idle = 0;
      elapsed = Math.max(elapsed, next.at);
      next.wake();
    }
    return work;
  };

  return {
    drive,
    get milliseconds() {
      return elapsed;
    },
    jump: (milliseconds) => {
      jumped += milliseconds;
    },
    wallMilliseconds: () => START + elapsed + jumped,
    monotonicMilliseconds: () => elapsed,
    sleep: (milliseconds, until) =>
      new Promise((resolve) => {
        if (until?.aborted) {
          resolve();
          return;
        }
        const wake = (): void => {
          const index = sleepers.indexOf(sleeper);
          if (index >= 0) sleepers.splice(index, 1);
          until?.removeEventListener('abort', wake);
          resolve();
        };
        const sleeper: Sleeper = { at: elapsed + milliseconds, wake };
        sleepers.push(sleeper);
        until?.addEventListener('abort', wake);
      }),
  };
}
