/** One suite for every database: the port that scripts run through behaves the same over each. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Database, LedgerRow } from '../../agent/sql/database';
import { createDatabases } from '../../agent/sql/open-session';
import { splitScript } from '../../agent/sql/split-script';
import { servers } from '../support/database-servers';
import type { DatabaseServer } from '../support/database-servers';

const databases = createDatabases(
  '/etc/interlock/agent.yml',
  { connectSeconds: 5 },
  () => undefined,
);

const PAGE = {
  scope: 'installation-1 db:orders:SIT',
  release: '10001',
  script: 'orders',
  scriptDigest: 'a'.repeat(64),
};
const aRow = (changes: Partial<LedgerRow> = {}): LedgerRow => ({
  ...PAGE,
  number: 1,
  statementDigest: 'b'.repeat(64),
  job: '10001.1',
  fence: 1,
  state: 'intent',
  atomic: true,
  ...changes,
});

describe.each(['postgresql', 'mariadb', 'pglite'] as const)('the database %s', (name) => {
  let server: DatabaseServer;
  beforeAll(async () => {
    server = await servers[name]();
  }, 120_000);
  afterAll(() => server.close(), 30_000);

  /** A session with the lock and the tables, for one test. */
  async function inSession<Result>(work: (database: Database) => Promise<Result>): Promise<Result> {
    const connected = await databases.connect(server.rule);
    if (connected.kind === 'failed') throw new Error(connected.failure.sentence);
    const { database } = connected;
    try {
      expect(await database.lock()).toEqual({ kind: 'done', value: { kind: 'held' } });
      expect((await database.raiseFence(PAGE.scope, 1)).kind).toBe('done');
      return await work(database);
    } finally {
      await database.close();
    }
  }

  const statementOf = (text: string) => {
    const split = splitScript(text, server.rule.engine);
    const [statement] = split.kind === 'statements' ? split.statements : [];
    if (!statement) throw new Error('no statement');
    return statement;
  };

  const tableHas = async (table: string): Promise<number> => {
    const [row] = await server.query(`SELECT COUNT(*) AS n FROM ${table}`);
    return Number(row?.['n']);
  };

  test('keeps the highest fence of a scope', async () => {
    await inSession(async (database) => {
      const scope = 'installation-1 db:fences:SIT';
      expect(await database.raiseFence(scope, 5)).toEqual({ kind: 'done', value: 5 });
      expect(await database.raiseFence(scope, 3)).toEqual({ kind: 'done', value: 5 });
      expect(await database.raiseFence(scope, 6)).toEqual({ kind: 'done', value: 6 });
    });
  });

  test('remembers a row, and replaces it', async () => {
    await inSession(async (database) => {
      const release = '20001';
      const row = aRow({ release, atomic: false });
      await database.write(row);
      await database.write({ ...row, number: 2 });
      await database.write({ ...row, state: 'asked', job: '20001.2', fence: 3 });

      expect(await database.readLedger({ ...PAGE, release })).toEqual({
        kind: 'done',
        value: [
          { ...row, number: 2 },
          { ...row, state: 'asked', job: '20001.2', fence: 3 },
        ],
      });
    });
  });

  test("finds a script's rows by its text or by its id, and no others", async () => {
    await inSession(async (database) => {
      const release = '20002';
      const other = { script: 'other', scriptDigest: 'c'.repeat(64) };
      await database.write(aRow({ release }));
      await database.write(aRow({ release, ...other }));
      await database.write(aRow({ release: '20003' }));
      const find = async (page: object) => {
        const found = await database.readLedger({ ...PAGE, release, ...page });
        return found.kind === 'done' ? found.value.map(({ script }) => script) : found;
      };

      expect(await find({})).toEqual(['orders']);
      expect(await find({ scriptDigest: 'd'.repeat(64) })).toEqual(['orders']);
      expect(await find({ script: 'renamed' })).toEqual(['orders']);
      expect(await find({ scriptDigest: other.scriptDigest })).toEqual(['orders', 'other']);
      expect(await find({ ...other, scope: 'another' })).toEqual([]);
    });
  });

  test('runs a statement, and says how many rows it touched', async () => {
    await inSession(async (database) => {
      const release = '20004';
      const run = async (number: number, text: string) => {
        const atomic = await database.isAtomic(statementOf(text));
        if (atomic.kind !== 'done') throw new Error('unanswered');
        const row = aRow({ release, number, atomic: atomic.value });
        await database.write(row);
        return database.run(row, text);
      };
      expect(await run(1, 'CREATE TABLE counted (id int PRIMARY KEY)')).toMatchObject({
        kind: 'done',
        rows: 0,
      });
      expect(await run(2, 'INSERT INTO counted VALUES (1), (2), (3)')).toMatchObject({
        kind: 'done',
        rows: 3,
      });
      expect(await run(3, 'UPDATE counted SET id = id + 10 WHERE id > 1')).toMatchObject({
        rows: 2,
      });
      expect(await run(4, 'SELECT * FROM counted')).toMatchObject({ kind: 'done', rows: 3 });

      const ledger = await database.readLedger({ ...PAGE, release });
      expect(ledger.kind === 'done' && ledger.value.map(({ state }) => state)).toEqual(
        Array.from({ length: 4 }, () => 'done'),
      );
    });
    expect(await tableHas('counted')).toBe(3);
  });

  test('says in its own words why a statement failed, and has done nothing', async () => {
    await inSession(async (database) => {
      const row = aRow({ release: '20005' });
      await database.set('CREATE TABLE kept (id int PRIMARY KEY)');
      await database.write(row);
      const ran = await database.run(row, 'INSERT INTO kept VALUES (1), (1)');

      expect(ran).toMatchObject({ kind: 'failed', sentence: expect.stringMatching(/duplicate/i) });
      expect(await database.readLedger({ ...PAGE, release: '20005' })).toMatchObject({
        value: [{ state: 'failed' }],
      });
    });
    expect(await tableHas('kept')).toBe(0);
  });

  test('refuses a text that holds two statements', async () => {
    await inSession(async (database) => {
      await database.set('CREATE TABLE single (id int)');
      const row = aRow({ release: '20006' });
      await database.write(row);
      const ran = await database.run(
        row,
        'INSERT INTO single VALUES (1); INSERT INTO single VALUES (2)',
      );

      expect(ran).toMatchObject({ kind: 'failed' });
    });
    expect(await tableHas('single')).toBe(0);
  });

  test('runs nothing once the scope has seen a higher fence', async () => {
    await inSession(async (database) => {
      const scope = 'installation-1 db:superseded:SIT';
      await database.set('CREATE TABLE untouched (id int)');
      await database.raiseFence(scope, 8);
      for (const atomic of [true, false]) {
        const row = aRow({ scope, fence: 7, atomic });
        await database.write(row);
        expect(await database.run(row, 'INSERT INTO untouched VALUES (1)')).toEqual({
          kind: 'superseded',
          seen: 8,
        });
      }
    });
    expect(await tableHas('untouched')).toBe(0);
  });

  test('finds its tables whatever the script sets', async () => {
    const elsewhere =
      server.rule.engine === 'mysql' ? 'USE information_schema' : 'SET search_path TO pg_catalog';
    await inSession(async (database) => {
      expect(await database.set(elsewhere)).toMatchObject({ kind: 'done' });
      expect(await database.write(aRow({ release: '20007' }))).toMatchObject({ kind: 'done' });
    });
  });

  test('ends a session with its settings, though the server may keep it for others', async () => {
    const [set, look] =
      server.rule.engine === 'mysql'
        ? ["SET SESSION sql_mode = 'ANSI'", 'SELECT @@sql_mode AS now']
        : ['SET search_path TO pg_catalog', "SELECT current_setting('search_path') AS now"];
    const bystander = await databases.connect(server.rule);
    const before = await server.query(look);

    await inSession(async (database) => {
      expect(await database.set(set)).toMatchObject({ kind: 'done' });
    });

    expect(await server.query(look)).toEqual(before);
    if (bystander.kind === 'connected') await bystander.database.close();
  });
});

describe.each(['postgresql', 'mariadb'] as const)('the server %s', (name) => {
  let server: DatabaseServer;
  beforeAll(async () => {
    server = await servers[name]();
  }, 120_000);
  afterAll(() => server.close(), 30_000);

  const connect = async (changes: object = {}) => {
    const connected = await databases.connect({ ...server.rule, ...changes });
    return connected.kind === 'connected' ? connected.database : connected.failure;
  };
  const session = async (): Promise<Database> => {
    const database = await connect();
    if ('class' in database) throw new Error(database.sentence);
    return database;
  };

  test('gives the lock to one session at a time, and frees it when that one ends', async () => {
    const first = await session();
    const second = await session();
    await first.lock();

    expect(await second.lock()).toEqual({
      kind: 'done',
      value: {
        kind: 'busy',
        session: expect.stringMatching(/^\d+$/),
        runs: false,
        end: expect.any(Function),
      },
    });

    await first.close();
    let held = await second.lock();
    const deadline = Date.now() + 10_000;
    while (held.kind === 'done' && held.value.kind === 'busy' && Date.now() < deadline) {
      held = await second.lock();
    }
    expect(held).toEqual({ kind: 'done', value: { kind: 'held' } });
    await second.close();
  });

  test('does not know what a session runs that the server does not show to the user', async () => {
    const grants =
      name === 'postgresql'
        ? ["CREATE ROLE watcher LOGIN PASSWORD 'a secret of the tests'"]
        : [
            "CREATE USER watcher IDENTIFIED BY 'a secret of the tests'",
            'GRANT SELECT ON orders.* TO watcher',
          ];
    for (const grant of grants) await server.query(grant);
    const holder = await session();
    const watcher = await connect({ user: 'watcher' });
    if ('class' in watcher) throw new Error(watcher.sentence);
    await holder.lock();

    expect(await watcher.lock()).toEqual({
      kind: 'done',
      value: { kind: 'busy', session: expect.stringMatching(/^\d+$/), runs: null },
    });

    await holder.close();
    await watcher.close();
  });

  test.each([
    [
      { port: 1 },
      'transport',
      /^Nobody listens where .*ECONNREFUSED.*host and port of database orders in \/etc\/interlock\/agent\.yml/,
    ],
    [
      { user: 'nobody' },
      'permission',
      /refuses user nobody .*database orders in \/etc\/interlock\/agent\.yml/,
    ],
    [
      { database: 'missing' },
      'permission',
      /^The server at 127\.0\.0\.1:\d+ has no database missing .*agent\.yml/,
    ],
    [
      { passwordFile: '/nowhere/password' },
      'permission',
      /agent\.yml: the passwordFile of database orders, \/nowhere\/password, cannot be read/,
    ],
  ])('says in one sentence what is wrong with %j', async (changes, failureClass, words) => {
    const failure = await connect(changes);

    expect(failure).toMatchObject({ class: failureClass, sentence: expect.stringMatching(words) });
    expect(JSON.stringify(failure)).not.toContain('a secret of the tests');
  });
});
