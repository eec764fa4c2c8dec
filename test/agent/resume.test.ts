import { describe, expect, test } from '@jest/globals';
import { liveAgent } from '../../agent/agent-loop';
import { anAgent } from './support/an-agent';
import { AUDIENCE } from './support/fake-app';
import { aMachine, aMortal, liveAndDie, liveToTheEnd } from './support/mortal-agent';
import { NEW, OLD } from './support/plans';

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
      const witnessed = await machine.journal.lastCheckpoint(AUDIENCE, '10001');
      expect({ deathAt, segments: witnessed?.segments }).toEqual({ deathAt, segments: 5 });
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
      if (moment === 'before' && act === 'reactivate' && isWayBack) kill();
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

  test('a job that another agent has ended is let go also where the first question about it got no answer', async () => {
    const machine = aMachine();
    await liveAndDie(machine, 20);
    expect(await machine.journal.openJobs()).toHaveLength(1);
    machine.app.endElsewhere();
    let claims = 0;
    machine.app.disturb = (op) => (op === 'claim' && ++claims === 1 ? 'unauthorized' : undefined);

    const stopping = new AbortController();
    const life = liveAgent(anAgent(machine), stopping.signal);
    await machine.clock.drive(
      Promise.all([life, machine.clock.sleep(60_000).then(() => stopping.abort())]),
    );

    expect(claims).toBe(2);
    expect(await machine.journal.openJobs()).toEqual([]);
  });
});
