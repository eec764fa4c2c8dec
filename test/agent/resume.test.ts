import { describe, expect, test } from '@jest/globals';
import { liveAgent } from '../../agent/agent-loop';
import type { Agent, Journal } from '../../agent/ports';
import { aJournal, anAgent } from './support/an-agent';
import { createFakeApp } from './support/fake-app';
import type { FakeApp } from './support/fake-app';
import { createFleet } from './support/fake-hosts';
import type { Fleet } from './support/fake-hosts';
import { aPlan, NEW, OLD } from './support/plans';
import { createVirtualClock } from './support/virtual-clock';
import type { VirtualClock } from './support/virtual-clock';

interface Machine {
  readonly clock: VirtualClock;
  readonly app: FakeApp;
  readonly fleet: Fleet;
  readonly journal: Journal;
}

function aMachine(): Machine {
  const clock = createVirtualClock();
  const app = createFakeApp(clock, aPlan(['web-1', 'web-2']));
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
    'nextMessage',
    'acknowledge',
  ],
  app: ['claim', 'report', 'finish'],
} as const;

interface Mortal {
  readonly agent: Agent;
  /** From now on nothing that the agent asks for ever answers. */
  kill(): void;
  readonly died: Promise<void>;
  /** How many moments it has lived through: even ones lie before a call has its effect, odd ones after. */
  moments(): number;
}

/** An agent that dies at a given moment, unless it is killed before. */
function aMortal(machine: Machine, deathAt = Number.POSITIVE_INFINITY): Mortal {
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
  const mortal = <Port extends object>(port: Port, names: readonly string[]): Port =>
    new Proxy(port, {
      get: (of, name, receiver) => {
        const member: unknown = Reflect.get(of, name, receiver);
        if (typeof member !== 'function' || !names.includes(String(name))) return member;
        return async (...words: unknown[]) => {
          await pass();
          const answer: unknown = await Reflect.apply(member, of, words);
          await pass();
          return answer;
        };
      },
    });
  const fleet: Fleet = {
    ...machine.fleet,
    connect: async (target) => {
      const line = await machine.fleet.connect(target);
      if (line.kind === 'failed') return line;
      const session = mortal(line.session, ['stage', 'activate', 'start']);
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
    app: mortal(machine.app, PERILOUS.app),
    journal: mortal(machine.journal, PERILOUS.journal),
    fleet,
  });
  return { agent, kill, died, moments: () => moments };
}

/** Lives until the app has the end, or for two minutes. */
async function liveToTheEnd(machine: Machine, agent: Agent): Promise<void> {
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
async function liveAndDie(machine: Machine, deathAt: number): Promise<number> {
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

describe('kill -9 of the agent', () => {
  test('at any moment of a job: the next life ends it as the clean run does, each effect once', async () => {
    const clean = aMachine();
    const moments = await liveAndDie(clean, Number.POSITIVE_INFINITY);
    expect(clean.app.outcome).toEqual({ kind: 'succeeded' });
    expect(moments).toBeGreaterThan(60);

    for (let deathAt = 0; deathAt < moments; deathAt += 1) {
      const machine = aMachine();
      await liveAndDie(machine, deathAt);
      await liveToTheEnd(machine, anAgent(machine));

      const story = {
        deathAt,
        outcome: machine.app.outcome,
        effects: [...machine.fleet.effects].sort(),
      };
      expect(story).toEqual({
        deathAt,
        outcome: { kind: 'succeeded' },
        effects: [...clean.fleet.effects].sort(),
      });
      expect(await machine.journal.openJobs()).toEqual([]);
    }
  }, 60_000);

  test('at any moment of a release that never gets healthy: the old version serves in the end', async () => {
    const clean = aMachine();
    clean.fleet.sick.add(NEW.version);
    const moments = await liveAndDie(clean, Number.POSITIVE_INFINITY);

    for (let deathAt = 0; deathAt < moments; deathAt += 1) {
      const machine = aMachine();
      machine.fleet.sick.add(NEW.version);
      await liveAndDie(machine, deathAt);
      await liveToTheEnd(machine, anAgent(machine));

      expect({ deathAt, kind: machine.app.outcome?.kind }).toEqual({ deathAt, kind: 'failed' });
      expect(machine.fleet.host('web-1')).toMatchObject({
        current: OLD,
        processDigest: OLD.digest,
      });
      expect(machine.fleet.host('web-2').effects).not.toContain('activate 1.1.0');
    }
  }, 60_000);

  test('once the way back has begun, the new version is not tried a second time', async () => {
    const machine = aMachine();
    machine.fleet.sick.add(NEW.version);
    const { agent, kill, died } = aMortal(machine);
    machine.fleet.disturb = (moment, host, act) => {
      const isWayBack = machine.fleet.host(host).effects.includes('start 1.1.0');
      if (moment === 'before' && act === 'activate' && isWayBack) kill();
      return undefined;
    };
    await machine.clock.drive(Promise.race([died, liveAgent(agent, AbortSignal.any([]))]));
    machine.fleet.disturb = () => undefined;

    await liveToTheEnd(machine, anAgent(machine));

    const { effects } = machine.fleet.host('web-1');
    expect(effects.filter((effect) => effect === 'activate 1.1.0')).toHaveLength(1);
    expect(effects.at(-1)).toBe('start 1.0.0');
    expect(machine.app.outcome).toMatchObject({ kind: 'failed', failure: { class: 'health' } });
  });

  test('between intent and switch, with the host gone afterwards: a question, and nothing else is touched', async () => {
    const machine = aMachine();
    const { agent, kill, died } = aMortal(machine);
    machine.fleet.disturb = (moment, host, act) => {
      if (moment !== 'before' || act !== 'activate') return undefined;
      kill();
      machine.fleet.host(host).down = true;
      return 'lost';
    };
    await machine.clock.drive(Promise.race([died, liveAgent(agent, AbortSignal.any([]))]));

    await liveToTheEnd(machine, anAgent(machine));

    expect(machine.app.outcome).toMatchObject({ kind: 'unknown' });
    expect(machine.fleet.effects.some((effect) => effect.includes('activate'))).toBe(false);
  });

  test('a job that another agent has taken meanwhile is let go', async () => {
    const machine = aMachine();
    await liveAndDie(machine, 20);
    const before = [...machine.fleet.effects];
    machine.app.takeOver();

    const stopping = new AbortController();
    const life = liveAgent(anAgent(machine), stopping.signal);
    await machine.clock.drive(
      Promise.all([life, machine.clock.sleep(30_000).then(() => stopping.abort())]),
    );

    expect(machine.fleet.effects).toEqual(before);
    expect(await machine.journal.openJobs()).toEqual([]);
  });
});
