/** The line to the database breaks, or the agent dies, at each moment between intent and ledger: H3 and H4. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { servers } from '../../support/database-servers';
import type { DatabaseServer } from '../../support/database-servers';
import { PROGRAM } from '../support/run-scripts-program';
import { runTestScripts, statementsTold } from '../support/script-world';
import type { ScriptRun } from '../support/script-world';
import { tapLine } from '../support/tapped-line';
import type { TappedLine } from '../support/tapped-line';

const INSERT = /INSERT INTO counted/;
/** The ledger's row of a statement that has gone well: the last value of a state in it. */
const CONFIRMATION = /done/;

let child: ChildProcess | undefined;
let line: TappedLine | undefined;
afterEach(() => {
  child?.kill('SIGKILL');
  line?.close();
});

describe.each(['postgresql', 'mariadb'] as const)('a line to %s', (name) => {
  let server: DatabaseServer;
  beforeAll(async () => {
    server = await servers[name]();
    await server.query('CREATE TABLE counted (id int)');
  }, 120_000);
  afterAll(() => server.close(), 30_000);

  let releases = 500;
  const aRun = (text: string): ScriptRun => {
    releases += 1;
    const release = String(releases);
    return {
      rule: server.rule,
      scripts: [{ id: 'counted', text }],
      release,
      job: `${release}.1`,
      fence: releases * 100,
    };
  };
  const count = async (id: number): Promise<number> =>
    Number(
      (await server.query(`SELECT COUNT(*) AS n FROM counted WHERE id = ${String(id)}`))[0]?.['n'],
    );

  test.each([
    ['before the server hears the statement', INSERT, 'unheard', 1],
    ['after the statement, before its confirmation', CONFIRMATION, 'unheard', 2],
    ['before the server hears COMMIT', /COMMIT/, 'unheard', 3],
    ['after COMMIT, before its answer', /COMMIT/, 'heard', 4],
  ] as const)(
    'that breaks %s is taken up again, and the statement has run once',
    async (_, word, moment, id) => {
      const run = aRun(`INSERT INTO counted VALUES (${String(id)})`);
      line = await tapLine(run.rule, word, moment);

      const running = runTestScripts({ ...run, rule: line.rule });
      await line.cut;
      line.hangUp();

      const { end, entries } = await running;
      expect(end).toEqual({ kind: 'succeeded' });
      expect(await count(id)).toBe(1);
      const found = moment === 'heard' ? ' found' : '';
      expect(statementsTold(entries)).toEqual([`statement 1-1 done ${String(run.fence)}${found}`]);
    },
  );

  test.each([
    ['before the server hears the statement', INSERT, 'unheard', 11],
    ['after the statement, before its confirmation', CONFIRMATION, 'unheard', 12],
    ['before the server hears COMMIT', /COMMIT/, 'unheard', 13],
    ['after COMMIT, before its answer', /COMMIT/, 'heard', 14],
  ] as const)(
    'whose agent is killed %s leaves what the next one settles',
    async (_, word, moment, id) => {
      const run = aRun(`INSERT INTO counted VALUES (${String(id)})`);
      line = await tapLine(run.rule, word, moment);
      child = spawn(
        process.execPath,
        ['--import', 'tsx', PROGRAM, JSON.stringify({ ...run, rule: line.rule })],
        { stdio: 'ignore' },
      );
      await line.cut;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
      line.hangUp();

      const [fence, next] = [run.fence ?? 0, (run.fence ?? 0) + 1];
      const { end, entries } = await runTestScripts({ ...run, fence: next });

      expect(end).toEqual({ kind: 'succeeded' });
      expect(await count(id)).toBe(1);
      // The agent that ran it told nobody: the one that follows finds it in the ledger there.
      const told = moment === 'heard' ? `${String(fence)} found` : String(next);
      expect(statementsTold(entries)).toEqual([`statement 1-1 done ${told}`]);
    },
    60_000,
  );
});

describe('what MariaDB commits by itself', () => {
  let server: DatabaseServer;
  beforeAll(async () => {
    server = await servers.mariadb();
  }, 120_000);
  afterAll(() => server.close(), 30_000);

  test.each([
    ['has not happened', /CREATE TABLE lone_a/, 'lone_a', 'CREATE TABLE lone_a (id int)', 600],
    ['has happened', CONFIRMATION, 'lone_b', 'CREATE TABLE IF NOT EXISTS lone_b (id int)', 601],
  ] as const)(
    'is a question when its intent is alone, though it %s; a retry runs it again',
    async (_, word, table, text, release) => {
      const run: ScriptRun = {
        rule: server.rule,
        scripts: [{ id: 'lone', text }],
        release: String(release),
        job: `${String(release)}.1`,
        fence: release * 100,
      };
      line = await tapLine(run.rule, word, 'unheard');
      const running = runTestScripts({ ...run, rule: line.rule });
      await line.cut;
      line.hangUp();

      const { end, entries } = await running;
      expect(end).toMatchObject({ kind: 'unknown', question: expect.stringContaining(table) });
      expect(statementsTold(entries)).toEqual([`statement 1-1 unknown ${String(run.fence)}`]);
      const same = await runTestScripts({ ...run, fence: release * 100 + 1 });
      expect(same.end.kind).toBe('unknown');

      const retried = await runTestScripts({
        ...run,
        job: `${String(release)}.2`,
        fence: release * 100 + 2,
      });
      expect(retried.end).toEqual({ kind: 'succeeded' });
      expect(await server.query(`SELECT id FROM ${table}`)).toEqual([]);
    },
    60_000,
  );
});
