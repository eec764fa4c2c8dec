/** The two clocks of an agent's machine: one stands still while it is suspended, the other is set by people. */
import type { Sim } from './sim';

export interface MachineClock {
  wallMilliseconds(): number;
  monotonicMilliseconds(): number;
  /** The machine sleeps for so long. */
  suspend(milliseconds: number): void;
  /** It stands still for so long, as a virtual one may: neither clock knows. */
  pause(milliseconds: number): void;
  /** Somebody may set the wall clock. */
  mayBeSet(): void;
  /** Somebody sets it right, roughly: an agent does not work with one that is wrong by more than an hour. */
  correct(): void;
  /** Whether neither of them tells how much time has passed. */
  lies(): boolean;
}

const SECOND = 1_000;
const DAY = 86_400 * SECOND;
const JUMPS = [-3 * DAY, -600 * SECOND, -90 * SECOND, 45 * SECOND, 900 * SECOND, 3 * DAY];
const WRONG_MAX = 1_800 * SECOND;

/** `aheadMilliseconds`: how far the wall clock is ahead of the truth at the beginning. */
export function createMachineClock(sim: Sim, aheadMilliseconds: number): MachineClock {
  let ahead = aheadMilliseconds;
  let suspended = 0;
  let wentBack = false;

  return {
    monotonicMilliseconds: () => sim.scheduler.now() - suspended,
    wallMilliseconds: () => sim.scheduler.now() + ahead,
    suspend: (milliseconds) => {
      suspended += milliseconds;
    },
    pause: (milliseconds) => {
      suspended += milliseconds;
      ahead -= milliseconds;
      wentBack = true;
    },
    mayBeSet: () => {
      if (!sim.strikes('clock-set')) return;
      const jump = sim.chance.pick(JUMPS);
      sim.count('clock of an agent set');
      ahead += jump;
      wentBack ||= jump < 0;
    },
    correct: () => {
      if (Math.abs(ahead) <= WRONG_MAX) return;
      wentBack ||= ahead > 0;
      ahead = 0;
    },
    lies: () => wentBack && suspended > 0,
  };
}
