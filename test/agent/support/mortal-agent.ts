/** An agent that is killed at a chosen moment, on a machine that outlives it. */
import type { RunStage } from '#core/plan-step';
import { liveAgent } from '../../../agent/agent-loop';
import type { Agent } from '../../../agent/ports/agent';
import type { Journal } from '../../../agent/ports/journal';
import { aJournal, anAgent } from './an-agent';
import { createFakeApp } from './fake-app';
import type { FakeApp } from './fake-app';
import { createFleet } from './fake-hosts';
import type { Fleet } from './fake-hosts';
import { passingBy } from './passed-calls';
import { aPlan } from './plans';
import { createVirtualClock } from './virtual-clock';
import type { VirtualClock } from './virtual-clock';

/** What outlives a life of the agent. */
export interface Machine {
  readonly clock: VirtualClock;
  readonly app: FakeApp;
  readonly fleet: Fleet;
  readonly journal: Journal;
}

/** Hosts that serve the old release, and an app that offers one job. */
export function aMachine(stage: RunStage = 'CODE', hosts = ['web-1', 'web-2']): Machine {
  const clock = createVirtualClock();
  const app = createFakeApp(clock, aPlan(hosts), { stage });
  return { clock, app, fleet: createFleet(), journal: aJournal().journal };
}

/** Everything that kill -9 can fall between: each write of the journal, each act on a host, each call. */
const PERILOUS = {
  journal: [
    'beginJob',
    'writeIntent',
    'writeResult',
    'tell',
    'finishJob',
    'keepCheckpoint',
    'nextMessage',
    'acknowledge',
  ],
  app: ['claim', 'report', 'finish'],
} as const;

export interface Mortal {
  readonly agent: Agent;
  /** From now on nothing that the agent asks for ever answers. */
  kill(): void;
  readonly died: Promise<void>;
  /** How many moments it has lived through: even ones lie before a call has its effect, odd ones after. */
  moments(): number;
}

/** An agent that dies at a given moment, unless it is killed before. */
export function aMortal(machine: Machine, deathAt = Number.POSITIVE_INFINITY): Mortal {
  let moments = 0;
  const death = new AbortController();
  const died = new Promise<void>((resolve) => {
    death.signal.addEventListener('abort', () => resolve());
  });
  const kill = (): void => death.abort();
  const never = new Promise<never>(() => undefined);
  const liveOn = async (): Promise<void> => {
    if (moments >= deathAt) kill();
    if (death.signal.aborted) await never;
  };
  const pass = async (): Promise<void> => {
    await liveOn();
    moments += 1;
  };
  const fleet: Fleet = {
    ...machine.fleet,
    connect: async (target) => {
      const line = await machine.fleet.connect(target);
      if (line.kind === 'failed') return line;
      const session = passingBy(pass, line.session, ['stage', 'activate', 'reactivate', 'start']);
      return { kind: 'connected', session };
    },
  };
  const { clock } = machine;
  const agent = anAgent({
    clock: {
      wallMilliseconds: () => clock.wallMilliseconds(),
      monotonicMilliseconds: () => clock.monotonicMilliseconds(),
      sleep: async (milliseconds, until) => {
        await clock.sleep(milliseconds, until);
        await liveOn();
      },
    },
    app: passingBy(pass, machine.app, PERILOUS.app),
    journal: passingBy(pass, machine.journal, PERILOUS.journal),
    fleet,
  });
  return { agent, kill, died, moments: () => moments };
}

/** Lives until the app has the end, or for two minutes. */
export async function liveToTheEnd(machine: Machine, agent: Agent): Promise<void> {
  const stopping = new AbortController();
  const watch = async (): Promise<void> => {
    const from = machine.clock.milliseconds;
    while (machine.app.outcome === null && machine.clock.milliseconds - from < 120_000) {
      await machine.clock.sleep(500);
    }
    await machine.clock.sleep(5_000);
    stopping.abort();
  };
  await machine.clock.drive(Promise.all([liveAgent(agent, stopping.signal), watch()]));
}

/** The first life, until it dies; resolves to how many moments it had. */
export async function liveAndDie(machine: Machine, deathAt: number): Promise<number> {
  const { agent, died, moments } = aMortal(machine, deathAt);
  const stopping = new AbortController();
  const ended = async (): Promise<void> => {
    while (machine.app.outcome === null) await machine.clock.sleep(500);
    await machine.clock.sleep(10_000);
    stopping.abort();
  };
  const life = liveAgent(agent, stopping.signal).then(() => undefined);
  await machine.clock.drive(
    Promise.race([died, Promise.all([life, ended()]).then(() => undefined)]),
  );
  return moments();
}
