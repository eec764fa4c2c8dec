/** Another session of a real server has the one lock: idle, and running a statement. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { liveAgent } from '../../../agent/agent-loop';
import { machineClock } from '../../../agent/clock';
import type { Clock } from '../../../agent/ports/clock';
import type { Database } from '../../../agent/sql/database';
import { createDatabases } from '../../../agent/sql/open-session';
import { servers } from '../../support/database-servers';
import type { DatabaseServer } from '../../support/database-servers';
import { aJournal } from '../support/an-agent';
import type { FakeApp } from '../support/fake-app';
import { scriptAgent, scriptApp } from '../support/script-agent';
import type { TestScript } from '../support/script-world';

/** A minute in two seconds: the servers' sessions are real, and the agent's time runs. */
const PACE = 30;
const began = Date.now();
const fastClock: Clock = {
  wallMilliseconds: () => began + (Date.now() - began) * PACE,
  monotonicMilliseconds: () => performance.now() * PACE,
  sleep: (milliseconds, until) => machineClock.sleep(milliseconds / PACE, until),
};

/** A user who may work, and not look into the sessions of others. */
const LESSER = {
  postgresql: {
    create: `CREATE USER lesser PASSWORD 'a secret of the tests'`,
    rights: ['GRANT ALL ON SCHEMA public TO lesser', 'GRANT ALL ON filled TO lesser'],
  },
  mariadb: {
    create: `CREATE USER lesser IDENTIFIED BY 'a secret of the tests'`,
    rights: ['GRANT ALL ON orders.* TO lesser'],
  },
};

describe.each(['postgresql', 'mariadb'] as const)('a lock on %s', (name) => {
  const databases = createDatabases(
    '/etc/interlock/agent.yml',
    { connectSeconds: 5 },
    () => undefined,
  );
  let server: DatabaseServer;
  beforeAll(async () => {
    server = await servers[name]();
    await server.query('CREATE TABLE filled (id int)');
  }, 120_000);
  afterAll(() => server.close(), 30_000);

  const aHolder = async (): Promise<Database> => {
    const connected = await databases.connect(server.rule);
    if (connected.kind === 'failed') throw new Error(connected.failure.sentence);
    await connected.database.lock();
    return connected.database;
  };
  /** What comes of the script. */
  const live = async (script: TestScript, rule = server.rule): Promise<FakeApp> => {
    const app = scriptApp(fastClock, script);
    const agent = scriptAgent({
      clock: fastClock,
      app,
      journal: aJournal().journal,
      databases,
      rule,
    });
    const stopping = new AbortController();
    const life = liveAgent(agent, stopping.signal);
    const deadline = Date.now() + 30_000;
    while (app.outcome === null && Date.now() < deadline) await machineClock.sleep(20);
    stopping.abort();
    await life;
    return app;
  };

  test('that a session keeps and runs nothing is taken from it after a minute', async () => {
    const idle = await aHolder();

    const app = await live({ id: 'taken', text: 'INSERT INTO filled VALUES (3)' });

    expect(app.outcome).toEqual({ kind: 'succeeded' });
    expect(await server.query('SELECT id FROM filled WHERE id = 3')).toHaveLength(1);
    expect(await idle.lock()).toMatchObject({ kind: 'lost' });
    await idle.close();
  }, 60_000);

  test('of a session that the user may not look into ends the script in words', async () => {
    await server.query(LESSER[name].create);
    for (const right of LESSER[name].rights) await server.query(right);
    const idle = await aHolder();

    const lesser = { ...server.rule, user: 'lesser' };
    const app = await live({ id: 'never', text: 'INSERT INTO filled VALUES (1)' }, lesser);

    await idle.close();
    expect(app.outcome).toEqual({
      kind: 'failed',
      failure: {
        class: 'time-out',
        sentence: expect.stringMatching(
          /^Session \d+ of database orders \(orders at 127\.0\.0\.1:\d+\) has had Interlock's lock for 60 s, and user lesser may not see what it runs .*; end that session/,
        ),
      },
    });
    expect(await server.query('SELECT id FROM filled WHERE id = 1')).toEqual([]);
  }, 60_000);

  test('that a session keeps while it runs a statement is waited for', async () => {
    const busy = await aHolder();
    const running = busy
      .set(name === 'postgresql' ? 'SELECT pg_sleep(4)' : 'SELECT SLEEP(4)')
      .then(() => busy.close());
    const from = fastClock.monotonicMilliseconds();

    const app = await live({ id: 'later', text: 'INSERT INTO filled VALUES (2)' });

    await running;
    expect(app.outcome).toEqual({ kind: 'succeeded' });
    expect(fastClock.monotonicMilliseconds() - from).toBeGreaterThan(60_000);
    expect(await server.query('SELECT id FROM filled WHERE id = 2')).toHaveLength(1);
  }, 60_000);
});
