import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { servers } from '../../support/database-servers';
import type { DatabaseServer } from '../../support/database-servers';
import { runTestScripts, statementsTold } from '../support/script-world';
import type { ScriptRun } from '../support/script-world';

describe.each(['postgresql', 'mariadb'] as const)('scripts on %s', (name) => {
  let server: DatabaseServer;
  beforeAll(async () => {
    server = await servers[name]();
  }, 120_000);
  afterAll(() => server.close(), 30_000);

  let releases = 100;
  /** Runs of one release. */
  const aRelease = () => {
    releases += 1;
    const release = String(releases);
    return (scripts: ScriptRun['scripts'], fence = 1, job = `${release}.${String(fence)}`) =>
      runTestScripts({ rule: server.rule, scripts, release, fence: releases * 100 + fence, job });
  };
  const columnOf = async (sql: string): Promise<readonly unknown[]> =>
    (await server.query(sql)).map((row) => Object.values(row)[0]);

  test('run in order, statement by statement, and say what each did', async () => {
    const run = aRelease();

    const { end, entries } = await run([
      {
        id: 'make',
        text: '-- orders\nCREATE TABLE ordered (id int);\nINSERT INTO ordered VALUES (1), (2);\n',
      },
      { id: 'fill', text: 'INSERT INTO ordered SELECT id + 10 FROM ordered;' },
    ]);

    expect(end).toEqual({ kind: 'succeeded' });
    expect(await columnOf('SELECT id FROM ordered ORDER BY id')).toEqual([1, 2, 11, 12]);
    const notes = entries.map(({ host, state, note }) => `${host} ${state} ${note}`);
    expect(notes).toEqual([
      'make running 2 to run.',
      expect.stringMatching(/^make running Statement 1 of 2: 0 rows, \d+ ms$/),
      expect.stringMatching(/^make running Statement 2 of 2: 2 rows, \d+ ms$/),
      expect.stringMatching(/^make done 2 statements: 2 rows, \d+ ms\.$/),
      'fill running 1 to run.',
      expect.stringMatching(/^fill running Statement 1 of 1: 2 rows, \d+ ms$/),
      expect.stringMatching(/^fill done 1 statement: 2 rows, \d+ ms\.$/),
    ]);
    expect(entries.map(({ step }) => step).at(-1)).toBe('sql-2');
    const made = entries.filter(({ host }) => host === 'make');
    expect(statementsTold(made)).toEqual([
      expect.stringMatching(/^statement 1-1 done \d+$/),
      expect.stringMatching(/^statement 2-2 done \d+$/),
    ]);
  });

  test('stop at the first failure, in words that say where, and go on after it once corrected', async () => {
    const run = aRelease();
    const later = { id: 'later', text: 'CREATE TABLE never_yet (id int)' };
    const text =
      'CREATE TABLE stopped (id int);\n\nINSERT INTO stopped VALUES (1);\nINSERT INTO stoped VALUES (2);\nINSERT INTO stopped VALUES (3);';

    const first = await run([{ id: 'fails', text }, later]);

    expect(first.end).toMatchObject({
      kind: 'failed',
      failure: {
        class: 'SQL',
        sentence: expect.stringMatching(
          /^Script fails\.sql, statement 3 of 4 at line 4, failed in database orders \(orders at 127\.0\.0\.1:\d+\): .*stoped.* What is done before it stays done \(2\)\. The script after it waits\. Correct/,
        ),
      },
    });
    expect(first.entries.at(-1)).toMatchObject({ host: 'fails', state: 'failed' });
    expect(first.entries.some(({ host }) => host === 'later')).toBe(false);

    const second = await run([{ id: 'fails', text: text.replace('stoped', 'stopped') }, later], 2);

    expect(second.end).toEqual({ kind: 'succeeded' });
    expect(await columnOf('SELECT id FROM stopped ORDER BY id')).toEqual([1, 2, 3]);
    expect(second.entries.map(({ note }) => note)).toContain('2 to run. 2 of 4 were done before.');
    const told = statementsTold([...first.entries, ...second.entries]);
    expect(told.map((words) => words.replace(/ \d+$/, ''))).toEqual([
      ...['statement 1-1 done', 'statement 2-2 done', 'statement 3-3 failed'],
      ...['statement 3-3 done', 'statement 4-4 done'],
    ]);
  });

  test('refuse to run a second time what an earlier text has run', async () => {
    const run = aRelease();
    const insert = 'INSERT INTO twice VALUES (1)';
    await run([{ id: 'twice', text: `CREATE TABLE twice (id int);${insert};nonsense;` }]);

    const { end } = await run([{ id: 'twice', text: `${insert};SELECT 1;` }], 2);

    expect(end).toMatchObject({
      failure: {
        sentence: expect.stringContaining('has run already, as statement 2 of an earlier text'),
      },
    });
    expect(await columnOf('SELECT id FROM twice')).toEqual([1]);
  });

  test('stay done in a later run of the release, and run in another release', async () => {
    const run = aRelease();
    const scripts = [
      {
        id: 'once',
        text: 'CREATE TABLE IF NOT EXISTS stays (id int); INSERT INTO stays VALUES (1)',
      },
    ];
    await run(scripts);

    const again = await run(scripts, 2, 'another-job');

    expect(again.end).toEqual({ kind: 'succeeded' });
    expect(again.entries.map(({ note }) => note)).toEqual([
      'Nothing is left to run. 2 of 2 were done before.',
    ]);
    expect(await columnOf('SELECT id FROM stays')).toEqual([1]);
    await aRelease()(scripts);
    expect(await columnOf('SELECT id FROM stays')).toEqual([1, 1]);
  });

  test.each([
    [
      'an id that agent.yml does not name',
      { database: 'billing' },
      {},
      /agent\.yml names no database billing \(script bad\.sql, SIT\)/,
    ],
    [
      'another environment',
      {},
      { environments: ['PROD'] },
      /agent\.yml names database orders, but not for SIT/,
    ],
    ['a login that is refused', {}, { user: 'nobody' }, /refuses user nobody .*agent\.yml/],
  ])('touch nothing when one of them is for %s', async (_, script, rule, words) => {
    const scripts = [
      { id: 'good', text: 'CREATE TABLE untouched_yet (id int)' },
      { id: 'bad', text: 'SELECT 1', ...script },
    ];

    const { end } = await runTestScripts({ rule: { ...server.rule, ...rule }, scripts });

    expect(end).toMatchObject({
      failure: { class: 'permission', sentence: expect.stringMatching(words) },
    });
    await expect(server.query('SELECT * FROM untouched_yet')).rejects.toThrow();
  });

  test.each([
    [
      "SELECT 'cut",
      /bad\.sql is cut off: the quote that begins at line 1 never ends\. Nothing has run/,
    ],
    [
      'SELECT 1;\nCOMMIT;',
      /^Statement 2 of script bad\.sql \(line 2\) begins or ends a transaction/,
    ],
    ['DELETE FROM interlock_ledger', /touches Interlock's own tables or locks/],
  ])('touch nothing when one of them is %j', async (text, words) => {
    const { end } = await aRelease()([
      { id: 'good', text: 'CREATE TABLE not_begun (id int)' },
      { id: 'bad', text },
    ]);

    expect(end).toMatchObject({
      failure: { class: 'SQL', sentence: expect.stringMatching(words) },
    });
    await expect(server.query('SELECT * FROM not_begun')).rejects.toThrow();
  });

  test.each([
    [true, { kind: 'lost', why: expect.stringContaining('has seen fence') }],
    [
      false,
      {
        kind: 'failed',
        failure: {
          class: 'permission',
          sentence: expect.stringMatching(
            /^Database .* has seen fence 99998 and refuses fence 1 of job 10001\.1, .* goes on above 99998\.$/,
          ),
        },
        fenceSeen: 99_998,
      },
    ],
  ])(
    'leave the job to the agent with the higher fence, or fail where it is their own (another’s: %s)',
    async (isTakenOver, expected) => {
      const release = '999';
      const scripts = [{ id: 'fenced', text: 'CREATE TABLE fenced (id int)' }];
      await runTestScripts({
        rule: server.rule,
        scripts: [{ id: 'newer', text: 'SELECT 1' }],
        release,
        fence: 99_998,
      });

      const { end } = await runTestScripts({
        ...{ rule: server.rule, scripts, release, fence: 1, isTakenOver },
      });

      expect(end).toEqual(expected);
      await expect(server.query('SELECT * FROM fenced')).rejects.toThrow();
      // The other tests count from one again.
      await server.query('UPDATE interlock_fence SET fence = 0');
    },
  );

  test('go on with the settings that the first session had', async () => {
    const run = aRelease();
    const set = name === 'postgresql' ? 'SET search_path TO other' : 'USE other';
    await server.query(
      name === 'postgresql' ? 'CREATE SCHEMA other' : 'CREATE TABLE other_kept (id int)',
    );
    const text =
      name === 'postgresql'
        ? `${set}; CREATE TABLE here (id int); nonsense;`
        : "SET SESSION sql_mode = 'ANSI'; CREATE TABLE here (id int); nonsense;";
    await run([{ id: 'sets', text }]);

    const rest =
      name === 'postgresql'
        ? 'INSERT INTO here VALUES (7)'
        : 'INSERT INTO here VALUES (CHAR_LENGTH("id" || "id"))';
    const corrected = text.replace('nonsense', rest.replaceAll('"id"', "'id'"));
    const { end } = await run([{ id: 'sets', text: corrected }], 2);

    expect(end).toEqual({ kind: 'succeeded' });
    const from = name === 'postgresql' ? 'other.here' : 'here';
    expect(await columnOf(`SELECT id FROM ${from}`)).toEqual([name === 'postgresql' ? 7 : 4]);
  });

  test('say so when a session held what nobody can bring back', async () => {
    const run = aRelease();
    const text = 'CREATE TEMPORARY TABLE scratch (id int); nonsense';
    await run([{ id: 'keeps', text }]);

    const { end } = await run([{ id: 'keeps', text: text.replace('nonsense', 'SELECT 1') }], 2);

    expect(end).toMatchObject({
      failure: {
        sentence: expect.stringMatching(
          /cannot go on in its middle: statement 1 .*a temporary table/,
        ),
      },
    });
  });

  test('of 5 MB pass', async () => {
    const value = 'x;'.repeat(5_000);
    const inserts = Array.from(
      { length: 500 },
      (_, id) => `INSERT INTO large VALUES (${String(id)}, '${value}');\n`,
    );
    const text = `CREATE TABLE large (id int, body text);\n${inserts.join('')}`;

    const { end } = await aRelease()([{ id: 'large', text }]);

    expect(text.length).toBeGreaterThan(5_000_000);
    expect(end).toEqual({ kind: 'succeeded' });
    expect(
      (await columnOf('SELECT COUNT(*) FROM large WHERE LENGTH(body) = 10000')).map(Number),
    ).toEqual([500]);
  }, 60_000);
});
