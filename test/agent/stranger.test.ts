/** An agent that the app gives no work: revoked, with a key that the app does not know any more, suspended, or not confirmed. */
import { describe, expect, test } from '@jest/globals';
import { liveAgent } from '../../agent/agent-loop';
import type { Troubles } from '../../agent/troubles';
import { aJournal, anAgent } from './support/an-agent';
import { createFakeApp } from './support/fake-app';
import { createFleet } from './support/fake-hosts';
import { aPlan } from './support/plans';
import { createVirtualClock } from './support/virtual-clock';

const HOUR_MILLISECONDS = 3_600_000;

function aWorld(plan = aPlan()) {
  const clock = createVirtualClock();
  const app = createFakeApp(clock, plan);
  const fleet = createFleet();
  const told: string[] = [];
  const said: string[] = [];
  const troubles: Troubles = {
    tell: (kind, sentence) => void told.push(`${kind}: ${sentence ?? 'over'}`),
  };
  const { journal } = aJournal();
  const agent = {
    ...anAgent({ clock, app, fleet, journal }),
    troubles,
    log: {
      info: (line: string) => void said.push(line),
      warn: () => undefined,
      error: (line: string) => void said.push(line),
    },
  };
  const live = async (until: () => boolean) => {
    const stopping = new AbortController();
    const watch = async (): Promise<void> => {
      while (!until()) await clock.sleep(10_000);
      stopping.abort();
    };
    const [end] = await clock.drive(Promise.all([liveAgent(agent, stopping.signal), watch()]));
    return end;
  };
  return { clock, app, fleet, journal, told, said, live };
}

describe('an agent that the app answers as a stranger', () => {
  test('tries twice within a second, then asks ever more rarely, in the end every 15 minutes', async () => {
    const { clock, app, told, said, live } = aWorld();
    const at: number[] = [];
    app.disturb = () => {
      at.push(clock.milliseconds);
      return 'unauthorized';
    };

    const end = await live(() => clock.milliseconds >= 24 * HOUR_MILLISECONDS);

    expect(end).toEqual({ kind: 'stopped' });
    expect(at[1]).toBeLessThanOrEqual(1_000);
    const [before = 0, last = 0] = at.slice(-2);
    expect(last - before).toBe(HOUR_MILLISECONDS / 4);
    expect(at.length).toBeLessThanOrEqual(110);
    expect(new Set(told)).toEqual(new Set([expect.stringMatching(/^refused: Interlock refuses/)]));
    const lines = said.filter((line) => line.startsWith('Interlock refuses'));
    expect(lines).toEqual([
      expect.stringMatching(
        /signature.* every 15 minutes: look for agent ag_1 in Interlock's settings; .* enroll it anew/,
      ),
    ]);
  });

  test('goes on by itself once it is known again', async () => {
    const { clock, app, told, said, live } = aWorld();
    app.disturb = () => (clock.milliseconds < HOUR_MILLISECONDS ? 'unauthorized' : undefined);

    await live(() => app.outcome !== null);

    expect(app.outcome).toEqual({ kind: 'succeeded' });
    expect(clock.milliseconds).toBeLessThanOrEqual(1.5 * HOUR_MILLISECONDS);
    expect(told.at(-1)).toBe('refused: over');
    expect(said).toContain('Interlock knows this agent again.');
  });

  test('while its machine’s clock is wrong goes on asking, for the clock may be set at any moment', async () => {
    const { clock, app, told, live } = aWorld();
    const { poll } = app;
    app.disturb = () => 'unauthorized';
    app.poll = async () => {
      const result = await poll();
      return result.kind === 'refused' ? { ...result, isClock: true } : result;
    };

    await live(() => clock.milliseconds >= HOUR_MILLISECONDS);

    expect(app.calls.length).toBeGreaterThan(100);
    expect(told.filter((trouble) => trouble !== 'refused: over')).toEqual([]);
  });
});

describe('an agent that is suspended while it has nothing to do', () => {
  test('asks ever more rarely, in the end every 15 minutes, and its status says why', async () => {
    const { clock, app, told, said, live } = aWorld();
    app.disturb = () => 'pending';

    await live(() => clock.milliseconds >= 24 * HOUR_MILLISECONDS);

    expect(app.calls.length).toBeLessThanOrEqual(110);
    const words = /^refused as pending Meanwhile it begins nothing .* every 15 minutes; a restart/;
    expect(said.filter((line) => words.test(line))).toHaveLength(1);
    expect(new Set(told)).toEqual(
      new Set([expect.stringMatching(/^refused: refused as pending Meanwhile/)]),
    );
  });
});

test('an agent that nobody has confirmed says so in its status, until somebody has', async () => {
  const { clock, app, told, live } = aWorld();
  const { poll } = app;
  app.poll = async () => {
    const result = await poll();
    return result.kind === 'answered' && clock.milliseconds < HOUR_MILLISECONDS
      ? { ...result, answer: { ...result.answer, state: 'pending', jobs: [] } }
      : result;
  };

  await live(() => app.outcome !== null);

  expect(told[0]).toMatch(/^refused: No project admin has confirmed this agent yet/);
  expect(told.at(-1)).toBe('refused: over');
});

/**
 * Has the app refuse the agent as soon as the first host is asked to `act`; `seconds` is how long acts take from then on.
 * `by`: which call brings the refusal, all others being lost; absent: each. Resolves to what was done when it came first.
 */
function refuseAt(
  world: ReturnType<typeof aWorld>,
  how: 'unauthorized' | 'pending',
  act: string,
  seconds: Record<string, number>,
  by?: string,
): () => readonly string[] | undefined {
  const { app, fleet, clock } = world;
  let done: readonly string[] | undefined;
  const refuse = (op: string) => {
    if (by !== undefined && op !== by) return 'lost-request';
    done ??= [...fleet.effects];
    return how;
  };
  fleet.disturb = (_moment, host, name) => {
    if (host === 'web-1' && name === act) app.disturb = refuse;
    return undefined;
  };
  const connect = fleet.connect.bind(fleet);
  fleet.connect = async (target) => {
    const line = await connect(target);
    if (line.kind !== 'connected') return line;
    const { session } = line;
    const slowly = async <Answer>(name: string, answer: Promise<Answer>): Promise<Answer> => {
      await clock.sleep((seconds[name] ?? 0) * 1_000);
      return answer;
    };
    return {
      kind: 'connected',
      session: {
        ...session,
        activate: (order, former) => slowly('activate', session.activate(order, former)),
        start: (order, start) => slowly('start', session.start(order, start)),
      },
    };
  };
  return () => done;
}

describe.each([
  ['revoked', 'unauthorized'],
  ['suspended', 'pending'],
] as const)('an agent that is %s in the middle of a job', (_, how) => {
  test('brings the host under way to its end, begins no other, keeps the job open, and comes to rest', async () => {
    const world = aWorld();
    const { app, fleet, journal, clock, live } = world;
    refuseAt(world, how, 'activate', { activate: 20, start: 45 });

    expect(await live(() => clock.milliseconds >= 6 * HOUR_MILLISECONDS)).toEqual({
      kind: 'stopped',
    });

    expect(fleet.effects.filter((effect) => !effect.includes(' stage '))).toEqual([
      'web-1 activate 1.1.0',
      'web-1 start 1.1.0',
    ]);
    expect(await journal.openJobs()).toEqual([{ job: '10001.9', fence: 1, outcome: null }]);
    expect(app.calls.slice(-20)).toEqual(Array.from({ length: 20 }, () => 'poll'));
    expect(app.calls.length).toBeLessThan(100);
  });

  const livesOnHearing = async (by?: string) => {
    const hosts = Array.from({ length: 30 }, (_host, index) => `web-${String(index + 1)}`);
    const world = aWorld(aPlan(hosts, { batchSize: 1 }));
    const { app, fleet, journal, clock, live } = world;
    const doneWhenHeard = refuseAt(world, how, 'activate', { activate: 3 }, by);

    await live(() => clock.milliseconds >= HOUR_MILLISECONDS);

    const done = doneWhenHeard() ?? [];
    const [last = ''] = done.slice(-1);
    expect(last).toMatch(/^web-\d activate 1\.1\.0$/);
    expect(fleet.effects).toEqual([...done, last.replace('activate', 'start')]);
    expect(await journal.openJobs()).toEqual([{ job: '10001.9', fence: 1, outcome: null }]);

    app.disturb = () => undefined;
    await live(() => app.outcome !== null);
    expect(app.outcome).toEqual({ kind: 'succeeded' });
  };

  test('begins no other host from the moment on that it hears of it, however much of its lease is left', () =>
    livesOnHearing());

  test.each(['report', 'log', 'heartbeat'])(
    'hears of it by the answer to a %s, all else being lost',
    (by) => livesOnHearing(by),
  );

  test('lets go of a job whose plan it cannot fetch, though nothing else is refused', async () => {
    const { app, journal, clock, live } = aWorld();
    app.disturb = (op) => (op === 'fetch' ? how : undefined);

    await live(() => clock.milliseconds >= 10_000);

    expect(app.calls.filter((op) => op !== 'poll').slice(0, 2)).toEqual(['claim', 'fetch']);
    expect(app.calls.filter((op) => op === 'poll').length).toBeGreaterThan(1);
    expect(await journal.openJobs()).toHaveLength(1);
  });

  test('whose work was over before its lease keeps the end, and tells it once it is known again', async () => {
    const world = aWorld();
    const { app, journal, clock, live } = world;
    refuseAt(world, how, 'start', {});
    await live(() => clock.milliseconds >= 6 * HOUR_MILLISECONDS);
    expect(await journal.openJobs()).toEqual([
      expect.objectContaining({ outcome: { kind: 'succeeded' } }),
    ]);
    expect(app.calls.length).toBeLessThan(100);

    app.disturb = () => undefined;
    await live(() => app.outcome !== null);

    expect(app.outcome).toEqual({ kind: 'succeeded' });
  });
});
