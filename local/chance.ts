/** Chance from a seed: the same seed, the same rudeness. */
import type { Chance } from './services/service';

export interface SeededChance extends Chance {
  /** A stream of its own, so that what one service draws does not shift another's. */
  fork(name: string): SeededChance;
}

/** Mulberry32 by Tommy Ettinger (public domain): small, and good enough to be rude with. */
export function seededChance(seed: string): SeededChance {
  let state = hash(seed);
  return {
    next() {
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
    },
    fork: (name) => seededChance(`${seed}/${name}`),
  };
}

/** Whether something of this probability happens now. */
export function happens(chance: Chance, probability: number): boolean {
  return probability > 0 && chance.next() < probability;
}

/** A whole number of milliseconds between both bounds, both included. */
export function drawMs(chance: Chance, leastMs: number, mostMs: number): number {
  return leastMs + Math.floor(chance.next() * (Math.max(leastMs, mostMs) - leastMs + 1));
}

/** FNV-1a over UTF-16 units. */
function hash(text: string): number {
  let state = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    state = Math.imul(state ^ text.charCodeAt(index), 0x01000193);
  }
  return state | 0;
}
