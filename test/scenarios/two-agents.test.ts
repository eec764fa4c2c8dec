/** Two real agents serve one environment: one works, and takes over from the other when it is frozen. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { click, untilStatus } from '../../demo/issues';
import { waitFor } from '../../demo/jira-client';
import { approveScripts } from '../../demo/releases';
import { servicePid } from '../../demo/service';
import { servers } from '../support/database-servers';
import type { DatabaseServer } from '../support/database-servers';
import { differencesLeft } from './support/agreed';
import { anotherAgent, firstAgent } from './support/another-agent';
import type { RunningAgent } from './support/another-agent';
import { openDoor } from './support/door';
import type { Door } from './support/door';
import { databasesFor } from './support/environments';
import type { EnvironmentDatabases } from './support/environments';
import { startStand } from './support/stand';
import type { Stand } from './support/stand';
import { tracesOf } from './support/traces';

/** Behind the end of any lease and its grace. */
const SKIP_SECONDS = 121;
const ENGINES = ['postgresql', 'mariadb'] as const;
type Engine = (typeof ENGINES)[number];

describe('two agents for one environment', () => {
  let stand: Stand;
  let first: RunningAgent;
  let second: RunningAgent;
  /** Between the first agent and the app. */
  let door: Door;
  const database: Partial<Record<Engine, { server: DatabaseServer; at: EnvironmentDatabases }>> =
    {};
  beforeAll(async () => {
    for (const engine of ENGINES) {
      const server = await servers[engine]();
      database[engine] = { server, at: await databasesFor(server, `orders_${engine}`, ['SIT']) };
    }
    stand = await startStand('two-agents', {
      databases: ENGINES.flatMap((engine) => database[engine]?.at.rules ?? []),
      limits: { idleSessionSeconds: 1 },
    });
    await stand.turn({ preset: 'calm' });
    await stand.agent().says(/The app gives this agent work/);
    await stand.agent().stop();
    first = await anotherAgent(stand, ['SIT'], async (url) => {
      door = await openDoor(url);
      return door.url;
    });
    second = firstAgent(stand);
  }, 300_000);
  afterAll(async () => {
    for (const agent of [first, second]) agent.program().process.kill('SIGKILL');
    await stand.stop();
    await door.close();
    for (const engine of ENGINES) await database[engine]?.server.close();
  }, 60_000);

  const configs = (): readonly string[] => [first.config, second.config];

  /** The first agent alone has the job and stands still: time passes, and the second one takes it over. */
  async function freezeFirst(): Promise<void> {
    first.program().process.kill('SIGSTOP');
    stand.ssh.letGo();
    await stand.as('admin').request('POST', '/local/clock', { skipSeconds: SKIP_SECONDS });
    await second.start();
  }

  /**
   * Wakes the first agent while nobody can tell it that the job is gone, and by its own clock it still has it:
   * answers what it says about what refused it. Nothing begins until Interlock tells it whose the job is; then it
   * goes on as an agent that has nothing to do.
   */
  async function wakeFirst(): Promise<string> {
    const { lines } = first;
    const since = lines.length;
    const says = (words: string): Promise<string> =>
      waitFor(words, async () => lines.slice(since).find((line) => line.includes(words)), 60, 50);
    door.shut();
    first.program().process.kill('SIGCONT');
    const refused = await says('Interlock is asked whose the job is');
    door.open();
    await says('"The work of a job stopped where it stood."');
    expect(await says('"A job has ended."')).toContain('"kind":"dropped"');
    expect(first.program().process.exitCode).toBeNull();
    return refused;
  }

  test('one runs the job, the other does nothing', async () => {
    const key = await stand.ready('1.0.0');
    // Whoever begins while somebody looks comes again every two seconds.
    await stand.panel(key);
    await Promise.all([first.start(), second.start()]);
    await click(stand.as('tester'), key, 'Start');
    await untilStatus(stand.as('tester'), key, 'Deployed');

    expect(await stand.served()).toBe('1.0.0');
    const { acts } = await tracesOf(stand, key);
    expect(acts).toEqual({ stage: 1, activate: 1, start: 1 });
    expect(await differencesLeft(stand, key, configs())).toEqual([]);
  }, 120_000);

  test('one that is frozen in a rollout past its lease is refused by the host when it wakes', async () => {
    await second.program().stop();
    const key = await stand.ready('1.1.0');
    const before = stand.ssh.commands().length;
    stand.ssh.holdBack(`'activate'`);
    await click(stand.as('tester'), key, 'Start');
    await waitFor('the held switch', async () => (stand.ssh.held() > 0 ? true : undefined), 60, 50);
    await freezeFirst();

    await untilStatus(stand.as('tester'), key, 'Deployed');
    expect(await stand.served()).toBe('1.1.0');
    const pid = servicePid(stand.host.basePath);
    const { acts } = await tracesOf(stand, key);
    const typed = stand.ssh.commands().length;

    expect(await wakeFirst()).toMatch(/Host web-1 .*fence/);
    const late = stand.ssh.commands().slice(typed);
    expect(late.filter(({ command }) => command.includes(`'start'`))).toHaveLength(1);
    expect(servicePid(stand.host.basePath)).toBe(pid);
    expect((await tracesOf(stand, key)).acts).toEqual(acts);
    expect(acts['start']).toBe(1);
    const switches = stand.ssh.commands().slice(before);
    expect(switches.filter(({ command }) => / \S+\/current$/.test(command))).toHaveLength(1);
    expect(await differencesLeft(stand, key, configs())).toEqual([]);
  }, 120_000);

  test.each(ENGINES)(
    'one that is frozen in a script past its lease is refused by %s when it wakes',
    async (engine) => {
      const { server, at } = database[engine] ?? {};
      if (!server || !at) throw new Error('The database was not started.');
      const rows = (sql: string) => at.rows('SIT', sql);
      const key = await stand.readyWith(`Marks in ${engine}`, {
        sql: [
          {
            id: 'marks',
            database: `orders_${engine}`,
            name: '01 marks',
            text: `CREATE TABLE mark (statement integer NOT NULL);
INSERT INTO mark (statement) VALUES (2);
INSERT INTO mark (statement) SELECT 3 FROM (SELECT ${engine === 'mariadb' ? 'SLEEP(3)' : 'pg_sleep(3)'}) AS wait;
INSERT INTO mark (statement) VALUES (4);
`,
          },
        ],
      });
      await approveScripts(stand.jira().siteUrl, key);
      await second.program().stop();
      await click(stand.as('tester'), key, 'Start');
      await click(stand.as('tester'), key, 'Submit SQL');
      await waitFor(
        'the second statement',
        async () => {
          const found = await rows('SELECT statement FROM mark').catch(() => []);
          return found.length > 0 ? true : undefined;
        },
        60,
        50,
      );
      await freezeFirst();

      await untilStatus(stand.as('tester'), key, 'Deployed');
      expect(await wakeFirst()).toMatch(
        /Database orders_\w+ .* has seen fence \d+, and this claim has \d+/,
      );
      const marks = (await rows('SELECT statement FROM mark ORDER BY statement')).map(
        ({ statement }) => statement,
      );
      expect(marks).toEqual([2, 3, 4]);
      expect(await differencesLeft(stand, key, configs())).toEqual([]);
    },
    120_000,
  );
});
