import { describe, expect, test } from '@jest/globals';
import { liveAgent } from '../../agent/agent-loop';
import type { AppClient, AppResult } from '../../agent/ports/app';
import type { PollAnswer } from '#wire/agent';
import { aJournal, anAgent } from './support/an-agent';
import { createFakeApp } from './support/fake-app';
import { createFleet } from './support/fake-hosts';
import { aPlan } from './support/plans';
import { createVirtualClock } from './support/virtual-clock';

/** Offered beside the job that is under way, and never claimed. */
const WAITING = '10001.20';

function aWorld() {
  const clock = createVirtualClock();
  const app = createFakeApp(clock, aPlan());
  const { journal } = aJournal();
  const fleet = createFleet();
  const claimed: string[] = [];
  const client: AppClient = {
    ...app,
    poll: async (): Promise<AppResult<PollAnswer>> => {
      const result = await app.poll();
      if (result.kind !== 'answered') return result;
      return { ...result, answer: { ...result.answer, jobs: [...result.answer.jobs, WAITING] } };
    },
    claim: (job, requestId) => {
      claimed.push(job);
      return app.claim(job, requestId);
    },
  };
  return { clock, app, journal, fleet, claimed, client };
}

type World = ReturnType<typeof aWorld>;

/** One life of the agent; `arrange` decides when it is asked to drain. */
async function drainedLife(world: World, arrange: (drain: () => void) => void) {
  const { clock, client, fleet, journal } = world;
  const agent = anAgent({ clock, app: client, fleet, journal });
  const draining = new AbortController();
  let askedAt = 0;
  arrange(() => {
    askedAt = clock.milliseconds;
    draining.abort();
  });
  const stopping = new AbortController();
  const end = await clock.drive(liveAgent(agent, stopping.signal, draining.signal));
  return { end, milliseconds: clock.milliseconds - askedAt };
}

describe('an agent that drains', () => {
  test('finishes the job under way, takes no other, and ends', async () => {
    const world = aWorld();

    const { end } = await drainedLife(world, (drain) => {
      world.fleet.disturb = () => {
        drain();
        return undefined;
      };
    });

    expect(end).toEqual({ kind: 'drained' });
    expect(world.app.outcome).toEqual({ kind: 'succeeded' });
    expect(world.claimed).toEqual(['10001.9']);
    expect(await world.journal.openJobs()).toEqual([]);
  });

  test('ends at once while it has nothing to do, however late its next poll is', async () => {
    const world = aWorld();
    const far: AppResult<PollAnswer> = {
      kind: 'answered',
      answer: { now: 1, state: 'active', jobs: [], nextPollMilliseconds: 60_000 },
      sentAt: { wall: 0, monotonic: 0 },
    };
    let polls = 0;
    world.client.poll = async () => {
      polls += 1;
      return far;
    };

    const { end, milliseconds } = await drainedLife(world, (drain) => {
      void world.clock.sleep(5_000).then(drain);
    });

    expect(end).toEqual({ kind: 'drained' });
    expect(milliseconds).toBe(0);
    expect(polls).toBe(1);
  });

  test('waits until the app knows the end of its job', async () => {
    const world = aWorld();
    const away = 300_000;
    world.app.disturb = () => (world.clock.milliseconds < away ? 'lost-request' : undefined);
    const ref = { job: '10001.9', fence: 1 };
    await world.journal.beginJob(ref, 0);
    await world.journal.finishJob(ref.job, { kind: 'succeeded' });

    const { end } = await drainedLife(world, (drain) => drain());

    expect(end).toEqual({ kind: 'drained' });
    expect(world.app.outcome).toEqual({ kind: 'succeeded' });
    expect(new Set(world.claimed)).toEqual(new Set(['10001.9']));
    expect(world.app.calls.length).toBeLessThan(60);
  });

  test('lets a job go that is somebody else’s by now', async () => {
    const world = aWorld();
    await world.journal.beginJob({ job: '10001.9', fence: 1 }, 0);
    world.app.takeOver();

    const { end } = await drainedLife(world, (drain) => drain());

    expect(end).toEqual({ kind: 'drained' });
    expect(world.fleet.effects).toEqual([]);
    expect(await world.journal.openJobs()).toEqual([]);
  });
});
