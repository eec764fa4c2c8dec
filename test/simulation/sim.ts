/** What every part of the simulation shares: time, chance, trouble, the trace, and the first violation. */
import { createChance } from './chance';
import type { Chance } from './chance';
import type { Protection } from './protections';
import { createScheduler } from './scheduler';
import type { Life, Scheduler } from './scheduler';
import { createTrace } from './trace';
import type { Trace } from './trace';
import { isAboutStarts, isAtDatabases, isInDoubt, isRobbed, isUnheard } from './shares';
import {
  AT_DATABASES,
  AT_STARTS,
  AT_THEFTS,
  CALM,
  drawWeather,
  IN_DOUBT,
  UNHEARD,
} from './weather';
import type { Trouble, Weather } from './weather';

export interface Violation {
  /** `I1` to `I24` of the reference, or a word of ours. */
  readonly invariant: string;
  readonly sentence: string;
}

export interface Sim {
  readonly seed: number;
  readonly scheduler: Scheduler;
  readonly chance: Chance;
  readonly trace: Trace;
  strikes(trouble: Trouble): boolean;
  /** Begins the troubles of this seed. */
  storm(): void;
  /** Ends all troubles. */
  heal(): void;
  isOff(protection: Protection): boolean;
  violated(invariant: string, sentence: string): void;
  violation(): Violation | undefined;
  /** How often something happened that a good run of many seeds must have seen. */
  count(what: string): void;
  counts(): ReadonlyMap<string, number>;
  /** Reads from outside: takes its time, then looks. */
  ask<Answer>(life: Life, label: string, look: () => Answer): Promise<Answer>;
  /** Changes something outside in one instant; the way there and the way back take their time. */
  tell<Answer>(life: Life, label: string, act: () => Answer): Promise<Answer>;
}

/** A message that takes its time. */
const LATENCY_MILLISECONDS = { least: 1, most: 40 };
const SLOW_MILLISECONDS = { least: 500, most: 20_000 };

/** The shared part of a run with this seed. */
export function createSim(seed: number, off: Protection | null): Sim {
  const chance = createChance(seed);
  const trace: Trace = createTrace(() => scheduler.now());
  const scheduler = createScheduler(chance, trace.note);
  const drawn = {
    ...drawWeather(chance),
    ...(isAtDatabases({ seed }) && AT_DATABASES),
    ...(isRobbed({ seed }) && AT_THEFTS),
    ...(isAboutStarts({ seed }) && AT_STARTS),
    ...(isInDoubt({ seed }) && IN_DOUBT),
  };
  const counts = new Map<string, number>();
  let weather: Weather = CALM;
  let violation: Violation | undefined;

  const strikes = (trouble: Trouble): boolean => chance.happens(weather[trouble] ?? 0);
  const latency = (): number => {
    const { least, most } = strikes('slow') ? SLOW_MILLISECONDS : LATENCY_MILLISECONDS;
    return chance.between(least, most);
  };
  const ask: Sim['ask'] = async (life, label, look) => {
    await scheduler.wait(life, latency(), label);
    return look();
  };

  return {
    seed,
    scheduler,
    chance,
    trace,
    strikes,
    storm: () => {
      weather = isUnheard({ seed }) ? UNHEARD : drawn;
    },
    heal: () => {
      weather = CALM;
    },
    isOff: (protection) => off === protection,
    violated: (invariant, sentence) => {
      trace.note(`VIOLATION ${invariant} ${sentence}`);
      violation ??= { invariant, sentence };
    },
    violation: () => violation,
    count: (what) => counts.set(what, (counts.get(what) ?? 0) + 1),
    counts: () => counts,
    ask,
    tell: async (life, label, act) => {
      const answer = await ask(life, label, act);
      await scheduler.wait(life, latency(), `${label} answered`);
      return answer;
    },
  };
}
