/** Virtual time: whatever waits in the simulation waits here, and chance decides among what is due together. */
import type { Chance } from './chance';
import { createHeap } from './heap';

/** Something that can die or freeze: an invocation of a function, a start of an agent, an act on a host. */
export interface Life {
  readonly name: string;
  alive: boolean;
  /** Nothing of it goes on before that virtual millisecond. */
  frozenUntil: number;
  /** It dies instead of going on after so many further waits. */
  waitsLeft: number;
  readonly onDeath: (() => void)[];
  /** Told for how many milliseconds it freezes. */
  readonly onFreeze: ((milliseconds: number) => void)[];
}

export const createLife = (name: string, waitsLeft = Infinity): Life => ({
  name,
  alive: true,
  frozenUntil: 0,
  waitsLeft,
  onDeath: [],
  onFreeze: [],
});

/** Ends a life: nothing that it waits for ever comes. */
export function kill(life: Life): void {
  if (!life.alive) return;
  life.alive = false;
  for (const tell of life.onDeath) tell();
}

/** Nothing of a life goes on for so long. */
export function freeze(life: Life, now: number, milliseconds: number): void {
  life.frozenUntil = now + milliseconds;
  for (const tell of life.onFreeze) tell(milliseconds);
}

export interface Scheduler {
  /** Epoch milliseconds. */
  now(): number;
  /** Does something later, unless the life has ended by then. */
  after(life: Life, milliseconds: number, label: string, act: () => void): void;
  wait(life: Life, milliseconds: number, label: string): Promise<void>;
  /** Runs until told to stop or nothing is left to do; what is due at once runs in an order by chance. */
  run(mayGoOn: () => boolean): Promise<void>;
  steps(): number;
}

interface Due {
  readonly at: number;
  readonly order: number;
  readonly life: Life;
  readonly label: string;
  readonly act: () => void;
}

/** When the simulated world begins; ten digits of seconds, as signed messages want. */
export const BEGINNING_MILLISECONDS = 1_800_000_000_000;

/** How often it is looked whether a frozen life goes on. */
const FROZEN_LOOK_MILLISECONDS = 15_000;

/** A scheduler at the beginning of time. `note` gets a line for each step. */
export function createScheduler(chance: Chance, note: (line: string) => void): Scheduler {
  const heap = createHeap<Due>((left, right) => left.at - right.at || left.order - right.order);
  let now = BEGINNING_MILLISECONDS;
  let steps = 0;

  const after: Scheduler['after'] = (life, milliseconds, label, act) => {
    heap.push({ at: now + Math.round(milliseconds), order: chance.next(), life, label, act });
  };

  const step = (due: Due): void => {
    now = due.at;
    const { life } = due;
    if (!life.alive) return;
    if (life.frozenUntil > now) {
      const at = Math.min(life.frozenUntil, now + FROZEN_LOOK_MILLISECONDS);
      heap.push({ ...due, at, order: chance.next() });
      return;
    }
    steps += 1;
    life.waitsLeft -= 1;
    if (life.waitsLeft < 0) {
      note(`${life.name} is killed before ${due.label}`);
      kill(life);
      return;
    }
    note(`${life.name} ${due.label}`);
    due.act();
  };

  return {
    now: () => now,
    after,
    wait: (life, milliseconds, label) =>
      new Promise((resolve) => {
        after(life, milliseconds, label, resolve);
      }),
    run: (mayGoOn) =>
      new Promise((resolve, reject) => {
        const next = (): void => {
          const due = mayGoOn() ? heap.pop() : undefined;
          if (due === undefined) {
            resolve();
            return;
          }
          try {
            step(due);
          } catch (error) {
            reject(error instanceof Error ? error : new Error(String(error)));
            return;
          }
          // A tick that is asked for by a microtask comes after all other microtasks: until then
          // every promise that this step has settled has been told to whoever awaits it.
          queueMicrotask(() => {
            process.nextTick(next);
          });
        };
        process.nextTick(next);
      }),
    steps: () => steps,
  };
}
