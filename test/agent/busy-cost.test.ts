import { describe, expect, test } from '@jest/globals';
import process from 'node:process';
import { liveAgent } from '../../agent/agent-loop';
import { instant } from '../../agent/lease';
import type { AppClient } from '../../agent/ports/app';
import type { HostSession } from '../../agent/ports/hosts';
import { FETCH_PIECE_MAX_CHARS } from '#wire/agent';
import { aJournal, anAgent } from './support/an-agent';
import { createFakeApp } from './support/fake-app';
import { createFleet } from './support/fake-hosts';
import { aPlan } from './support/plans';
import { createVirtualClock } from './support/virtual-clock';

const CALLS_A_MINUTE_MAX = 30;

interface Busy {
  readonly hosts: number;
  /** Hosts at a time behind the gatekeeper. */
  readonly batchSize: number;
  readonly actSeconds: number;
}

/** Lets the real agent work on a job whose every act takes so long; counts its calls from the first poll to the finish. */
async function workOn({ hosts, batchSize, actSeconds }: Busy) {
  const clock = createVirtualClock();
  const names = Array.from({ length: hosts }, (_, index) => `web-${index + 1}`);
  const app = createFakeApp(clock, aPlan(names, { batchSize }));
  const fleet = createFleet();
  const connect = fleet.connect.bind(fleet);
  fleet.connect = async (target) => {
    const line = await connect(target);
    if (line.kind !== 'connected') return line;
    const { session } = line;
    const slowly = async <Answer>(act: () => Promise<Answer>): Promise<Answer> => {
      await clock.sleep(actSeconds * 1_000);
      return act();
    };
    const slow: HostSession = {
      ...session,
      stage: (order, artifact) => slowly(() => session.stage(order, artifact)),
      activate: (order, former) => slowly(() => session.activate(order, former)),
      start: (order, start) => slowly(() => session.start(order, start)),
    };
    return { kind: 'connected', session: slow };
  };
  const counts = new Map<string, number>();
  const count = (op: string, times = 1): void => {
    counts.set(op, (counts.get(op) ?? 0) + times);
  };
  const client: AppClient = {
    ...app,
    // The fake's pieces are tiny; what counts is how many the app would send.
    fetch: async () => {
      const text = app.planText;
      count('fetch', Math.ceil(text.length / FETCH_PIECE_MAX_CHARS));
      const answer = { now: app.serverSeconds(), text, nextOffset: null };
      return { kind: 'answered', answer, sentAt: instant(clock) };
    },
  };
  const agent = anAgent({ clock, app: client, fleet, journal: aJournal().journal });
  const stopping = new AbortController();
  const watch = async (): Promise<void> => {
    while (app.outcome === null) await clock.sleep(500);
    stopping.abort();
  };
  await clock.drive(Promise.all([liveAgent(agent, stopping.signal), watch()]));
  for (const call of app.calls) count(call);
  const calls = [...counts.values()].reduce((sum, times) => sum + times, 0);
  const lines = app.logged.reduce((sum, chunk) => sum + chunk.lines.length, 0);
  return { app, counts, calls, lines, minutes: clock.milliseconds / 60_000 };
}

describe('an agent that is busy', () => {
  test.each<Busy>([
    { hosts: 3, batchSize: 1, actSeconds: 25 },
    { hosts: 20, batchSize: 1, actSeconds: 4 },
    { hosts: 250, batchSize: 10, actSeconds: 3 },
  ])(
    `with %j makes at most ${CALLS_A_MINUTE_MAX} calls a minute of its job, logs included`,
    async (busy) => {
      const { app, counts, calls, lines, minutes } = await workOn(busy);

      const told = [...counts].map(([op, times]) => `${op} ${times}`).join(', ');
      process.stderr.write(
        `a job on ${busy.hosts} hosts, ${minutes.toFixed(1)} minutes, ${lines} log lines: ` +
          `${(calls / minutes).toFixed(1)} calls a minute (${told})\n`,
      );
      expect(app.outcome).toEqual({ kind: 'succeeded' });
      expect(app.lostLines).toBe(0);
      expect(lines).toBeGreaterThan(busy.hosts * 5);
      expect(minutes).toBeGreaterThan(2);
      expect(calls / minutes).toBeLessThanOrEqual(CALLS_A_MINUTE_MAX);
    },
    60_000,
  );
});
