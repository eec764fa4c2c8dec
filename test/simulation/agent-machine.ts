/** One agent on its machine: starts, crashes, freezes, is stopped, and starts again with its journal. */
import type { Reach } from '#core/reach';
import type { SignedCheckpoint } from '#wire/checkpoint';
import { liveAgent } from '../../agent/agent-loop';
import { createAppClient } from '../../agent/app-client';
import type { Exchange } from '../../agent/app-client';
import type { Centres } from '../../agent/centres/centres';
import { parseConfig } from '../../agent/config';
import type { Agent, Identity } from '../../agent/ports/agent';
import type { JobRef } from '../../agent/ports/app';
import type { Clock } from '../../agent/ports/clock';
import type { Hosts } from '../../agent/ports/hosts';
import type { Journal } from '../../agent/ports/journal';
import type { Log } from '../../agent/ports/log';
import { createKeyRenewal } from '../../agent/renew-key';
import type { Databases } from '../../agent/sql/database';
import { createServerTime } from '../../agent/server-time';
import { journalOf, sleep } from './agent-waits';
import type { FakeHost } from './fake-host';
import type { KeyDisk } from './key-disk';
import { createMachineClock } from './machine-clock';
import { artifactsFor, healthFor } from './packages';
import { createLife, freeze, kill } from './scheduler';
import type { Life } from './scheduler';
import type { Sim } from './sim';
import type { Precision } from './watch-effects';

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

/** What a start of the agent reaches from its machine. */
export interface Surroundings {
  readonly hosts: readonly FakeHost[];
  connectHosts(life: Life): Hosts;
  exchange(life: Life): Exchange;
  databases(life: Life): Databases;
  centres(life: Life): Centres;
  /** Told what the agent is about to do to a host. */
  means(ref: JobRef, what: string, precision: Precision): void;
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

/** agent.yml, read by the agent's own reader. */
const CONFIG = parseConfig(
  `
url: https://example.atlassian.net/x/agent
stateDirectory: /var/lib/interlock
name: simulated
hosts:
  - { match: 10.0.0.0/8, user: deploy, key: /k, knownHosts: /n, environments: [SIT, PROD], basePath: /srv, probePorts: [8080] }
databases:
  - { id: orders, environments: [SIT], engine: postgresql, host: 10.9.1.1, port: 5432, database: orders, user: u, passwordFile: /p }
  - { id: orders, environments: [PROD], engine: postgresql, host: 10.9.2.1, port: 5432, database: orders, user: u, passwordFile: /p }
limits: { healthSeconds: 15, idleSessionSeconds: 15 }
`,
  'agent.yml',
);

/** Nobody tampers with histories here, unless agents pin an attacker's key: who cries wolf has found one that went back. */
const watchLog = (sim: Sim): Log => ({
  info: () => undefined,
  warn: () => undefined,
  error: (message, facts) => {
    if (facts?.['tampering'] === true && !sim.isOff('decision')) sim.violated('I13', message);
  },
});

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
    const agent = agentIn(life, stopping);
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

  const agentIn = (life: Life, stopping: AbortController): Agent => {
    if (CONFIG.kind === 'invalid') throw new Error(CONFIG.sentence);
    const clock = clockOf(life, stopping);
    const { keys, identity } = machine;
    const log = watchLog(sim);
    const ring = keys.ring();
    const files = keys.filesFor(life, { disk, wallMilliseconds: clock.wallMilliseconds });
    const sender = {
      exchange: surroundings.exchange(life),
      clock,
      time: createServerTime(clock),
      key: ring,
      boot: sim.chance.letters(12),
      log,
    };
    const app = createAppClient(sender, identity, '1.0.0');
    return {
      clock,
      app,
      journal: journalOf(sim, life, machine.journal, {
        disk,
        means: (intent) =>
          surroundings.means(
            intent,
            `${intent.act} on ${intent.host}`,
            machineClock.lies() ? 'clocks-lie' : 'at-once',
          ),
      }),
      hosts: surroundings.connectHosts(life),
      artifacts: artifactsFor(sim, life),
      centres: surroundings.centres(life),
      databases: surroundings.databases(life),
      health: healthFor(sim, life, surroundings.hosts),
      log,
      redact: (text) => text,
      renewKey: createKeyRenewal({ files, ring, app, clock, log, identity, days: keys.days }),
      chance: sim.chance.next,
      newRequestId: () => sim.chance.letters(20),
      settings: {
        file: 'agent.yml',
        hosts: CONFIG.config.hosts,
        stores: CONFIG.config.stores,
        databases: CONFIG.config.databases,
        centres: CONFIG.config.centres,
        limits: CONFIG.config.limits,
        identity,
      },
    };
  };

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
