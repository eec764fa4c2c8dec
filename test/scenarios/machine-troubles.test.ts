/** What goes wrong with the machines of a release: disks without room, clocks that are wrong. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { dirname, join } from 'node:path';
import { click, untilStatus } from '../../demo/issues';
import { waitFor } from '../../demo/jira-client';
import { differencesLeft } from './support/agreed';
import { fakeClock } from './support/faked-clock';
import type { FakedClock } from './support/faked-clock';
import { mountSmallDisk } from './support/small-disk';
import type { SmallDisk } from './support/small-disk';
import { startStand } from './support/stand';
import type { Stand } from './support/stand';
import { tracesOf } from './support/traces';

const DAY_SECONDS = 86_400;

describe('a release', () => {
  let stand: Stand;
  const disks: SmallDisk[] = [];
  beforeAll(async () => {
    stand = await startStand('disk-full');
    await stand.turn({ preset: 'calm' });
  }, 300_000);
  afterAll(async () => {
    await stand.agent().stop();
    for (const disk of disks) disk.unmount();
    await stand.stop();
  }, 60_000);

  test('whose agent’s disk is full: with a journal that cannot be written it begins nothing, says so, and goes on once there is room', async () => {
    const key = await stand.ready('1.0.0');
    await stand.panel(key);
    await stand.agent().says(/The app gives this agent work/);
    await stand.agent().stop();
    const disk = mountSmallDisk(join(dirname(stand.config), 'state'), 1);
    disks.push(disk);
    const agent = stand.startAgent();
    await agent.says(/The app gives this agent work/);
    disk.fill();

    await click(stand.as('tester'), key, 'Start');
    const [, said] = await agent.says(/(The journal in [^"]*)/);

    expect(said).toMatch(
      /state cannot be written \(.*full.*\), so this agent begins no work: make room there/,
    );
    expect(stand.ssh.commands()).toEqual([]);
    expect(agent.process.exitCode).toBeNull();
    disk.makeRoom();
    await untilStatus(stand.as('tester'), key, 'Deployed');
    expect(await stand.served()).toBe('1.0.0');
    expect(await differencesLeft(stand, key)).toEqual([]);
  }, 120_000);

  test('whose host’s disk is full: the step fails clean as a matter of capacity, the old version serves, and a retry with room goes through', async () => {
    const disk = mountSmallDisk(stand.host.basePath, 64);
    disks.push(disk);
    const key = await stand.ready('1.1.0');
    disk.fill();

    await click(stand.as('tester'), key, 'Start');
    await untilStatus(stand.as('tester'), key, 'Fix pending');

    const { failure } = await stand.panel(key);
    expect(failure).toMatchObject({ class: 'capacity', stage: 'CODE' });
    expect(failure?.sentence).toMatch(
      /^Host web-1 \S+ \S+ could not be written\. Look at the disk of the host, then retry\.$/,
    );
    expect(await stand.served()).toBe('1.0.0');
    expect(await differencesLeft(stand, key)).toEqual([]);
    disk.makeRoom();
    await click(stand.as('tester'), key, 'Retry code');
    await untilStatus(stand.as('tester'), key, 'Deployed');
    expect(await stand.served()).toBe('1.1.0');
  }, 120_000);

  /** The agent alone has this clock; its disk has room. */
  async function withClock(aheadSeconds: number, says: RegExp): Promise<FakedClock> {
    await stand.agent().stop();
    const clock = fakeClock(join(stand.directory, 'clock'), aheadSeconds);
    await stand.startAgent(clock.environment).says(says);
    return clock;
  }
  /** Code for a host that serves the other version. */
  const ready = async (): Promise<{ readonly key: string; readonly version: string }> => {
    const version = (await stand.served()) === '1.0.0' ? '1.1.0' : '1.0.0';
    return { key: await stand.ready(version), version };
  };
  const BOTH_TIMES = /The clock of this machine says 20\S+Z and Interlock's says 20\S+Z/;

  test('whose agent’s clock is ten minutes ahead, then ten behind in the middle of a job, goes through with a warning', async () => {
    const { key, version } = await ready();
    const warning = new RegExp(`"level":40.*${BOTH_TIMES.source}; messages are signed with`);
    const clock = await withClock(600, warning);
    stand.ssh.holdBack(`'activate'`);
    await click(stand.as('tester'), key, 'Start');
    await waitFor('the held switch', async () => (stand.ssh.held() > 0 ? true : undefined), 60, 50);
    clock.set(-600);
    stand.ssh.letGo();

    await untilStatus(stand.as('tester'), key, 'Deployed');

    expect(await stand.served()).toBe(version);
    expect(await differencesLeft(stand, key)).toEqual([]);
    // Signs of life are written once a minute.
    await stand.as('admin').request('POST', '/local/clock', { skipSeconds: 61 });
    await waitFor('the agent’s clock in the settings', async () => {
      await stand.panel(key);
      const told = /The clock of agent \S+ agent's machine was [56]\d\d s behind/.exec(
        await troubles(),
      );
      return told ?? undefined;
    });
  }, 120_000);

  const DAY_OFF = [
    { way: 'ahead', daySeconds: DAY_SECONDS },
    { way: 'behind', daySeconds: -DAY_SECONDS },
  ];

  test.each(DAY_OFF)(
    'whose agent’s clock is a day $way waits in words, and goes through once it is set',
    async ({ daySeconds }) => {
      const { key, version } = await ready();
      const clock = await withClock(
        daySeconds,
        new RegExp(
          `"level":50.*${BOTH_TIMES.source}, more than an hour apart, so this agent begins no work: set the clock`,
        ),
      );
      const typed = stand.ssh.commands().length;
      await click(stand.as('tester'), key, 'Start');
      const before = refusedPolls();
      await waitFor(
        'two polls in vain',
        async () => (refusedPolls() > before + 1 ? true : undefined),
        60,
        100,
      );
      expect(stand.ssh.commands()).toHaveLength(typed);

      clock.set(0);

      await untilStatus(stand.as('tester'), key, 'Deployed');
      expect(await stand.served()).toBe(version);
      expect(await differencesLeft(stand, key)).toEqual([]);
    },
    120_000,
  );

  test.each(DAY_OFF)(
    'whose agent’s clock is set a day $way in the middle of a job ends like any other once it is right',
    async ({ daySeconds }) => {
      const { key, version } = await ready();
      const clock = await withClock(0, /The app gives this agent work/);
      stand.ssh.holdBack(`'activate'`);
      await click(stand.as('tester'), key, 'Start');
      await waitFor(
        'the held switch',
        async () => (stand.ssh.held() > 0 ? true : undefined),
        60,
        50,
      );
      clock.set(daySeconds);
      stand.ssh.letGo();
      await stand.agent().says(BOTH_TIMES);

      clock.set(0);

      await untilStatus(stand.as('tester'), key, 'Deployed');
      expect(await stand.served()).toBe(version);
      expect((await tracesOf(stand, key)).acts).toEqual({ stage: 1, activate: 1, start: 1 });
      expect(await differencesLeft(stand, key)).toEqual([]);
    },
    120_000,
  );

  const refusedPolls = (): number =>
    stand.agentLines().filter((line) => /A poll brought nothing/.test(line)).length;
  const troubles = async (): Promise<string> =>
    JSON.stringify(
      await stand
        .as('admin')
        .invoke({ module: 'release-control', name: 'settings.show', projectKey: 'REL' }),
    );
});
