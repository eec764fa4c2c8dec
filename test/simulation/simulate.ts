/** One run from one seed: set up, storm, heal, come to rest; and what was found. */
import { checkRest, isRevoked, unrest } from './final-checks';
import type { AgentRunner } from './agent-machine';
import { liveCopyist } from './copied-key';
import { FUNCTIONS } from './functions';
import { livePerson } from './people';
import type { Protection } from './protections';
import { checkReading, liveReader } from './readers';
import type { ReadingRoom } from './readers';
import { BEGINNING_MILLISECONDS, createLife } from './scheduler';
import { notServing } from './served';
import { hasReader, isAtDatabases, isRobbed, isUnheard } from './shares';
import { createSim } from './sim';
import type { Sim, Violation } from './sim';
import { liveStranger } from './stranger';
import { createWorld } from './world';
import type { World } from './world';

export interface Run {
  readonly seed: number;
  readonly violation: Violation | undefined;
  readonly steps: number;
  readonly virtualSeconds: number;
  readonly counts: ReadonlyMap<string, number>;
  readonly traceDigest: string;
  readonly trace: readonly string[];
}

/** How long the troubles last. */
const STORM_SECONDS = { least: 20, most: 80 };
/** So long that scripts run in it, and are taken over. */
const LONG_STORM_SECONDS = { least: 60, most: 160 };
/** So long that people let work be tried again about which they were never asked. */
const LONGEST_STORM_SECONDS = { least: 200, most: 320 };

/** I21: when all troubles have ended, everything ends or asks within so long. */
const REST_SECONDS = 600;

const SWEEP_SECONDS = 300;

/** A run that takes more steps goes round in circles. */
const STEPS_MAX = 150_000;

/** Lines of the trace that a violation is shown with. */
const LINES_SHOWN = 40;

/** A run in words: its violation, and how it came to that. */
export const describeRun = (run: Run, lines = LINES_SHOWN): string =>
  [
    `seed ${run.seed}: ${run.violation?.invariant ?? 'no violation'} ${run.violation?.sentence ?? ''}`,
    ...run.trace.slice(-lines).map((line) => `  ${line}`),
  ].join('\n');

/** Runs a seed; `off` switches one protection off. */
export async function simulate(seed: number, off: Protection | null = null): Promise<Run> {
  const sim = createSim(seed, off);
  let isOver = false;
  const story = tellStory(sim).then(() => {
    isOver = true;
  }, breaksOff(sim));
  await sim.scheduler.run(() => {
    if (sim.scheduler.steps() > STEPS_MAX) sim.violated('I21', 'The run goes round in circles.');
    return !isOver && sim.violation() === undefined;
  });
  if (sim.violation() === undefined) await story;
  return {
    seed,
    violation: sim.violation(),
    steps: sim.scheduler.steps(),
    virtualSeconds: Math.round((sim.scheduler.now() - BEGINNING_MILLISECONDS) / 1_000),
    counts: sim.counts(),
    traceDigest: sim.trace.digest(),
    trace: sim.trace.lines(),
  };
}

/** A story that nobody expected to break off. */
const breaksOff =
  (sim: Sim) =>
  (error: unknown): void =>
    sim.violated('exception', error instanceof Error ? (error.stack ?? '') : String(error));

async function tellStory(sim: Sim): Promise<void> {
  const director = createLife('director');
  const world = await createWorld(sim);
  let stormy = true;
  // An agent that has just come up polls; one that found nothing sleeps for a minute.
  for (const agent of world.agents)
    sim.scheduler.after(director, sim.chance.between(0, 25_000), 'starts an agent', agent.boot);
  sweepRegularly(world);
  for (const name of ['alice', 'bob']) {
    livePerson(townOf(world), name, () => !stormy).catch(breaksOff(sim));
  }
  if (hasReader(sim)) liveReader(roomOf(world), () => !stormy).catch(breaksOff(sim));
  liveStranger(world, () => !stormy).catch(breaksOff(sim));
  if (isRobbed(sim)) liveCopyist(world, () => !stormy).catch(breaksOff(sim));

  sim.storm();
  const { least, most } = stormOf(sim);
  const seconds = sim.chance.between(least, most);
  await sim.scheduler.wait(director, seconds * 1_000, 'ends the storm');
  stormy = false;
  sim.heal();
  for (const host of world.hosts) Object.assign(host, { unreachableUntil: 0, fullUntil: 0 });
  // One agent of each group is enough, if it may work everywhere: the others may stay away for good.
  const groups = [...new Set(world.agents.map(({ machine }) => machine.reach.group))];
  const firsts = groups.map((group) => sim.chance.pick(fitAgents(world, group)));
  for (const agent of firsts) agent.wake();
  for (const agent of world.agents.filter((each) => !firsts.includes(each))) {
    const frozenMilliseconds = agent.frozenUntil() - sim.scheduler.now();
    if (frozenMilliseconds > 0 && sim.chance.happens(0.8)) {
      // Its job has been taken over by then.
      sim.count('agent left frozen');
      sim.scheduler.after(director, frozenMilliseconds, 'lets an agent thaw', agent.wake);
    } else if (sim.chance.happens(0.7)) agent.wake();
    else agent.retire();
  }

  await comeToRest(world, director);
  if (sim.violation() === undefined) await checkRest(world);
  if (sim.violation() === undefined && hasReader(sim)) await checkReading(roomOf(world));
  if (sim.violation() === undefined) await outliveFormerKeys(world, director);
}

function stormOf(sim: Sim): typeof STORM_SECONDS {
  if (isUnheard(sim)) return LONGEST_STORM_SECONDS;
  return isAtDatabases(sim) ? LONG_STORM_SECONDS : STORM_SECONDS;
}

const fitAgents = (world: World, group: string | undefined): readonly AgentRunner[] =>
  world.agents.filter(
    ({ machine }) => machine.isWhole && machine.reach.group === group && !isRevoked(world, machine),
  );

/** Where keys were replaced: every agent is still known once the former ones have ended, wherever it died meanwhile. */
async function outliveFormerKeys(
  world: World,
  director: ReturnType<typeof createLife>,
): Promise<void> {
  const { sim, agents, keys } = world;
  const awake = agents
    .filter((agent) => !agent.isRetired() && !isRevoked(world, agent.machine))
    .map(({ machine }) => machine);
  const deadline = sim.scheduler.now() + REST_SECONDS * 1_000;
  for (;;) {
    const [first] = keys.unheard(awake);
    if (!first) return;
    if (sim.scheduler.now() > deadline) {
      sim.violated('keys', `${first.name} has no key left that the app knows.`);
      return;
    }
    await sim.scheduler.wait(director, 10_000, 'waits for the end of former keys');
  }
}

async function comeToRest(world: World, director: ReturnType<typeof createLife>): Promise<void> {
  const { scheduler } = world.sim;
  let deadline = scheduler.now() + REST_SECONDS * 1_000;
  let calmLooks = 0;
  for (;;) {
    await scheduler.wait(director, 3_000, 'looks around');
    // An event that is still late is a trouble that has not ended.
    if (world.events.pending() > 0) deadline = scheduler.now() + REST_SECONDS * 1_000;
    const reason = await unrest(world);
    const isFrozen = world.agents.some((agent) => agent.frozenUntil() > scheduler.now());
    calmLooks = reason === undefined && !isFrozen ? calmLooks + 1 : 0;
    // What was under way at the first look is over at the third.
    if (calmLooks === 3) return;
    if (scheduler.now() > deadline) {
      if (reason) world.sim.violated(...reason);
      return;
    }
  }
}

function sweepRegularly({ sim, functions }: World): void {
  const schedule = createLife('schedule');
  const again = (seconds: number): void => {
    sim.scheduler.after(schedule, seconds * 1_000, 'sweeps', () => {
      void FUNCTIONS.sweep(functions);
      again(SWEEP_SECONDS);
    });
  };
  again(sim.chance.between(1, SWEEP_SECONDS));
}

const roomOf = (world: World): ReadingRoom => ({ ...townOf(world), ...world });

const townOf = (world: World): Parameters<typeof livePerson>[0] => ({
  ...world,
  isServed: ({ state }) => notServing(world.store, world.hosts, state.planDigest) === undefined,
});
