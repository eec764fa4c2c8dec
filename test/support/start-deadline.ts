/** Starting a host may run the real bundler first, on a machine that does other things too. */
export const START_DEADLINE_MS = 240_000;
