import type { Clock } from '#app/ports';

/** The time of the machine that runs the function. */
export const clock: Clock = { now: () => Math.floor(Date.now() / 1000) };
