/** Scripts that touch the session, the transaction or the ledger that Interlock works with. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { servers } from '../../support/database-servers';
import type { DatabaseServer } from '../../support/database-servers';
import { runTestScripts } from '../support/script-world';
import type { TestScript } from '../support/script-world';

let releases = 300;
/** Runs of one release on a server. */
const aReleaseOn = (server: DatabaseServer) => {
  releases += 1;
  const [release, first] = [String(releases), releases * 100];
  return (scripts: readonly TestScript[], fence = 1) =>
    runTestScripts({
      rule: server.rule,
      scripts,
      release,
      fence: first + fence,
      job: `${release}.${String(fence)}`,
    });
};

const columnOf = async (server: DatabaseServer, sql: string): Promise<readonly unknown[]> =>
  (await server.query(sql)).map((row) => Object.values(row)[0]);

describe('a script on PostgreSQL', () => {
  let server: DatabaseServer;
  beforeAll(async () => {
    server = await servers.postgresql();
  }, 120_000);
  afterAll(() => server.close(), 30_000);

  test('keeps its ledger when it makes the schema that comes first in the search path', async () => {
    const run = aReleaseOn(server);
    const text = 'CREATE SCHEMA release; CREATE TABLE public.kept (id int); nonsense';
    await run([{ id: 'schema', text }]);

    const corrected = text.replace('nonsense', 'INSERT INTO public.kept VALUES (1)');
    const { end } = await run([{ id: 'schema', text: corrected }], 2);

    expect(end).toEqual({ kind: 'succeeded' });
    expect(await columnOf(server, 'SELECT id FROM public.kept')).toEqual([1]);
    await server.query('DROP SCHEMA release');
  });

  test('may act as another role once that one may write the ledger, and is told so', async () => {
    await server.query('CREATE ROLE owner_of_orders NOLOGIN; GRANT owner_of_orders TO release');
    await server.query('GRANT CREATE ON SCHEMA public TO owner_of_orders');
    const text =
      'SET ROLE owner_of_orders; CREATE TABLE owned (id int); RESET ROLE; CREATE TABLE own (id int)';

    const run = aReleaseOn(server);

    expect((await run([{ id: 'role', text }])).end).toMatchObject({
      failure: { sentence: expect.stringMatching(/statement 1 of 4 .*undone.* let the role/) },
    });
    await server.query(
      'GRANT SELECT, INSERT, UPDATE ON interlock_fence, interlock_ledger TO owner_of_orders',
    );
    const { end } = await run([{ id: 'role', text }], 2);

    expect(end).toEqual({ kind: 'succeeded' });
    const owners = `SELECT tableowner FROM pg_tables WHERE tablename IN ('owned', 'own') ORDER BY 1`;
    expect(await columnOf(server, owners)).toEqual(['owner_of_orders', 'release']);
  });

  test('leaves no setting behind for the next one', async () => {
    const scripts = [
      { id: 'one', text: "SET search_path TO pg_catalog; SET statement_timeout = '100ms'" },
      { id: 'two', text: 'CREATE TABLE in_public AS SELECT pg_sleep(0.2)::text' },
    ];

    expect((await aReleaseOn(server)(scripts)).end).toEqual({ kind: 'succeeded' });
    expect(await columnOf(server, 'SELECT COUNT(*) FROM public.in_public')).toEqual(['1']);
  });

  test('stops at a statement that outlives its time-out, which has done nothing', async () => {
    const text =
      "CREATE TABLE timed (id int); SET statement_timeout = '200ms'; INSERT INTO timed SELECT 1 FROM pg_sleep(20)";
    const run = aReleaseOn(server);

    const { end } = await run([{ id: 'slow', text }]);

    expect(end).toMatchObject({
      failure: { class: 'SQL', sentence: expect.stringContaining('statement timeout') },
    });
    expect(await columnOf(server, 'SELECT id FROM timed')).toEqual([]);
    const again = await run([{ id: 'slow', text: text.replace('sleep(20)', 'sleep(0)') }], 2);
    expect(again.end).toEqual({ kind: 'succeeded' });
  });

  test('runs what refuses transactions, in Windows lines and behind a byte order mark', async () => {
    const lines = [
      '\uFEFFCREATE TABLE vacuumed (id int);',
      'VACUUM vacuumed;',
      'CREATE INDEX CONCURRENTLY ON vacuumed (id);',
      'CREATE PROCEDURE twice() LANGUAGE plpgsql AS $$ BEGIN',
      '  INSERT INTO vacuumed VALUES (1); COMMIT; INSERT INTO vacuumed VALUES (2);',
      'END $$;',
      'CALL twice();',
      'DO $$ BEGIN INSERT INTO vacuumed VALUES (3); COMMIT; END $$;',
      'COPY vacuumed TO STDOUT;',
      'ALTER SYSTEM SET log_min_messages = warning;',
      '',
    ];

    const { end } = await aReleaseOn(server)([{ id: 'windows', text: lines.join('\r\n') }]);

    expect(end).toEqual({ kind: 'succeeded' });
    expect(await columnOf(server, 'SELECT id FROM vacuumed ORDER BY id')).toEqual([1, 2, 3]);
  });

  test('does not compute a setting a second time, and says that it is gone', async () => {
    const run = aReleaseOn(server);
    await server.query('CREATE SEQUENCE calls');
    const text =
      "SELECT set_config('application_name', nextval('calls')::text, false); CREATE TABLE asked (id int); nonsense";
    await run([{ id: 'config', text }]);

    const { end } = await run([{ id: 'config', text: text.replace('nonsense', 'SELECT 1') }], 2);

    expect(end).toMatchObject({
      failure: { sentence: expect.stringContaining('made a computed setting') },
    });
    expect(await columnOf(server, 'SELECT last_value FROM calls')).toEqual(['1']);
  });

  test.each([
    ["SET client_encoding = 'LATIN1'", /sends UTF-8/],
    ["SET NAMES 'LATIN1'", /sends UTF-8/],
    ['SET standard_conforming_strings = off', /backslash/],
    ['BEGIN; SELECT 1; COMMIT', /begins or ends a transaction/],
    ['COPY t FROM /* here */ STDIN', /COPY/],
  ])('is refused before anything has run for %j', async (text, words) => {
    const run = aReleaseOn(server);
    const { end } = await run([{ id: 'no', text: `CREATE TABLE not_yet (id int); ${text}` }]);

    expect(end).toMatchObject({
      failure: { class: 'SQL', sentence: expect.stringMatching(words) },
    });
    expect(await columnOf(server, "SELECT to_regclass('not_yet')::text")).toEqual([null]);
  });

  test.each(["SET client_encoding = 'UTF8'", 'SET standard_conforming_strings = on'])(
    'may say what holds anyway: %s',
    async (text) => {
      expect((await aReleaseOn(server)([{ id: 'yes', text }])).end).toEqual({ kind: 'succeeded' });
    },
  );
});

describe('a script on MariaDB', () => {
  let server: DatabaseServer;
  beforeAll(async () => {
    server = await servers.mariadb();
  }, 120_000);
  afterAll(() => server.close(), 30_000);

  test('may switch to the words of Oracle', async () => {
    const text =
      'CREATE TABLE oracle (id int); SET sql_mode = ORACLE; INSERT INTO oracle VALUES (1)';

    expect((await aReleaseOn(server)([{ id: 'oracle', text }])).end).toEqual({ kind: 'succeeded' });
    expect(await columnOf(server, 'SELECT id FROM oracle')).toEqual([1]);
  });

  test('runs a statement with a setting of its own once', async () => {
    const run = aReleaseOn(server);
    const text =
      'CREATE TABLE own_setting (id int); SET STATEMENT max_statement_time = 5 FOR INSERT INTO own_setting VALUES (1); nonsense';
    await run([{ id: 'for', text }]);

    const { end } = await run([{ id: 'for', text: text.replace('nonsense', 'SELECT 1') }], 2);

    expect(end).toEqual({ kind: 'succeeded' });
    expect(await columnOf(server, 'SELECT id FROM own_setting')).toEqual([1]);
  });

  test('is told when a procedure leaves its transaction open, and what it wrote is undone', async () => {
    const lines = [
      'CREATE TABLE left_open (id int);',
      'DELIMITER //',
      'CREATE PROCEDURE leave_open() BEGIN START TRANSACTION; INSERT INTO left_open VALUES (1); END//',
      'DELIMITER ;',
      'CALL leave_open();',
      '',
    ];

    const { end } = await aReleaseOn(server)([{ id: 'open', text: lines.join('\r\n') }]);

    expect(end).toMatchObject({
      failure: {
        sentence: expect.stringMatching(
          /statement 3 of 3 at line 5, failed .*left a transaction open/,
        ),
      },
    });
    expect(await columnOf(server, 'SELECT id FROM left_open')).toEqual([]);
  });

  test('is told that a statement which failed may be done in part', async () => {
    const lines = [
      'CREATE TABLE halves (id int PRIMARY KEY);',
      'DELIMITER $$',
      'CREATE PROCEDURE half() BEGIN INSERT INTO halves VALUES (1); INSERT INTO halves VALUES (1); END$$',
      'DELIMITER ;',
      'CALL half();',
    ];

    const { end } = await aReleaseOn(server)([{ id: 'half', text: lines.join('\n') }]);

    expect(end).toMatchObject({
      failure: {
        sentence: expect.stringMatching(
          /Duplicate entry.*may be done in part.*look into the database/,
        ),
      },
    });
    expect(await columnOf(server, 'SELECT id FROM halves')).toEqual([1]);
  });

  test.each([
    ['SET SESSION autocommit = 0', /begins or ends a transaction/],
    ["SET sql_mode = '', autocommit = OFF", /begins or ends a transaction/],
    ['SET @@session.autocommit = 0', /begins or ends a transaction/],
    ['SET completion_type = CHAIN', /begins or ends a transaction/],
    ['SET NAMES latin1', /sends UTF-8/],
    ['/*!40101 SET NAMES latin1 */', /sends UTF-8/],
    ['SET CHARACTER SET latin1', /sends UTF-8/],
    ['SET character_set_client = latin1', /sends UTF-8/],
    ["SET SESSION sql_mode = 'NO_BACKSLASH_ESCAPES'", /backslash/],
  ])('is refused before anything has run for %j', async (text, words) => {
    const run = aReleaseOn(server);
    const { end } = await run([{ id: 'no', text: `CREATE TABLE not_yet (id int); ${text}` }]);

    expect(end).toMatchObject({
      failure: { class: 'SQL', sentence: expect.stringMatching(words) },
    });
    expect(await server.query("SHOW TABLES LIKE 'not_yet'")).toEqual([]);
  });

  test.each([
    '/*!40101 SET NAMES utf8 */',
    '/*!40101 SET character_set_client = utf8 */',
    "SET NAMES utf8mb4 COLLATE 'utf8mb4_bin'",
    "SET sql_mode = 'STRICT_ALL_TABLES'",
  ])('may say what holds anyway: %s', async (setting) => {
    const text = `${setting}; CREATE TABLE umlauts (word varchar(10)); INSERT INTO umlauts VALUES ('Grüße')`;

    expect((await aReleaseOn(server)([{ id: 'yes', text }])).end).toEqual({ kind: 'succeeded' });
    expect(await columnOf(server, 'SELECT word FROM umlauts')).toEqual(['Grüße']);
    await server.query('DROP TABLE umlauts');
  });

  test('stops at a statement that outlives its time-out, which has done nothing', async () => {
    const text =
      'CREATE TABLE timed (id int); SET max_statement_time = 0.2; INSERT INTO timed SELECT SLEEP(20)';

    const { end } = await aReleaseOn(server)([{ id: 'slow', text }]);

    expect(end).toMatchObject({
      failure: { class: 'SQL', sentence: expect.stringContaining('max_statement_time') },
    });
    expect(await columnOf(server, 'SELECT id FROM timed')).toEqual([]);
  });
});

describe.each(['postgresql', 'mariadb'] as const)("Interlock's tables on %s", (name) => {
  let server: DatabaseServer;
  beforeAll(async () => {
    server = await servers[name]();
  }, 120_000);
  afterAll(() => server.close(), 30_000);

  const refusal = {
    failure: {
      class: 'permission',
      sentence: expect.stringMatching(/^Interlock's tables in database orders .* cannot be used/),
    },
  };

  test('stop the work in words when somebody has altered them', async () => {
    const run = aReleaseOn(server);
    await run([{ id: 'first', text: 'CREATE TABLE a (id int)' }]);
    await server.query('ALTER TABLE interlock_ledger DROP COLUMN is_atomic');

    expect((await run([{ id: 'b', text: 'CREATE TABLE b (id int)' }], 2)).end).toMatchObject(
      refusal,
    );

    await server.query('DROP TABLE interlock_ledger');
  });

  test('stop the work in words when they hold what Interlock never wrote', async () => {
    const run = aReleaseOn(server);
    const scripts = [{ id: 'first', text: 'CREATE TABLE c (id int)' }];
    await run(scripts);
    await server.query("UPDATE interlock_ledger SET state = 'undone'");

    expect((await run(scripts, 2)).end).toMatchObject(refusal);

    await server.query('DROP TABLE interlock_ledger');
  });

  test('are written again when their rows vanish while a statement runs', async () => {
    const run = aReleaseOn(server);
    const pause = name === 'postgresql' ? 'pg_sleep(1)' : 'SLEEP(1)';
    const scripts = [
      { id: 'gone', text: `CREATE TABLE gone AS SELECT 1 AS n FROM (SELECT ${pause}) AS p` },
    ];
    const running = run(scripts);
    const deadline = Date.now() + 20_000;
    const intents = () =>
      columnOf(server, "SELECT 1 FROM interlock_ledger WHERE script_id = 'gone'").catch(() => []);
    while ((await intents()).length === 0 && Date.now() < deadline);
    await server.query("DELETE FROM interlock_ledger WHERE script_id = 'gone'");
    expect((await running).end).toEqual({ kind: 'succeeded' });

    expect((await run(scripts, 2)).end).toEqual({ kind: 'succeeded' });
  }, 60_000);

  test('may have been made by somebody else for a user who makes none', async () => {
    await aReleaseOn(server)([{ id: 'makes', text: 'SELECT 1' }]);
    const limited = { ...server.rule, user: 'limited' };
    const grants =
      name === 'postgresql'
        ? [
            "CREATE ROLE limited LOGIN PASSWORD 'a secret of the tests'",
            'GRANT SELECT, INSERT, UPDATE ON interlock_ledger, interlock_fence TO limited',
            'CREATE TABLE writable (id int)',
            'GRANT INSERT ON writable TO limited',
          ]
        : [
            'CREATE TABLE writable (id int)',
            "CREATE USER limited IDENTIFIED BY 'a secret of the tests'",
            'GRANT SELECT, INSERT, UPDATE ON orders.* TO limited',
          ];
    for (const grant of grants) await server.query(grant);

    const scripts = [{ id: 'limited', text: 'INSERT INTO writable VALUES (1)' }];
    const { end } = await runTestScripts({ rule: limited, scripts, release: '1', fence: 90_000 });

    expect(end).toEqual({ kind: 'succeeded' });
  });
});
