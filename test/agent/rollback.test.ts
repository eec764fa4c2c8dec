import { describe, expect, test } from '@jest/globals';
import { liveAgent } from '../../agent/agent-loop';
import type { Artifacts } from '../../agent/ports/artifacts';
import type { InstalledRelease } from '../../agent/ports/hosts';
import { aJournal, anAgent } from './support/an-agent';
import { createFakeApp } from './support/fake-app';
import type { FakeApp } from './support/fake-app';
import { createFleet } from './support/fake-hosts';
import type { Fleet } from './support/fake-hosts';
import { aMachine, liveAndDie, liveToTheEnd } from './support/mortal-agent';
import type { Machine } from './support/mortal-agent';
import { NO_CENTRES } from './support/no-centres';
import { aPlan, NEW, OLD } from './support/plans';
import { createVirtualClock } from './support/virtual-clock';

const HOSTS = ['web-1', 'web-2', 'web-3', 'web-4', 'web-5'];

/** The store is down: whoever asks it has done something wrong. */
const noStore: Artifacts = {
  open: async () => {
    throw new Error('The store was asked.');
  },
};

interface World {
  readonly fleet: Fleet;
  /** A job of its own each time. */
  rollBack(): Promise<FakeApp>;
}

/** Digests of merged packages that the agent remembers for the plan. */
function aWorld(merged: readonly string[] = []): World {
  const fleet = createFleet();
  let jobs = 0;
  const rollBack = async (): Promise<FakeApp> => {
    jobs += 1;
    const clock = createVirtualClock();
    const plan = aPlan(HOSTS, { batchSize: 2 });
    const job = { stage: 'ROLLBACK', job: `10001.${jobs}`, firstFence: jobs } as const;
    const app = createFakeApp(clock, plan, job);
    const { journal } = aJournal();
    const centres = {
      ...NO_CENTRES,
      merged: { ...NO_CENTRES.merged, of: async () => merged, ofSite: async () => merged },
    };
    const agent = anAgent({ clock, app, fleet, journal, artifacts: noStore, centres });
    const stopping = new AbortController();
    const watch = async (): Promise<void> => {
      while (app.outcome === null) await clock.sleep(500);
      stopping.abort();
    };
    await clock.drive(Promise.all([liveAgent(agent, stopping.signal), watch()]));
    return app;
  };
  return { fleet, rollBack };
}

/** The host serves the new release, and the old one before it. */
function served(fleet: Fleet, host: string, release: InstalledRelease = NEW): void {
  Object.assign(fleet.host(host), {
    current: release,
    previous: OLD,
    staged: [OLD.digest, release.digest],
    processDigest: release.digest,
  });
}

const storyOf = ({ entries }: FakeApp, host: string): readonly string[] =>
  entries.filter((entry) => entry.host === host).map(({ state }) => state);

const lastNote = ({ entries }: FakeApp, host: string): string =>
  entries.findLast((entry) => entry.host === host)?.note ?? '';

describe('a ROLLBACK job', () => {
  test('brings every host back from its own files, the gatekeeper first, batch by batch', async () => {
    const { fleet, rollBack } = aWorld();
    for (const host of HOSTS) served(fleet, host);

    const app = await rollBack();

    expect(app.outcome).toEqual({ kind: 'succeeded' });
    for (const host of HOSTS) {
      expect(fleet.host(host)).toMatchObject({ current: OLD, processDigest: OLD.digest });
      expect(fleet.host(host).effects).toEqual(['reactivate 1.0.0', 'start 1.0.0']);
    }
    const order = fleet.effects.map((effect) => effect.split(' ')[0]);
    expect(order.slice(0, 2)).toEqual(['web-1', 'web-1']);
    expect(order.slice(2, 6).sort()).toEqual(['web-2', 'web-2', 'web-3', 'web-3']);
    expect(order.slice(6).sort()).toEqual(['web-4', 'web-4', 'web-5', 'web-5']);
    expect(storyOf(app, 'web-4')).toEqual([
      'switching',
      'switched',
      'starting',
      'starting',
      'healthy',
    ]);
    expect(lastNote(app, 'web-4')).toBe('serves 1.0.0 again');
  });

  test('leaves a host alone that never got the release, and says so', async () => {
    const { fleet, rollBack } = aWorld();
    served(fleet, 'web-1');
    Object.assign(fleet.host('web-3'), { current: null, process: 'none', processDigest: null });

    const app = await rollBack();

    expect(app.outcome).toEqual({ kind: 'succeeded' });
    expect(fleet.effects).toEqual(['web-1 reactivate 1.0.0', 'web-1 start 1.0.0']);
    expect(storyOf(app, 'web-2')).toEqual(['done']);
    expect(lastNote(app, 'web-2')).toBe(
      'It serves 1.0.0 and not the release that is left; it stays as it is.',
    );
    expect(lastNote(app, 'web-3')).toMatch(/^It has no release and not/);
  });

  test('leaves a host alone that a failed deploy has brought back already', async () => {
    const { fleet, rollBack } = aWorld();
    Object.assign(fleet.host('web-1'), { left: NEW, staged: [OLD.digest, NEW.digest] });

    const app = await rollBack();

    expect(app.outcome).toEqual({ kind: 'succeeded' });
    expect(fleet.effects).toEqual([]);
    expect(fleet.host('web-1')).toMatchObject({ current: OLD, processDigest: OLD.digest });
  });

  test('done a second time, changes nothing', async () => {
    const { fleet, rollBack } = aWorld();
    for (const host of HOSTS) served(fleet, host);
    await rollBack();
    const before = [...fleet.effects];

    const app = await rollBack();

    expect(app.outcome).toEqual({ kind: 'succeeded' });
    expect(fleet.effects).toEqual(before);
    expect(fleet.host('web-1')).toMatchObject({ current: OLD, processDigest: OLD.digest });
  });

  test('says that a host has nothing to go back to, and touches no host after it', async () => {
    const { fleet, rollBack } = aWorld();
    for (const host of HOSTS) served(fleet, host);
    Object.assign(fleet.host('web-2'), { previous: null });

    const app = await rollBack();

    expect(app.outcome).toEqual({
      kind: 'failed',
      failure: {
        class: 'package',
        sentence:
          'Host web-2 (10.0.0.2) serves shop 1.1.0 and keeps no earlier release to go back to; deploy an earlier version there.',
      },
    });
    expect(fleet.host('web-2').current).toEqual(NEW);
    expect(fleet.effects.some((effect) => /^web-[45]/.test(effect))).toBe(false);
  });

  test('stops at the gatekeeper when the earlier version does not get healthy either', async () => {
    const { fleet, rollBack } = aWorld();
    for (const host of HOSTS) served(fleet, host);
    fleet.sick.add(OLD.version);

    const app = await rollBack();

    expect(app.outcome).toMatchObject({ kind: 'failed', failure: { class: 'health' } });
    expect(fleet.effects).toEqual(['web-1 reactivate 1.0.0', 'web-1 start 1.0.0']);
  });

  test('names a host that cannot be reached, and what to do', async () => {
    const { fleet, rollBack } = aWorld();
    for (const host of HOSTS) served(fleet, host);
    fleet.host('web-1').down = true;

    const app = await rollBack();

    expect(app.outcome).toMatchObject({
      kind: 'failed',
      failure: {
        class: 'transport',
        sentence: expect.stringMatching(/web-1.*Nothing was done there; bring the host back, then/),
      },
    });
    expect(fleet.effects).toEqual([]);
  });

  test('starts what an earlier way back had switched to and not started', async () => {
    const { fleet, rollBack } = aWorld();
    Object.assign(fleet.host('web-1'), { left: NEW, process: 'dead' });

    const app = await rollBack();

    expect(app.outcome).toEqual({ kind: 'succeeded' });
    expect(fleet.effects).toEqual(['web-1 start 1.0.0']);
    expect(lastNote(app, 'web-1')).toBe('serves 1.0.0 again');
  });

  test.each([
    ['was down when a rollback ended', { process: 'dead' as const }],
    [
      'went down with its machine, and its own start script keeps no record',
      { process: 'own' as const },
    ],
  ])('brings a host to service whose release %s', async (_what, process) => {
    const { fleet, rollBack } = aWorld();
    served(fleet, 'web-1');
    await rollBack();
    const before = fleet.effects.length;
    Object.assign(fleet.host('web-1'), process);

    const app = await rollBack();

    expect(app.outcome).toEqual({ kind: 'succeeded' });
    expect(fleet.effects.slice(before)).toEqual(['web-1 start 1.0.0']);
    expect(lastNote(app, 'web-1')).toBe('serves 1.0.0 again');
  });

  test('does not say that all is well where the earlier version runs and is not healthy', async () => {
    const { fleet, rollBack } = aWorld();
    served(fleet, 'web-1');
    await rollBack();
    fleet.sick.add(OLD.version);

    const app = await rollBack();

    expect(app.outcome).toMatchObject({ kind: 'failed', failure: { class: 'health' } });
  });

  test.each([['dead' as const], ['running' as const]])(
    'leaves a %s release alone that another release put there since',
    async (process) => {
      const hotfix = { digest: 'c'.repeat(64), version: '1.1.1' };
      const { fleet, rollBack } = aWorld();
      served(fleet, 'web-1', hotfix);
      Object.assign(fleet.host('web-1'), {
        left: NEW,
        process,
        switchedBy: '10002.1',
        broughtBy: '10002.1',
      });

      const app = await rollBack();

      expect(app.outcome).toEqual({ kind: 'succeeded' });
      expect(fleet.effects).toEqual([]);
      expect(lastNote(app, 'web-1')).toBe(
        process === 'dead'
          ? 'It has 1.1.1, which does not run, and not the release that is left; it stays as it is.'
          : 'It serves 1.1.1 and not the release that is left; it stays as it is.',
      );
    },
  );

  test('leaves a host alone that had the same version before this release', async () => {
    const { fleet, rollBack } = aWorld();
    served(fleet, 'web-1');
    served(fleet, 'web-2');
    Object.assign(fleet.host('web-1'), { broughtBy: '10002.1' });
    // Another release came there since and was left again.
    Object.assign(fleet.host('web-2'), { broughtBy: '10001.0', switchedBy: '10003.4' });

    const app = await rollBack();

    expect(app.outcome).toEqual({ kind: 'succeeded' });
    expect(fleet.effects).toEqual(['web-2 reactivate 1.0.0', 'web-2 start 1.0.0']);
    expect(lastNote(app, 'web-1')).toBe('It served 1.1.0 before this release; it stays as it is.');
  });

  test('says that the earlier release is gone from the host, before it switches anything', async () => {
    const { fleet, rollBack } = aWorld();
    served(fleet, 'web-1');
    Object.assign(fleet.host('web-1'), { staged: [NEW.digest] });

    const app = await rollBack();

    expect(app.outcome).toMatchObject({
      kind: 'failed',
      failure: { class: 'package', sentence: expect.stringContaining('keeps no earlier release') },
    });
    expect(fleet.effects).toEqual([]);
  });

  test('tells the plan’s release by its merged digest, and leaves older configuration alone', async () => {
    const ours = { ...NEW, digest: 'd'.repeat(64), artifactSha256: NEW.digest };
    const older = { ...NEW, digest: 'e'.repeat(64), artifactSha256: NEW.digest };
    const { fleet, rollBack } = aWorld([ours.digest]);
    served(fleet, 'web-1', ours);
    served(fleet, 'web-2', older);

    const app = await rollBack();

    expect(app.outcome).toEqual({ kind: 'succeeded' });
    expect(fleet.host('web-1').current).toEqual(OLD);
    expect(fleet.host('web-2').current).toEqual(older);
  });
});

describe('kill -9 of the agent', () => {
  const aServingMachine = (): Machine => {
    const machine = aMachine('ROLLBACK');
    served(machine.fleet, 'web-1');
    served(machine.fleet, 'web-2');
    return machine;
  };

  test('at any moment of a rollback, and its hosts with it: the next life brings all into service', async () => {
    const moments = await liveAndDie(aServingMachine(), Number.POSITIVE_INFINITY);
    let reboots = 0;

    for (let deathAt = 0; deathAt < moments; deathAt += 1) {
      const machine = aServingMachine();
      await liveAndDie(machine, deathAt);
      // What goes down once the work is over is no rollback's matter.
      const open = await machine.journal.openJobs();
      if (machine.app.outcome !== null || open.some(({ outcome }) => outcome !== null)) break;
      reboots += 1;
      for (const host of ['web-1', 'web-2']) machine.fleet.host(host).process = 'dead';
      await liveToTheEnd(machine, anAgent(machine));

      expect({ deathAt, outcome: machine.app.outcome }).toEqual({
        deathAt,
        outcome: { kind: 'succeeded' },
      });
      for (const host of ['web-1', 'web-2']) {
        expect({ deathAt, ...machine.fleet.host(host) }).toMatchObject({
          deathAt,
          current: OLD,
          process: 'running',
          processDigest: OLD.digest,
        });
      }
    }
    expect(reboots).toBeGreaterThan(30);
  }, 60_000);

  test('at any moment of a rollback: the next life ends it as the clean run does, each effect once', async () => {
    const clean = aServingMachine();
    const moments = await liveAndDie(clean, Number.POSITIVE_INFINITY);
    expect(clean.app.outcome).toEqual({ kind: 'succeeded' });
    expect(moments).toBeGreaterThan(40);

    for (let deathAt = 0; deathAt < moments; deathAt += 1) {
      const machine = aServingMachine();
      await liveAndDie(machine, deathAt);
      await liveToTheEnd(machine, anAgent(machine));

      expect({
        deathAt,
        outcome: machine.app.outcome,
        effects: [...machine.fleet.effects].sort(),
        notes: ['web-1', 'web-2'].map((host) => lastNote(machine.app, host)),
      }).toEqual({
        deathAt,
        outcome: { kind: 'succeeded' },
        effects: [...clean.fleet.effects].sort(),
        notes: ['serves 1.0.0 again', 'serves 1.0.0 again'],
      });
      expect(await machine.journal.openJobs()).toEqual([]);
    }
  }, 60_000);
});
