/** A search for a seed that misses a protection; and the same seed with all of them on. */
import process from 'node:process';
import type { Protection } from './protections';
import { simulate } from './simulate';
import type { Bite } from './search-summary';

/** Tries that many seeds, from one on. */
export async function bite(off: Protection, from: number, seeds: number): Promise<Bite> {
  const before = process.cpuUsage().user;
  const taken = (): number => (process.cpuUsage().user - before) / 1e6;
  for (let seed = from; seed < from + seeds; seed += 1) {
    const { violation } = await simulate(seed, off);
    if (!violation) continue;
    const whole = await simulate(seed);
    const { invariant, sentence } = violation;
    const clean = whole.violation === undefined;
    return { protection: off, found: { seed, invariant, sentence, clean }, cpuSeconds: taken() };
  }
  return { protection: off, found: null, cpuSeconds: taken() };
}
