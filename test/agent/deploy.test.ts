import { describe, expect, test } from '@jest/globals';
import { liveAgent } from '../../agent/agent-loop';
import type { Agent } from '../../agent/ports/agent';
import { aJournal, anAgent } from './support/an-agent';
import { createFakeApp } from './support/fake-app';
import type { FakeApp } from './support/fake-app';
import { createFleet } from './support/fake-hosts';
import type { Fleet } from './support/fake-hosts';
import { NO_CENTRES } from './support/no-centres';
import { aPlan, NEW, OLD } from './support/plans';
import { createVirtualClock } from './support/virtual-clock';
import type { VirtualClock } from './support/virtual-clock';

interface World {
  readonly clock: VirtualClock;
  readonly app: FakeApp;
  readonly fleet: Fleet;
  readonly agent: Agent;
  /** Lets the agent live until the app has the job's end. */
  live(): Promise<void>;
}

function aWorld(stage: 'CODE' | 'VERIFY' = 'CODE', plan = aPlan()): World {
  const clock = createVirtualClock();
  const app = createFakeApp(clock, plan, { stage });
  const fleet = createFleet();
  const agent = anAgent({ clock, app, fleet, journal: aJournal().journal });
  const live = async (): Promise<void> => {
    const stopping = new AbortController();
    const life = liveAgent(agent, stopping.signal);
    const watch = async (): Promise<void> => {
      while (app.outcome === null) await clock.sleep(1_000);
      stopping.abort();
    };
    await clock.drive(Promise.all([life, watch()]));
  };
  return { clock, app, fleet, agent, live };
}

const statesOf = ({ app }: World, host: string): readonly string[] =>
  app.entries.filter((entry) => entry.host === host).map(({ state }) => state);

describe('a CODE job', () => {
  test('stages on every host before it switches the first, and flips the gatekeeper alone [S2-44]', async () => {
    const world = aWorld();

    await world.live();

    expect(world.app.outcome).toEqual({ kind: 'succeeded' });
    const [first, second, third, ...rest] = world.fleet.effects;
    expect([first, second, third].sort()).toEqual(
      ['web-1', 'web-2', 'web-3'].map((host) => `${host} stage 1.1.0`),
    );
    expect(rest.slice(0, 2)).toEqual(['web-1 activate 1.1.0', 'web-1 start 1.1.0']);
    expect(rest.slice(2).sort()).toEqual([
      'web-2 activate 1.1.0',
      'web-2 start 1.1.0',
      'web-3 activate 1.1.0',
      'web-3 start 1.1.0',
    ]);
    const healthy = world.app.entries.filter(({ state }) => state === 'healthy');
    expect(healthy[0]?.host).toBe('web-1');
  });

  test('tells each host’s states in their order', async () => {
    const world = aWorld();

    await world.live();

    expect(statesOf(world, 'web-2')).toEqual([
      'staging',
      'staged',
      'switching',
      'switched',
      'starting',
      'starting',
      'healthy',
    ]);
  });

  test('stops at the gatekeeper when the new version never gets healthy, and brings the old one back', async () => {
    const world = aWorld();
    world.fleet.sick.add(NEW.version);

    await world.live();

    expect(world.app.outcome).toMatchObject({ kind: 'failed', failure: { class: 'health' } });
    expect(world.app.outcome).toMatchObject({
      failure: { sentence: expect.stringContaining('web-1 (10.0.0.1) serves shop 1.0.0 again') },
    });
    expect(world.fleet.host('web-1')).toMatchObject({ current: OLD, processDigest: OLD.digest });
    expect(
      world.fleet.effects.filter((effect) => /web-[23] (activate|start)/.test(effect)),
    ).toEqual([]);
  });

  test('tells step by step of the way back what has failed and what stands there now', async () => {
    const world = aWorld();
    world.fleet.sick.add(NEW.version);

    await world.live();

    const failed = world.app.entries.filter(({ state }) => state === 'failed');
    expect(failed.map(({ note }) => note)).toEqual([
      expect.stringMatching(
        /^Goes back to 1\.0\.0, because 1\.1\.0 failed: shop 1\.1\.0 on host web-1 .* within 5 s\.$/,
      ),
      '1.0.0 is current again, and not started yet.',
      'Starts 1.0.0 again.',
      '1.0.0 was started again; its health is looked at.',
      expect.stringMatching(/Host web-1 \(10\.0\.0\.1\) serves shop 1\.0\.0 again\.$/),
    ]);
  });

  test('lets a host remember what it served before an earlier try of the same plan', async () => {
    const earlier = { ...NEW, digest: 'd'.repeat(64), artifactSha256: NEW.digest };
    const digests = async () => [earlier.digest, NEW.digest];
    const merged = { of: digests, ofSite: digests, add: async () => undefined };
    const world = aWorld();
    Object.assign(world.agent, { centres: { ...NO_CENTRES, merged } });
    Object.assign(world.fleet.host('web-1'), {
      current: earlier,
      previous: OLD,
      staged: [OLD.digest, earlier.digest],
      processDigest: earlier.digest,
    });

    await world.live();

    expect(world.app.outcome).toEqual({ kind: 'succeeded' });
    expect(world.fleet.host('web-1')).toMatchObject({ previous: OLD, switchedBy: '10001.9' });
  });

  test('goes back past what an earlier try of the same plan has left there', async () => {
    const earlier = { ...NEW, digest: 'd'.repeat(64), artifactSha256: NEW.digest };
    const digests = async () => [earlier.digest, NEW.digest];
    const merged = { of: digests, ofSite: digests, add: async () => undefined };
    const world = aWorld();
    Object.assign(world.agent, { centres: { ...NO_CENTRES, merged } });
    Object.assign(world.fleet.host('web-1'), {
      current: earlier,
      previous: OLD,
      staged: [OLD.digest, earlier.digest],
      processDigest: earlier.digest,
    });
    world.fleet.sick.add(NEW.version);

    await world.live();

    expect(world.app.outcome).toMatchObject({ kind: 'failed', failure: { class: 'health' } });
    expect(world.fleet.host('web-1')).toMatchObject({ current: OLD, processDigest: OLD.digest });
  });

  test('says that there is no way back on a host without an earlier release', async () => {
    const world = aWorld();
    Object.assign(world.fleet.host('web-1'), {
      current: null,
      process: 'none',
      processDigest: null,
    });
    world.fleet.sick.add(NEW.version);

    await world.live();

    expect(world.app.outcome).toMatchObject({
      failure: { sentence: expect.stringContaining('There is no earlier release on host web-1') },
    });
  });

  test('switches nothing when one host refuses ssh', async () => {
    const world = aWorld();
    world.fleet.host('web-3').down = true;

    await world.live();

    expect(world.app.outcome).toMatchObject({
      kind: 'failed',
      failure: { class: 'transport', sentence: expect.stringContaining('web-3') },
    });
    expect(world.fleet.effects.every((effect) => effect.includes(' stage '))).toBe(true);
  });

  test('touches no host when the package is damaged', async () => {
    const world = aWorld();
    const failure = { class: 'package', sentence: 'The package is damaged.' } as const;
    const agent = {
      ...world.agent,
      artifacts: { open: async () => ({ kind: 'refused', failure }) },
    };
    Object.assign(world.agent, agent);

    await world.live();

    expect(world.app.outcome).toEqual({ kind: 'failed', failure });
    expect(world.fleet.effects).toEqual([]);
    expect(world.app.entries).toEqual([]);
  });

  test('touches no host when agent.yml does not allow one of them', async () => {
    const plan = aPlan();
    const [step] = plan.steps;
    const strange = structuredClone(plan);
    const [first] = strange.steps;
    if (first?.stage !== 'CODE') throw new Error('no step');
    Object.assign(first.hosts[2] ?? {}, { address: '192.168.0.9' });
    const world = aWorld('CODE', strange);

    await world.live();

    expect(step).toBeDefined();
    expect(world.app.outcome).toMatchObject({ kind: 'failed', failure: { class: 'permission' } });
    expect(world.app.outcome).toMatchObject({
      failure: {
        sentence:
          "No entry of /etc/interlock/agent.yml allows 192.168.0.9 port 22 in SIT (host web-3); add one there, or correct the host in the site's settings.",
      },
    });
    expect(world.fleet.effects).toEqual([]);
  });

  test('leaves a host alone that serves the version already', async () => {
    const world = aWorld();
    Object.assign(world.fleet.host('web-1'), {
      current: NEW,
      previous: OLD,
      staged: [NEW.digest],
      processDigest: NEW.digest,
    });

    await world.live();

    expect(world.app.outcome).toEqual({ kind: 'succeeded' });
    expect(world.fleet.host('web-1').effects).toEqual([]);
  });

  test('asks the host when an answer is lost, and goes on when the act has happened', async () => {
    const world = aWorld();
    let cuts = 0;
    let orders = 0;
    world.fleet.disturb = (moment, host, act) => {
      if (moment === 'before' && host === 'web-1' && act === 'activate') orders += 1;
      if (moment !== 'after' || host !== 'web-1' || act !== 'activate' || cuts > 0)
        return undefined;
      cuts += 1;
      return 'lost';
    };

    await world.live();

    expect(world.app.outcome).toEqual({ kind: 'succeeded' });
    expect(orders).toBe(1);
    expect(world.fleet.host('web-1').effects).toEqual([
      'stage 1.1.0',
      'activate 1.1.0',
      'start 1.1.0',
    ]);
  });

  test('does an act again that was lost on its way there', async () => {
    const world = aWorld();
    let cuts = 0;
    world.fleet.disturb = (moment, host, act) => {
      if (moment !== 'before' || host !== 'web-1' || act !== 'start' || cuts > 0) return undefined;
      cuts += 1;
      return 'lost';
    };

    await world.live();

    expect(world.app.outcome).toEqual({ kind: 'succeeded' });
  });

  test('asks a person when a host falls silent in the middle of the switch', async () => {
    const world = aWorld();
    world.fleet.disturb = (moment, host, act) => {
      if (moment !== 'after' || host !== 'web-1' || act !== 'activate') return undefined;
      world.fleet.host('web-1').down = true;
      return 'lost';
    };

    await world.live();

    expect(world.app.outcome?.kind).toBe('unknown');
    const question = world.app.outcome?.kind === 'unknown' ? world.app.outcome.question : '';
    expect(question).toMatch(/Known: .*switching to shop 1\.1\.0 on host web-1/);
    expect(question).toMatch(/Not known: /);
    expect(question).toMatch(/\nChoices, .*\bretry .*; not done .*; done .*$/);
    expect(question).toContain(
      'which version the host serves; the agent has touched no host of a later batch since.',
    );
    expect(question).toContain('the hosts after it too');
    expect(question).toContain('is asked for its version and health');
    expect(world.fleet.effects.filter((effect) => /web-[23] activate/.test(effect))).toEqual([]);
  });

  test.each([
    ['later batches', 3, 'switched as well; the agent has touched no host of a later batch since.'],
    ['no later batch', 4, 'other hosts of its batch may have been switched as well.'],
  ])(
    'says in that question that others of its batch may be switched (%s)',
    async (_then, batchSize, words) => {
      const names = ['web-1', 'web-2', 'web-3', 'web-4', 'web-5'];
      const world = aWorld('CODE', aPlan(names, { batchSize }));
      world.fleet.disturb = (moment, host, act) => {
        if (moment !== 'after' || host !== 'web-2' || act !== 'activate') return undefined;
        world.fleet.host('web-2').down = true;
        return 'lost';
      };

      await world.live();

      expect(world.fleet.effects).toContain('web-3 activate 1.1.0');
      expect(world.app.outcome).toMatchObject({ question: expect.stringContaining(words) });
    },
  );

  test.each([
    [120, 120, 'then retry, and Interlock goes on above 120.'],
    [2_000_000, 2_000_000, 'write 1 into /srv/shop/.interlock/fence there, then retry.'],
  ])(
    'ends the stage in a sentence when a host has seen fence %d and the app says that the job is this agent’s',
    async (seen, fenceSeen, remedy) => {
      const world = aWorld();
      world.fleet.host('web-2').fence = seen;

      await world.live();

      expect(world.app.outcome).toEqual({
        kind: 'failed',
        failure: {
          class: 'permission',
          sentence: `Host web-2 (10.0.0.2) has seen fence ${seen} and refuses fence 1 of job 10001.9, which is this agent's as Interlock says (so Interlock came back from a backup, or another installation of it releases there): see to it that nobody else releases there, ${remedy}`,
        },
        fenceSeen,
      });
      expect(world.app.calls.filter((op) => op === 'claim')).toHaveLength(1);
      expect(world.fleet.effects.every((effect) => effect.includes(' stage '))).toBe(true);
    },
  );

  test('waits for the app’s word on whose the job is while the network is cut', async () => {
    const world = aWorld();
    world.fleet.host('web-1').fence = 120;
    let cutUntil = 0;
    world.fleet.disturb = (_moment, host) => {
      if (host === 'web-1') cutUntil ||= world.clock.milliseconds + 300_000;
      return undefined;
    };
    world.app.disturb = () => (world.clock.milliseconds < cutUntil ? 'lost-request' : undefined);

    await world.live();

    expect(world.clock.milliseconds).toBeGreaterThan(300_000);
    expect(world.app.outcome).toMatchObject({ kind: 'failed', fenceSeen: 120 });
    expect(world.app.calls.filter((op) => op === 'claim')).toHaveLength(1);
  });

  test('does nothing more once a host has seen a higher fence', async () => {
    const world = aWorld();
    world.fleet.disturb = (moment, host, act) => {
      if (moment === 'before' && host === 'web-1' && act === 'activate') {
        world.app.takeOver();
        world.fleet.host('web-1').fence = world.app.fence;
      }
      return undefined;
    };
    const stopping = new AbortController();
    const life = liveAgent(world.agent, stopping.signal);

    await world.clock.drive(
      Promise.all([life, world.clock.sleep(20_000).then(() => stopping.abort())]),
    );

    expect(world.app.outcome).toBeNull();
    expect(world.fleet.effects.every((effect) => effect.includes(' stage '))).toBe(true);
    expect(await world.agent.journal.openJobs()).toEqual([]);
  });
});

describe('a CODE job over several hosts', () => {
  const HOSTS = ['web-1', 'web-2', 'web-3', 'web-4', 'web-5', 'web-6'];

  /** The most hosts that were being switched at one moment, and the order of the first switches. */
  function watchFlips({ fleet }: World) {
    const seen = { most: 0, order: new Array<string>() };
    const open = new Set<string>();
    const { disturb } = fleet;
    fleet.disturb = (moment, host, act) => {
      if (moment === 'before' && act === 'activate') {
        open.add(host);
        seen.order.push(host);
        seen.most = Math.max(seen.most, open.size);
      }
      return disturb(moment, host, act);
    };
    fleet.look = ((look) => (target, service) => {
      open.delete(target.host.name);
      return look(target, service);
    })(fleet.look.bind(fleet));
    return seen;
  }

  test('keeps the size of its batches after the gatekeeper [S2-46]', async () => {
    const world = aWorld('CODE', aPlan(HOSTS, { batchSize: 2 }));
    const flips = watchFlips(world);

    await world.live();

    expect(world.app.outcome).toEqual({ kind: 'succeeded' });
    expect(flips.most).toBe(2);
    expect(flips.order[0]).toBe('web-1');
    expect(flips.order.slice(1, 3).sort()).toEqual(['web-2', 'web-3']);
    expect(flips.order.slice(3, 5).sort()).toEqual(['web-4', 'web-5']);
    expect(flips.order.slice(5)).toEqual(['web-6']);
  });

  test('begins a batch only when every host of the one before is healthy [S2-47]', async () => {
    const world = aWorld('CODE', aPlan(HOSTS, { batchSize: 2 }));

    await world.live();

    const story = world.app.entries.map(({ host, state }) => `${host} ${state}`);
    const lastHealthy = Math.max(story.indexOf('web-2 healthy'), story.indexOf('web-3 healthy'));
    const nextSwitch = Math.min(story.indexOf('web-4 switching'), story.indexOf('web-5 switching'));
    expect(story.indexOf('web-1 healthy')).toBeLessThan(story.indexOf('web-2 switching'));
    expect(lastHealthy).toBeGreaterThan(0);
    expect(lastHealthy).toBeLessThan(nextSwitch);
  });

  test('a host that fails in the second batch is brought back, and the third is never touched', async () => {
    const world = aWorld('CODE', aPlan(HOSTS, { batchSize: 2 }));
    const failure = { class: 'start-up', sentence: 'bin/start ended with 1.' } as const;
    let refusals = 0;
    world.fleet.refuse = (host, act) => {
      if (host !== 'web-3' || act !== 'start' || refusals > 0) return undefined;
      refusals += 1;
      return { kind: 'refused', failure };
    };

    await world.live();

    expect(world.app.outcome).toMatchObject({
      kind: 'failed',
      failure: { class: 'start-up', sentence: expect.stringContaining('serves shop 1.0.0 again') },
    });
    expect(world.fleet.host('web-3')).toMatchObject({ current: OLD, processDigest: OLD.digest });
    for (const host of ['web-1', 'web-2']) {
      expect(world.fleet.host(host).current).toEqual(NEW);
    }
    for (const host of ['web-4', 'web-5', 'web-6']) {
      expect(world.fleet.host(host).effects).toEqual(['stage 1.1.0']);
      expect(statesOf(world, host)).toEqual(['staging', 'staged']);
    }
  });
});

describe('a VERIFY job', () => {
  test('succeeds when every host serves the version, and touches nothing', async () => {
    const world = aWorld('VERIFY');
    for (const name of ['web-1', 'web-2', 'web-3']) {
      Object.assign(world.fleet.host(name), { current: NEW, processDigest: NEW.digest });
    }

    await world.live();

    expect(world.app.outcome).toEqual({ kind: 'succeeded' });
    expect(world.fleet.effects).toEqual([]);
    expect(world.fleet.host('web-1').fence).toBe(0);
  });

  test('names the host that has another release', async () => {
    const world = aWorld('VERIFY');
    for (const name of ['web-1', 'web-3']) {
      Object.assign(world.fleet.host(name), { current: NEW, processDigest: NEW.digest });
    }

    await world.live();

    expect(world.app.outcome).toMatchObject({
      kind: 'failed',
      failure: {
        class: 'health',
        sentence:
          'The current release in /srv/shop on host web-2 (10.0.0.2) is 1.0.0, not shop 1.1.0.',
      },
    });
    expect(statesOf(world, 'web-3')).toEqual(['healthy']);
  });
});
