/** Another session has the one lock of a database: who is waited for, how long, and how the wait ends. */
import { describe, expect, test } from '@jest/globals';
import { liveAgent } from '../../../agent/agent-loop';
import type { Database, LockAnswer } from '../../../agent/sql/database';
import type { DatabaseRule } from '../../../agent/sql/database-rule';
import { aJournal } from '../support/an-agent';
import { scriptAgent, scriptApp } from '../support/script-agent';
import { createVirtualClock } from '../support/virtual-clock';

const RULE: DatabaseRule = {
  id: 'orders',
  environments: ['SIT'],
  engine: 'postgresql',
  host: '10.0.9.1',
  port: 5432,
  database: 'orders',
  user: 'release',
  passwordFile: '/etc/interlock/orders.password',
};
const SCRIPT = { id: 'fill', text: 'INSERT INTO orders VALUES (1)' };
const PLACE = 'orders (orders at 10.0.9.1:5432)';

const FREE: LockAnswer = { kind: 'held' };
const holder = (runs: boolean | null): LockAnswer => ({ kind: 'busy', session: '77', runs });
const IDLE = holder(false);
const BUSY = holder(true);

/** An agent with one script, and a lock whose holder does this, by the seconds since it was first asked for. */
function aWorld(lockAt: (seconds: number) => LockAnswer) {
  const clock = createVirtualClock();
  const app = scriptApp(clock, SCRIPT);
  const ran: string[] = [];
  const asked: number[] = [];
  let sessions = 0;
  const waitedSeconds = (): number => ((asked.at(-1) ?? 0) - (asked[0] ?? 0)) / 1_000;
  const database: Database = {
    version: async () => ({ kind: 'done', value: 'PostgreSQL 15' }),
    lock: async () => {
      asked.push(clock.milliseconds);
      return { kind: 'done', value: lockAt(waitedSeconds()) };
    },
    raiseFence: async (_scope, fence) => ({ kind: 'done', value: fence }),
    readLedger: async () => ({ kind: 'done', value: [] }),
    write: async () => ({ kind: 'done', value: null }),
    isAtomic: async () => ({ kind: 'done', value: true }),
    run: async (_row, text) => {
      ran.push(text);
      return { kind: 'done', rows: 1, milliseconds: 1 };
    },
    set: async () => ({ kind: 'done', value: 0 }),
    close: async () => {
      sessions -= 1;
    },
  };
  const { journal } = aJournal();
  const connect = async () => {
    sessions += 1;
    return { kind: 'connected' as const, database };
  };
  /** One life of the agent, until this is so. */
  const live = async (until: () => boolean = () => app.outcome !== null): Promise<void> => {
    const stopping = new AbortController();
    const watch = async (): Promise<void> => {
      while (!until()) await clock.sleep(1_000);
      stopping.abort();
    };
    await clock.drive(
      Promise.all([
        liveAgent(
          scriptAgent({ clock, app, journal, databases: { connect }, rule: RULE }),
          stopping.signal,
        ),
        watch(),
      ]),
    );
  };
  const beats = (): number => app.calls.filter((call) => call === 'heartbeat').length;
  return { clock, app, ran, asked, live, beats, waitedSeconds, openSessions: () => sessions };
}

describe('a script whose database is locked by another session', () => {
  test('ends in words once that session has run nothing for 60 s, with its lease renewed meanwhile', async () => {
    const { app, ran, live, beats, waitedSeconds, openSessions } = aWorld(() => IDLE);

    await live();

    expect(app.outcome).toEqual({
      kind: 'failed',
      failure: {
        class: 'time-out',
        sentence: `Session 77 of database ${PLACE} has Interlock's lock and has run nothing for 60 s; end that session or the agent that it belongs to, then retry.`,
      },
    });
    expect(waitedSeconds()).toBeGreaterThanOrEqual(60);
    expect(waitedSeconds()).toBeLessThan(62);
    // A lease that nobody renews allows nothing after 60 s.
    expect(beats()).toBeGreaterThanOrEqual(2);
    expect(app.fence).toBe(1);
    expect(ran).toEqual([]);
    expect(openSessions()).toBe(0);
  });

  test('does not say that it runs nothing when the server shows nothing of it', async () => {
    const { app, live, waitedSeconds } = aWorld(() => holder(null));

    await live();

    expect(app.outcome).toEqual({
      kind: 'failed',
      failure: {
        class: 'time-out',
        sentence: `Session 77 of database ${PLACE} has had Interlock's lock for 60 s, and user release may not see what it runs (PostgreSQL: pg_read_all_stats, MySQL: PROCESS); end that session or the agent that it belongs to, then retry.`,
      },
    });
    expect(waitedSeconds()).toBeLessThan(62);
  });

  test('says once who has it, and runs when that session ends after 59 s', async () => {
    const { app, ran, live } = aWorld((seconds) => (seconds < 59 ? IDLE : FREE));

    await live();

    expect(app.outcome).toEqual({ kind: 'succeeded' });
    expect(ran).toEqual([SCRIPT.text]);
    const notes = app.entries.map(({ note }) => note).filter((note) => note.includes('lock'));
    expect(notes).toEqual(["Session 77 still has Interlock's lock; waiting for its end."]);
  });

  test('waits while that session runs a statement, under one claim', async () => {
    const { app, ran, live, waitedSeconds } = aWorld((s) => (s < 1_200 ? BUSY : FREE));

    await live();

    expect(app.outcome).toEqual({ kind: 'succeeded' });
    expect(ran).toEqual([SCRIPT.text]);
    expect(waitedSeconds()).toBeGreaterThanOrEqual(1_200);
    expect(app.fence).toBe(1);
  });

  test('counts idle time from the end of the last statement that it saw', async () => {
    const { app, live, waitedSeconds } = aWorld((s) =>
      s === 0 || s === 50 || s === 100 ? BUSY : IDLE,
    );

    await live();

    expect(app.outcome).toMatchObject({
      failure: { class: 'time-out', sentence: expect.stringContaining('has run nothing for 60 s') },
    });
    expect(waitedSeconds()).toBeGreaterThanOrEqual(160);
    expect(waitedSeconds()).toBeLessThan(162);
  });

  test('ends in words when that session has run a statement for six hours, awake or suspended', async () => {
    const world = aWorld((seconds) => {
      if (seconds === 300) world.clock.jump(6 * 3_600_000);
      return BUSY;
    });

    await world.live();

    expect(world.app.outcome).toMatchObject({
      failure: {
        class: 'time-out',
        sentence: expect.stringContaining(
          "has had Interlock's lock for 21600 s and still runs a statement; end that",
        ),
      },
    });
    expect(world.waitedSeconds()).toBeGreaterThanOrEqual(300);
    expect(world.ran).toEqual([]);
  });

  test('looks no further when the job has gone to another agent', async () => {
    const world = aWorld((seconds) => {
      if (seconds === 10) world.app.takeOver();
      return seconds < 40 ? BUSY : FREE;
    });

    await world.live(() => world.clock.milliseconds > 90_000);

    expect(world.app.outcome).toBeNull();
    expect(world.ran).toEqual([]);
    expect(world.openSessions()).toBe(0);
  });

  test('does not look while no heartbeat gets through, and goes on when one does', async () => {
    const { clock, app, ran, asked, live } = aWorld((seconds) => (seconds < 200 ? BUSY : FREE));
    app.disturb = (op) =>
      op === 'heartbeat' && clock.milliseconds < 300_000 ? 'lost-request' : undefined;

    await live();

    expect(asked.filter((at) => at > 60_000 && at < 300_000)).toEqual([]);
    expect(app.outcome).toEqual({ kind: 'succeeded' });
    expect(ran).toEqual([SCRIPT.text]);
  });

  test('stops waiting when the agent is asked to end, and its next life waits on', async () => {
    const world = aWorld((seconds) => (seconds < 600 ? BUSY : FREE));

    await world.live(() => world.waitedSeconds() >= 30);

    expect(world.waitedSeconds()).toBeLessThan(35);
    expect(world.openSessions()).toBe(0);

    await world.live();

    expect(world.app.outcome).toEqual({ kind: 'succeeded' });
    expect(world.ran).toEqual([SCRIPT.text]);
  });
});
