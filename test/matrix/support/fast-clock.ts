/** Time that runs many times faster than the wall's. */
import { machineClock } from '../../../agent/clock';
import type { Clock } from '../../../agent/ports/clock';

/** Starts at `from` (epoch milliseconds) when the wall shows `began`. */
export const fastClock = (pace: number, began: number, from: number): Clock => ({
  wallMilliseconds: () => from + (Date.now() - began) * pace,
  monotonicMilliseconds: () => performance.now() * pace,
  sleep: (milliseconds, until) => machineClock.sleep(milliseconds / pace, until),
});

export interface PatientClock extends Clock {
  /** So much time passes at once; whoever sleeps notices when it wakes. */
  jump(milliseconds: number): void;
}

/** Longer than between two looks of whoever waits for something. */
const LOOK_MILLISECONDS = 50;

/**
 * Time of one process, that passes only while somebody looks: when a busy machine gives the process no turn for
 * seconds, nobody's minutes have passed.
 */
export function patientClock(pace: number, from: number): PatientClock {
  let passed = 0;
  let looked = performance.now();
  const look = (): number => {
    const now = performance.now();
    passed += Math.min(now - looked, LOOK_MILLISECONDS) * pace;
    looked = now;
    return passed;
  };
  return {
    wallMilliseconds: () => from + look(),
    monotonicMilliseconds: look,
    sleep: (milliseconds, until) => machineClock.sleep(milliseconds / pace, until),
    jump: (milliseconds) => {
      passed += milliseconds;
    },
  };
}
