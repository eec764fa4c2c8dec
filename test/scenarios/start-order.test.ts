/** Local Jira, agent, host and database start in any order, and nobody has to start one again. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { deployRelease } from '../../demo/releases';
import { servers } from '../support/database-servers';
import type { RestartableServer } from '../support/database-servers';
import { databasesFor } from './support/environments';
import type { EnvironmentDatabases } from './support/environments';
import { startStand } from './support/stand';
import type { Stand } from './support/stand';

const PARTS = ['Local Jira', 'agent', 'host', 'database'] as const;
type Part = (typeof PARTS)[number];

/** Each part is first once and last once, and of any two each is before the other at least once. */
const ORDERS = PARTS.map((_, at) => [...PARTS.slice(at), ...PARTS.slice(0, at)]);

describe('parts that are started in every order', () => {
  let server: RestartableServer;
  let databases: EnvironmentDatabases;
  let stand: Stand;
  let turn = 0;
  beforeAll(async () => {
    server = await servers.postgresql();
    databases = await databasesFor(server, 'orders', ['SIT']);
    stand = await startStand('start-order', { databases: databases.rules });
    await stand.turn({ preset: 'calm' });
    await databases.rows('SIT', 'CREATE TABLE mark (turn integer NOT NULL)');
  }, 300_000);
  afterAll(async () => {
    await stand.stop();
    await server.close();
  }, 60_000);

  const start: Readonly<Record<Part, () => Promise<unknown>>> = {
    'Local Jira': async () => {
      await stand.startJira();
      // Its knobs are rude after each start.
      await stand.turn({ preset: 'calm' });
    },
    agent: async () => {
      const agent = stand.startAgent();
      // It is up when it has asked for work, whether anybody answered or not.
      await agent.says(/The app gives this agent work|A poll brought nothing/);
    },
    host: () => stand.ssh.start(),
    database: () => server.start(),
  };

  test.each(ORDERS.map((order) => ({ order, words: order.join(', then ') })))(
    '$words: a release with a script and code goes through [S1-23]',
    async ({ order }) => {
      turn += 1;
      const version = turn % 2 === 1 ? '1.0.0' : '1.1.0';
      const text = `INSERT INTO mark (turn) VALUES (${String(turn)});\n`;
      const key = await stand.readyWith(`Turn ${String(turn)}`, {
        sql: [{ id: 'mark', database: 'orders', name: '01 mark', text }],
        code: [stand.code(version)],
      });
      // Whoever begins while somebody looks comes again every two seconds.
      await stand.panel(key);
      await Promise.all([stand.agent().stop(), stand.ssh.stop(), server.stop()]);
      await stand.jira().program.stop();

      for (const part of order) await start[part]();
      // On a slow machine that look is too long ago by now, and each stage would wait for a poll a minute later.
      await stand.panel(key);

      await deployRelease(stand.jira().siteUrl, key);
      expect(await stand.served()).toBe(version);
      expect(await databases.rows('SIT', 'SELECT max(turn) AS turn FROM mark')).toEqual([{ turn }]);
      expect(stand.agent().process.exitCode).toBeNull();
    },
    300_000,
  );
});
