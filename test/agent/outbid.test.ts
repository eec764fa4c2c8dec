/** Hosts that have all seen a higher fence, as after a restored backup: the app is asked whose the job is. */
import { describe, expect, test } from '@jest/globals';
import { liveAgent } from '../../agent/agent-loop';
import type { Agent } from '../../agent/ports/agent';
import { aJournal, anAgent } from './support/an-agent';
import { createFakeApp } from './support/fake-app';
import { createFleet } from './support/fake-hosts';
import { aPlan, NEW, OLD } from './support/plans';
import { createVirtualClock } from './support/virtual-clock';

/** How long a store takes to write the job's row; who comes meanwhile is told that it is busy. */
const WRITE_MILLISECONDS = 300;

function aWorld(hostCount: number) {
  const clock = createVirtualClock();
  const names = Array.from({ length: hostCount }, (_, index) => `web-${String(index + 1)}`);
  const app = createFakeApp(clock, aPlan(names, { batchSize: hostCount }));
  const fleet = createFleet();
  const { journal } = aJournal();
  const base = anAgent({ clock, app, fleet, journal });
  const limits = { ...base.settings.limits, hostsAtOnce: hostCount };
  const agent: Agent = { ...base, settings: { ...base.settings, limits } };

  const heartbeats: number[] = [];
  let writers = 0;
  const { heartbeat } = app;
  app.heartbeat = async (ref, step) => {
    heartbeats.push(clock.milliseconds);
    writers += 1;
    const isAlone = writers === 1;
    await clock.sleep(WRITE_MILLISECONDS);
    writers -= 1;
    return isAlone ? heartbeat(ref, step) : BUSY;
  };
  const isOver = (): boolean => app.outcome !== null || clock.milliseconds >= 600_000;
  const live = async (until = isOver): Promise<void> => {
    const stopping = new AbortController();
    const watch = async (): Promise<void> => {
      while (!until()) await clock.sleep(500);
      stopping.abort();
    };
    await clock.drive(Promise.all([liveAgent(agent, stopping.signal), watch()]));
  };
  return { clock, app, fleet, journal, names, heartbeats, live };
}

const BUSY = {
  ...({ kind: 'refused', error: 'busy' } as const),
  ...{ message: 'The app is busy.', retryAfterSeconds: 1 },
};

describe('a job whose hosts have all seen a higher fence', () => {
  test.each([10, 50])(
    'asks the app once whose it is, and not for each of %d hosts',
    async (hostCount) => {
      const { app, fleet, names, heartbeats, clock, live } = aWorld(hostCount);
      for (const name of names) fleet.host(name).fence = 120;

      await live();

      expect(app.outcome).toMatchObject({ kind: 'failed', fenceSeen: 120 });
      expect(heartbeats).toEqual([expect.any(Number)]);
      expect(clock.milliseconds).toBeLessThan(20_000);
      const failed = app.entries.filter(({ state }) => state === 'failed');
      expect(failed.map(({ host }) => host).sort()).toEqual([...names].sort());
    },
  );

  test('is lost where another agent has taken it after the app was asked for the first of them', async () => {
    const { app, fleet, journal, clock, live } = aWorld(2);
    fleet.host('web-1').fence = 120;
    const { connect } = fleet;
    fleet.connect = async (target) => {
      if (target.host.name === 'web-2') {
        await clock.sleep(5_000);
        app.takeOver();
        fleet.host('web-2').fence = app.fence;
      }
      return connect(target);
    };

    await live();

    expect(app.outcome).toBeNull();
    expect(app.entries.filter(({ host }) => host === 'web-2')).not.toContainEqual(
      expect.objectContaining({ state: 'failed' }),
    );
    expect(await journal.openJobs()).toEqual([]);
  });
});

describe('an agent that asks whose the job is', () => {
  const askingOneHost = () => {
    const world = aWorld(1);
    world.fleet.host('web-1').fence = 120;
    return world;
  };

  test('and gets no answer ends soon after it is asked to, calls nothing failed, and keeps the job open', async () => {
    const { app, journal, heartbeats, clock, live } = askingOneHost();
    app.disturb = (op) => (op === 'heartbeat' ? 'lost-request' : undefined);

    await live(() => heartbeats.length > 0 && clock.milliseconds >= 20_000);

    expect(clock.milliseconds).toBeLessThan(22_000);
    expect(app.outcome).toBeNull();
    expect(app.entries.map(({ state }) => state)).not.toContain('failed');
    expect(await journal.openJobs()).toHaveLength(1);
  });

  test.each(['unauthorized', 'pending'] as const)(
    'and is refused as %s lets go of it at once, and keeps it open',
    async (how) => {
      const { app, journal, heartbeats, clock, live } = askingOneHost();
      app.disturb = () => (heartbeats.length > 0 ? how : undefined);
      const { poll } = app;
      const polls: number[] = [];
      app.poll = (checkpoints) => {
        polls.push(clock.milliseconds);
        return poll(checkpoints);
      };

      await live(() => clock.milliseconds >= 120_000);

      const [asked = 0] = heartbeats;
      const [next = 0] = polls.filter((at) => at > asked);
      expect(next - asked).toBeLessThan(5_000);
      expect(app.outcome).toBeNull();
      expect(await journal.openJobs()).toHaveLength(1);
    },
  );
});

describe('a host that sees a higher fence in the middle of its story', () => {
  /** Another installation comes to web-1 at the first of these acts. */
  const outbidAt = async (act: string, start: 'sound' | 'broken') => {
    const { app, fleet, live } = aWorld(1);
    const host = fleet.host('web-1');
    fleet.disturb = (moment, _name, name) => {
      if (moment === 'before' && name === act) host.fence = 120;
      return undefined;
    };
    const failure = { class: 'start-up', sentence: 'bin/start ended with 1.' } as const;
    fleet.refuse = (_name, name) =>
      start === 'broken' && name === 'start' ? { kind: 'refused', failure } : undefined;
    await live();
    return { app, host };
  };

  test('between switch and start is not brought back, and says so once', async () => {
    const { app, host } = await outbidAt('start', 'sound');

    expect(app.outcome).toEqual({
      kind: 'failed',
      failure: {
        class: 'permission',
        sentence: expect.stringMatching(
          /^Host web-1 \(10\.0\.0\.1\) has seen fence 120 (?!.*has seen).* then retry, and Interlock goes on above 120\.$/,
        ),
      },
      fenceSeen: 120,
    });
    expect(host.effects).toEqual(['stage 1.1.0', 'activate 1.1.0']);
    expect(app.entries.map(({ state }) => state)).toEqual([
      'staging',
      'staged',
      'switching',
      'switched',
      'starting',
      'failed',
    ]);
  });

  test('on its way back says why it went back, and tells the app the fence', async () => {
    const { app } = await outbidAt('reactivate', 'broken');

    expect(app.outcome).toEqual({
      kind: 'failed',
      failure: {
        class: 'start-up',
        sentence: expect.stringMatching(
          /^bin\/start ended with 1\. The way back to 1\.0\.0 failed as well: Host web-1 .* has seen fence 120 .* goes on above 120\.$/,
        ),
      },
      fenceSeen: 120,
    });
  });

  test('whose way back an earlier life had begun tells the app the fence, too', async () => {
    const { app, fleet, journal, live } = aWorld(1);
    const ref = { job: '10001.9', fence: 1 };
    await journal.beginJob(ref, 0);
    const failure = { class: 'health', sentence: 'It answers 500.' } as const;
    const place = { step: 'code-1', host: 'web-1' };
    const told = { ...place, at: 1, state: 'failed', note: '', milliseconds: 0 } as const;
    const act = { ...ref, ...place, ...OLD, act: 'return-activate', failure } as const;
    await journal.writeResult(await journal.writeIntent(act, told), 'done', told);
    fleet.host('web-1').fence = 120;

    await live();

    expect(app.outcome).toMatchObject({
      kind: 'failed',
      failure: { class: 'health', sentence: expect.stringMatching(/^It answers 500\. The way/) },
      fenceSeen: 120,
    });
  });

  test('where an earlier life ended in the middle of an act is told as failed, and that nobody knows what became of it', async () => {
    const { app, fleet, journal, live } = aWorld(1);
    const ref = { job: '10001.9', fence: 1 };
    const place = { step: 'code-1', host: 'web-1' };
    await journal.beginJob(ref, 0);
    await journal.writeIntent(
      { ...ref, ...place, ...NEW, act: 'activate' },
      { ...place, at: 1, state: 'switching', note: '', milliseconds: 0 },
    );
    fleet.host('web-1').fence = 120;

    await live();

    expect(app.outcome).toMatchObject({ kind: 'failed', fenceSeen: 120 });
    expect(app.entries.at(-1)).toMatchObject({
      state: 'failed',
      note: expect.stringMatching(/^Host web-1 .* goes on above 120\.$/),
      acts: [{ what: 'activate', result: 'unknown', fence: 1 }],
    });
  });
});
