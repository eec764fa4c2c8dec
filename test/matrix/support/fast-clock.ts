/** Time that runs many times faster than the wall's, for processes that share a beginning. */
import { machineClock } from '../../../agent/clock';
import type { Clock } from '../../../agent/ports';

/** Starts at `from` (epoch milliseconds) when the wall shows `began`. */
export const fastClock = (pace: number, began: number, from: number): Clock => ({
  wallMilliseconds: () => from + (Date.now() - began) * pace,
  monotonicMilliseconds: () => performance.now() * pace,
  sleep: (milliseconds, until) => machineClock.sleep(milliseconds / pace, until),
});
