import { describe, expect, test } from '@jest/globals';
import { liveAgent } from '../../agent/agent-loop';
import { allowsEffects, elapsedSince, instant } from '../../agent/lease';
import { aJournal, anAgent, silent } from './support/an-agent';
import { createFakeApp } from './support/fake-app';
import { createFleet } from './support/fake-hosts';
import { aPlan } from './support/plans';
import { createVirtualClock } from './support/virtual-clock';

describe('a lease of 90 s', () => {
  test('allows effects for 60 s and not in the margin after', async () => {
    const clock = createVirtualClock();
    const lease = { from: instant(clock), seconds: 90 };

    await clock.drive(clock.sleep(59_999));
    expect(allowsEffects(lease, clock)).toBe(true);
    await clock.drive(clock.sleep(1));
    expect(allowsEffects(lease, clock)).toBe(false);
  });

  test('has ended for a machine that was suspended, though its monotonic clock stood still', () => {
    const clock = createVirtualClock();
    const lease = { from: instant(clock), seconds: 90 };

    clock.jump(120_000);

    expect(allowsEffects(lease, clock)).toBe(false);
  });

  test('does not last longer when the wall clock is set back', async () => {
    const clock = createVirtualClock();
    const from = instant(clock);
    clock.jump(-3_600_000);

    await clock.drive(clock.sleep(70_000));

    expect(elapsedSince(from, clock)).toBe(70_000);
    expect(allowsEffects({ from, seconds: 90 }, clock)).toBe(false);
  });
});

function aWorld(plan = aPlan()) {
  const clock = createVirtualClock();
  const app = createFakeApp(clock, plan);
  const fleet = createFleet();
  const said: string[] = [];
  const error = (line: string): void => void said.push(line);
  const { journal } = aJournal();
  const agent = {
    ...anAgent({ clock, app, fleet, journal }),
    log: { ...silent, error },
  };
  const live = async (until: () => boolean): Promise<void> => {
    const stopping = new AbortController();
    const watch = async (): Promise<void> => {
      while (!until()) await clock.sleep(500);
      stopping.abort();
    };
    await clock.drive(Promise.all([liveAgent(agent, stopping.signal), watch()]));
  };
  return { clock, app, fleet, journal, said, live };
}

/** Every host's connection takes so long. */
function takeLong({ clock, fleet }: ReturnType<typeof aWorld>, milliseconds: number): void {
  const connect = fleet.connect.bind(fleet);
  fleet.connect = async (target) => {
    await clock.sleep(milliseconds);
    return connect(target);
  };
}

describe('an agent that holds a job', () => {
  test('starts nothing while the network is cut for an hour, and goes on when it is back', async () => {
    const world = aWorld();
    let cut = false;
    let hostsDuringCut = 0;
    world.app.disturb = () => (cut ? 'lost-request' : undefined);
    world.fleet.disturb = (moment, host, act) => {
      if (cut && act === 'activate') hostsDuringCut += 1;
      return undefined;
    };
    // The second host's copy takes until the lease is over; only the app knows that nobody else came.
    const connect = world.fleet.connect.bind(world.fleet);
    world.fleet.connect = async (target) => {
      if (target.host.name === 'web-2') {
        cut = true;
        void world.clock.sleep(3_600_000).then(() => {
          cut = false;
        });
        await world.clock.sleep(61_000);
      }
      return connect(target);
    };

    await world.live(() => world.app.outcome !== null);

    expect(world.app.outcome).toEqual({ kind: 'succeeded' });
    expect(hostsDuringCut).toBe(0);
    expect(world.clock.milliseconds).toBeGreaterThan(3_600_000);
  });

  test('begins no act whose connection stands only after the lease is over, says so, and its next life does it', async () => {
    const world = aWorld(aPlan(['web-1']));
    const { app, clock, fleet, journal, live } = world;
    const begun: number[] = [];
    fleet.disturb = (moment) => {
      if (moment === 'before') begun.push(clock.milliseconds);
      return undefined;
    };
    takeLong(world, 150_000);
    app.disturb = (op) =>
      ['heartbeat', 'report', 'log'].includes(op) ? 'lost-request' : undefined;

    await live(() => clock.milliseconds > 400_000);

    expect(begun).toEqual([]);
    expect(await journal.intentsOf('10001.9')).toMatchObject([
      { act: 'stage', result: expect.stringMatching(/^It has not begun: the lease was over/) },
    ]);

    app.disturb = () => undefined;
    await live(() => app.outcome !== null);
    expect(app.outcome).toEqual({ kind: 'succeeded' });
  });

  test('stops when a heartbeat says that the job is another’s', async () => {
    const world = aWorld();
    const connect = world.fleet.connect.bind(world.fleet);
    world.fleet.connect = async (target) => {
      world.app.takeOver();
      await world.clock.sleep(45_000);
      return connect(target);
    };

    await world.live(() => world.clock.milliseconds > 60_000);

    expect(world.fleet.effects.some((effect) => effect.includes('activate'))).toBe(false);
    expect(world.app.outcome).toBeNull();
  });

  test('keeps it for as long as the work takes, however long the names are that its heartbeats tell', async () => {
    const name = 'w'.repeat(200);
    const plan = aPlan(['web-1']);
    const world = aWorld({
      ...plan,
      steps: plan.steps.map((step) =>
        step.stage === 'CODE'
          ? { ...step, hosts: step.hosts.map((host) => ({ ...host, name })) }
          : step,
      ),
    });
    takeLong(world, 200_000);

    await world.live(() => world.app.outcome !== null || world.clock.milliseconds > 3_600_000);

    expect(world.app.outcome).toEqual({ kind: 'succeeded' });
    expect(world.app.fence).toBe(1);
  });

  test('leaves it with a sentence when the app cannot read its heartbeats, and goes on asking for other work', async () => {
    const world = aWorld();
    const { app, clock, journal, said } = world;
    takeLong(world, 100_000);
    app.disturb = (op) => (op === 'heartbeat' ? 'invalid' : undefined);

    await world.live(() => clock.milliseconds > 600_000);

    expect(world.fleet.effects.filter((effect) => !effect.includes(' stage '))).toEqual([]);
    expect(said).toEqual([
      "Interlock cannot read this agent's heartbeats (refused as invalid), so nothing renews its lease on job 10001.9: the agent leaves the job, and Interlock asks people once the lease is over; update the agent or the app, then answer there.",
    ]);
    expect(await journal.openJobs()).toEqual([]);
    expect(app.calls.filter((op) => op === 'claim')).toHaveLength(1);
    expect(app.calls.filter((op) => op === 'poll').length).toBeGreaterThan(100);
  });

  test('leaves it as well when the app cannot read what it reports', async () => {
    const { app, clock, journal, live } = aWorld();
    app.disturb = (op) => (op === 'report' ? 'invalid' : undefined);

    await live(() => clock.milliseconds > 600_000);

    expect(await journal.openJobs()).toEqual([]);
    expect(app.calls.filter((op) => op === 'claim')).toHaveLength(1);
  });

  test('claims with one request when answers are lost, and counts the lease from the first', async () => {
    const world = aWorld();
    let losses = 0;
    world.app.disturb = (op) => {
      if (op === 'heartbeat')
        return world.clock.milliseconds < 120_000 ? 'lost-request' : undefined;
      if (op !== 'claim' || losses >= 3) return undefined;
      losses += 1;
      return 'lost-answer';
    };
    // The fourth claim is answered after 3.5 s; 60 s after the first one nothing may begin any more.
    const connect = world.fleet.connect.bind(world.fleet);
    world.fleet.connect = async (target) => {
      await world.clock.sleep(61_000 - world.clock.milliseconds);
      return connect(target);
    };
    let switchedAt = 0;
    world.fleet.disturb = (_moment, _host, act) => {
      if (act === 'activate') switchedAt ||= world.clock.milliseconds;
      return undefined;
    };

    await world.live(() => world.app.outcome !== null);

    expect(world.app.fence).toBe(1);
    expect(world.app.outcome).toEqual({ kind: 'succeeded' });
    expect(switchedAt).toBeGreaterThanOrEqual(120_000);
  });

  test('ends the host under way when it is told to stop, begins no other, and its next life goes on', async () => {
    const clock = createVirtualClock();
    const app = createFakeApp(clock, aPlan());
    const fleet = createFleet();
    const { journal } = aJournal();
    const stopping = new AbortController();
    fleet.disturb = (moment, host, act) => {
      if (moment === 'before' && host === 'web-1' && act === 'activate') stopping.abort();
      return undefined;
    };

    await clock.drive(liveAgent(anAgent({ clock, app, fleet, journal }), stopping.signal));

    expect(fleet.host('web-1').effects).toEqual(['stage 1.1.0', 'activate 1.1.0', 'start 1.1.0']);
    expect(fleet.host('web-2').effects).toEqual(['stage 1.1.0']);
    expect(app.outcome).toBeNull();

    const again = new AbortController();
    const watch = async (): Promise<void> => {
      while (app.outcome === null) await clock.sleep(500);
      again.abort();
    };
    await clock.drive(
      Promise.all([liveAgent(anAgent({ clock, app, fleet, journal }), again.signal), watch()]),
    );
    expect(app.outcome).toEqual({ kind: 'succeeded' });
    expect(fleet.host('web-1').effects).toEqual(['stage 1.1.0', 'activate 1.1.0', 'start 1.1.0']);
  });
});
