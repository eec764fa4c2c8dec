/** One agent on its machine: starts, crashes, freezes, is stopped, and starts again with its journal. */
import type { Reach } from '#core/reach';
import type { SignedCheckpoint } from '#wire/checkpoint';
import { liveAgent } from '../../agent/agent-loop';
import type { Identity } from '../../agent/ports/agent';
import type { Clock } from '../../agent/ports/clock';
import type { Journal } from '../../agent/ports/journal';
import { assembleAgent } from './agent-process';
import type { Surroundings } from './agent-process';
import { sleep } from './agent-waits';
import type { KeyDisk } from './key-disk';
import { createMachineClock } from './machine-clock';
import { createLife, freeze, kill } from './scheduler';
import type { Life } from './scheduler';
import type { Sim } from './sim';

/** What stays on the machine when the agent's process ends. */
export interface AgentMachine {
  readonly name: string;
  readonly reach: Reach;
  /** It reaches all that its group has. */
  readonly isWhole: boolean;
  readonly keys: KeyDisk;
  readonly identity: Identity;
  readonly journal: Journal;
  /** The checkpoints in the journal, the oldest first. */
  readonly kept: readonly SignedCheckpoint[];
  /** How far its wall clock is ahead of the truth. */
  readonly skewMilliseconds: number;
}

export interface AgentRunner {
  readonly machine: AgentMachine;
  /** Starts it, and again after each end, until the simulation stops. */
  boot(): void;
  /** Ends every trouble that it is in. */
  wake(): void;
  /** Ends it for good. */
  retire(): void;
  isRetired(): boolean;
  /** Until which virtual millisecond it stands still. */
  frozenUntil(): number;
  /** Whether no clock of its machine tells how much time has passed. */
  clocksLie(): boolean;
}

export function createAgentRunner(
  sim: Sim,
  machine: AgentMachine,
  surroundings: Surroundings,
): AgentRunner {
  let starts = 0;
  let current: Life | undefined;
  const machineClock = createMachineClock(sim, machine.skewMilliseconds);
  const disk = { fullUntil: 0 };
  const supervisor = createLife(`${machine.name} machine`);

  const boot = (): void => {
    // The lock of its state directory lets one process live at a time.
    if (current?.alive === true) return;
    starts += 1;
    const life = createLife(`${machine.name}.${starts}`, waitsUntilCrash(sim));
    current = life;
    const stopping = new AbortController();
    // In a suspended machine the monotonic clock stands still, in a paused one both; a stopped process' clock goes on.
    life.onFreeze.push((milliseconds) => {
      if (sim.strikes('machine-paused')) {
        sim.count('machine of an agent paused');
        machineClock.pause(milliseconds);
      } else if (sim.chance.happens(0.5)) machineClock.suspend(milliseconds);
    });
    life.onDeath.push(() => {
      sim.count('agent crashed');
      again(sim.chance.happens(0.5) ? 5_000 : 300_000);
    });
    const agent = assembleAgent(sim, life, {
      kept: machine,
      machineClock,
      clock: clockOf(life, stopping),
      disk,
      surroundings,
    });
    liveAgent(agent, stopping.signal).then(
      () => {
        life.alive = false;
        again(10_000);
      },
      (error: unknown) => {
        sim.violated('exception', `The agent threw ${String(error)}`);
      },
    );
  };

  const again = (mostMilliseconds: number): void => {
    const milliseconds = sim.chance.between(500, mostMilliseconds);
    const start = starts;
    sim.scheduler.after(supervisor, milliseconds, 'starts the agent again', () => {
      if (starts === start) boot();
    });
  };

  /** Before an act of its own the process may freeze, or be told to stop. */
  const mayStumble = (life: Life, stopping: AbortController): void => {
    if (sim.strikes('agent-freezes')) {
      const milliseconds = sim.chance.between(5_000, 240_000);
      freeze(life, sim.scheduler.now(), milliseconds);
      sim.count('agent frozen');
      sim.trace.note(`${life.name} freezes for ${milliseconds} ms`);
    }
    machineClock.mayBeSet();
    if (sim.strikes('agent-stops')) stopping.abort();
  };

  const clockOf = (life: Life, stopping: AbortController): Clock => ({
    wallMilliseconds: machineClock.wallMilliseconds,
    monotonicMilliseconds: machineClock.monotonicMilliseconds,
    sleep: (milliseconds, until) => {
      mayStumble(life, stopping);
      return sleep(sim, life, milliseconds, until);
    },
  });

  return {
    machine,
    boot,
    wake: () => {
      disk.fullUntil = 0;
      machineClock.correct();
      if (current) Object.assign(current, { frozenUntil: 0, waitsLeft: Infinity });
      if (current?.alive !== true) boot();
    },
    retire: () => {
      supervisor.alive = false;
      if (current) kill(current);
    },
    isRetired: () => !supervisor.alive,
    frozenUntil: () => (current?.alive === true ? current.frozenUntil : 0),
    clocksLie: machineClock.lies,
  };
}

/** A crash may come at any wait of the process. */
function waitsUntilCrash(sim: Sim): number {
  let waits = 0;
  while (!sim.strikes('agent-crashes')) {
    waits += 1;
    if (waits === 2_000) return Infinity;
  }
  return waits;
}
