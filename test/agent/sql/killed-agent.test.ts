/** The agent is killed, or loses its session, between what it means to do and what it knows of it: H3 and H4. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { createConnection } from 'mysql2/promise';
import { Client } from 'pg';
import { servers } from '../../support/database-servers';
import type { DatabaseServer } from '../../support/database-servers';
import { PROGRAM } from '../support/run-scripts-program';
import { runTestScripts, statementsTold } from '../support/script-world';
import type { ScriptRun } from '../support/script-world';

const DEADLINE_MILLISECONDS = 60_000;

const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started) child.kill('SIGKILL');
});

/** An agent in a process of its own. */
function startAgent(run: ScriptRun): ChildProcess {
  const child = spawn(process.execPath, ['--import', 'tsx', PROGRAM, JSON.stringify(run)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  started.push(child);
  return child;
}

async function killAgent(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await ended;
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + DEADLINE_MILLISECONDS;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('What the test waits for has not happened.');
    await sleep(20);
  }
}

/** How many statements of the release's ledger are in a state; none while there is no ledger. */
const counted = async (server: DatabaseServer, release: string, state: string): Promise<number> => {
  const sql = `SELECT COUNT(*) AS n FROM interlock_ledger WHERE release_id = '${release}' AND state = '${state}'`;
  const [row] = await server.query(sql).catch(() => []);
  return Number(row?.['n'] ?? 0);
};

/** Sessions of MariaDB in the middle of making the table: the ledger's row says so before the statement has come there. */
const making = (server: DatabaseServer, table: string): ReturnType<DatabaseServer['query']> =>
  server.query(
    `SELECT id FROM information_schema.processlist WHERE info LIKE 'CREATE TABLE ${table}%'`,
  );

describe.each(['postgresql', 'mariadb'] as const)('an agent that is killed over %s', (name) => {
  let server: DatabaseServer;
  beforeAll(async () => {
    server = await servers[name]();
  }, 120_000);
  afterAll(() => server.close(), 30_000);

  test('runs each statement once, wherever it is killed', async () => {
    const pause = name === 'postgresql' ? 'pg_sleep(0.1)' : 'SLEEP(0.1)';
    const inserts = Array.from(
      { length: 10 },
      (_, id) => `INSERT INTO killed SELECT ${String(id)} FROM (SELECT ${pause}) AS pause;`,
    );
    const scripts = [
      { id: 'killed', text: `CREATE TABLE killed (id int);\n${inserts.join('\n')}` },
    ];
    const run = { rule: server.rule, scripts, release: '1' };
    for (const [life, killAt] of [2, 5, 8].entries()) {
      const child = startAgent({ ...run, fence: life + 1 });
      await until(async () => (await counted(server, '1', 'done')) >= killAt);
      await killAgent(child);
    }

    const { end } = await runTestScripts({ ...run, fence: 9 });

    expect(end).toEqual({ kind: 'succeeded' });
    const rows = await server.query('SELECT id FROM killed ORDER BY id');
    expect(rows.map(({ id }) => id)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  }, 120_000);
});

describe('what a transaction cannot undo', () => {
  test('is waited for and then asked about on MariaDB; a retry runs it again', async () => {
    const server = await servers.mariadb();
    try {
      const text =
        'CREATE TABLE before_it (id int); CREATE TABLE slow AS SELECT SLEEP(10) AS s; INSERT INTO before_it VALUES (1);';
      const run = { rule: server.rule, scripts: [{ id: 'ddl', text }], release: '2', job: '2.1' };
      const child = startAgent({ ...run, fence: 1 });
      await until(async () => (await making(server, 'slow')).length === 1);
      await killAgent(child);

      const asked = await runTestScripts({ ...run, fence: 2 });

      expect(asked.end).toEqual({
        kind: 'unknown',
        question: expect.stringMatching(
          /^Known: the agent began statement 2 of 3 \(line 1: CREATE TABLE slow AS SELECT SLEEP\(10\) AS s\) of script ddl\.sql .*\nNot known: .*\nChoices, .*retry runs it again .*not done stops here.*done says that this statement has happened, and runs what comes after it \(1\)\.$/,
        ),
        isStatement: true,
      });
      expect(asked.entries.map(({ note }) => note)[0]).toMatch(
        /^Session \d+ still has Interlock's lock/,
      );
      expect(asked.entries.at(-1)).toMatchObject({ host: 'ddl', state: 'unknown' });
      // The server went on without the agent.
      expect(await server.query('SELECT s FROM slow')).toHaveLength(1);

      const again = await runTestScripts({ ...run, fence: 3 });
      expect(again.end.kind).toBe('unknown');
      // Asked about twice, it is one act: of the claim that began it.
      expect(statementsTold([...asked.entries, ...again.entries])).toEqual([
        'statement 1-1 done 1 found',
        'statement 2-2 unknown 1',
      ]);

      await server.query('DROP TABLE slow');
      const unheard = { ...run, job: '2.2', fence: 4, answeredStatements: [] };
      expect((await runTestScripts(unheard)).end.kind).toBe('unknown');
      const answered = { ...run, job: '2.3', fence: 5, answeredStatements: ['2.2'] };
      const retried = await runTestScripts(answered);
      expect(retried.end).toEqual({ kind: 'succeeded' });
      expect(await server.query('SELECT s FROM slow')).toHaveLength(1);
      expect(await server.query('SELECT id FROM before_it')).toHaveLength(1);
    } finally {
      await server.close();
    }
  }, 120_000);

  test('is not run again once a person has called it done, and the rest runs', async () => {
    const server = await servers.mariadb();
    try {
      const scripts = [
        {
          id: 'ddl',
          text: 'CREATE TABLE it (id int); CREATE TABLE slow AS SELECT SLEEP(3) AS s; INSERT INTO it VALUES (1);',
        },
        { id: 'next', text: 'INSERT INTO it VALUES (2)' },
      ];
      const run = { rule: server.rule, scripts, release: '5', job: '5.1' };
      const child = startAgent({ ...run, fence: 1 });
      await until(async () => (await making(server, 'slow')).length === 1);
      await killAgent(child);
      const asked = await runTestScripts({ ...run, fence: 2, doneStatements: null });
      expect(asked.end).toMatchObject({
        kind: 'unknown',
        question: expect.stringContaining('done says that all SQL of this stage has run'),
      });
      expect(asked.end).not.toHaveProperty('isStatement');

      const next = { ...run, job: '5.2', fence: 3, doneStatements: ['5.1'] };
      const { end, entries } = await runTestScripts(next);

      expect(end).toEqual({ kind: 'succeeded' });
      expect(entries.some(({ note }) => note.includes('2 of 3 were done before'))).toBe(true);
      expect(await server.query('SELECT s FROM slow')).toHaveLength(1);
      expect(await server.query('SELECT id FROM it ORDER BY id')).toEqual([{ id: 1 }, { id: 2 }]);
      expect(await counted(server, '5', 'done')).toBe(4);
    } finally {
      await server.close();
    }
  }, 120_000);

  test('is asked about even in a new job, when nobody was asked before', async () => {
    const server = await servers.mariadb();
    try {
      const scripts = [{ id: 'ddl', text: 'CREATE TABLE slow AS SELECT SLEEP(3) AS s' }];
      const run = { rule: server.rule, scripts, release: '3' };
      const child = startAgent({ ...run, job: '3.1', fence: 1 });
      await until(async () => (await making(server, 'slow')).length === 1);
      await killAgent(child);

      const { end } = await runTestScripts({ ...run, job: '3.2', fence: 2 });

      expect(end.kind).toBe('unknown');
    } finally {
      await server.close();
    }
  }, 120_000);

  test('is waited for and then asked about on PostgreSQL', async () => {
    const server = await servers.postgresql();
    const other = await aPostgresqlSession(server);
    try {
      await server.query('CREATE TABLE indexed (id int)');
      // An index that is made concurrently waits for every older transaction.
      await other.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT * FROM indexed;');
      await other.query('INSERT INTO indexed VALUES (1)');
      const scripts = [{ id: 'index', text: 'CREATE INDEX CONCURRENTLY by_id ON indexed (id)' }];
      const run = { rule: server.rule, scripts, release: '4' };
      const child = startAgent({ ...run, fence: 1 });
      const waits = `SELECT pid FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX CONC%' AND state = 'active' AND wait_event_type = 'Lock'`;
      await until(async () => (await server.query(waits)).length === 1);
      await killAgent(child);

      const next = runTestScripts({ ...run, fence: 2 });
      await until(async () => {
        const tries = `SELECT 1 FROM pg_stat_activity WHERE query LIKE '%pg_locks l JOIN%' AND pid <> pg_backend_pid()`;
        return (await server.query(tries)).length === 1;
      });
      await other.query('COMMIT');
      const { end, entries } = await next;

      expect(end).toMatchObject({ kind: 'unknown' });
      expect(entries[0]?.note).toMatch(/^Session \d+ still has Interlock's lock/);
      const valid = await server.query(
        `SELECT indisvalid FROM pg_index WHERE indexrelid = 'by_id'::regclass`,
      );
      expect(valid).toEqual([{ indisvalid: true }]);
    } finally {
      await other.end();
      await server.close();
    }
  }, 120_000);
});

describe('a session that is lost in the middle of a statement', () => {
  test('is opened again on PostgreSQL, which has undone the statement', async () => {
    const server = await servers.postgresql();
    try {
      const text =
        'CREATE TABLE lost (id int); INSERT INTO lost SELECT 1 FROM pg_sleep(1.5); INSERT INTO lost VALUES (2)';
      const running = runTestScripts({ rule: server.rule, scripts: [{ id: 'lost', text }] });
      const active = `SELECT pid FROM pg_stat_activity WHERE query LIKE 'INSERT INTO lost SELECT%' AND state = 'active'`;
      await until(async () => (await server.query(active)).length === 1);
      await server.query(`SELECT pg_terminate_backend(pid) FROM (${active}) AS victim`);

      expect((await running).end).toEqual({ kind: 'succeeded' });
      const rows = await server.query('SELECT id FROM lost ORDER BY id');
      expect(rows.map(({ id }) => id)).toEqual([1, 2]);
    } finally {
      await server.close();
    }
  }, 120_000);

  test('becomes a question on MariaDB, where data definition commits by itself', async () => {
    const server = await servers.mariadb();
    const { host, port, database, user } = server.rule;
    const password = 'a secret of the tests';
    const other = await createConnection({ host, port, database, user, password });
    try {
      const scripts = [{ id: 'lost', text: 'CREATE TABLE lost AS SELECT SLEEP(5) AS s' }];
      const running = runTestScripts({ rule: server.rule, scripts });
      await until(async () => (await making(server, 'lost')).length === 1);
      const [victim] = await making(server, 'lost');
      await other.query(`KILL ${String(victim?.['id'] ?? victim?.['ID'])}`);

      const { end } = await running;

      expect(end).toMatchObject({
        kind: 'unknown',
        question: expect.stringContaining('began statement 1 of 1'),
      });
    } finally {
      await other.end();
      await server.close();
    }
  }, 120_000);
});

async function aPostgresqlSession({ rule }: DatabaseServer): Promise<Client> {
  const { host, port, database, user } = rule;
  const client = new Client({ host, port, database, user, password: 'a secret of the tests' });
  await client.connect();
  return client;
}
