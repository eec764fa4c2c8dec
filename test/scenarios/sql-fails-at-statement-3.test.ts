import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { click, untilStatus } from '../../demo/issues';
import { putContent } from '../../demo/release-content';
import type { WrittenRelease } from '../../demo/release-content';
import { approveScripts } from '../../demo/releases';
import { servers } from '../support/database-servers';
import type { DatabaseServer } from '../support/database-servers';
import { databasesFor } from './support/environments';
import type { EnvironmentDatabases } from './support/environments';
import { startStand } from './support/stand';
import type { Stand } from './support/stand';

const END = ['Deployed', 'Fix pending'];

/** Every statement leaves a mark that would show twice if it ran twice. */
const script = (third: string): string => `CREATE TABLE mark (statement integer NOT NULL);
INSERT INTO mark (statement) VALUES (2);
INSERT INTO ${third} (statement) VALUES (3);
INSERT INTO mark (statement) VALUES (4);
`;

const release = (database: string, third: string): WrittenRelease => ({
  sql: [
    { id: 'marks', database, name: '01 marks', text: script(third) },
    {
      id: 'last',
      database,
      name: '02 last',
      text: 'INSERT INTO mark (statement) VALUES (5);\n',
    },
  ],
});

describe.each([
  { engine: 'postgresql', words: 'relation "nowhere" does not exist' },
  { engine: 'mariadb', words: "nowhere' doesn't exist" },
] as const)('a script whose third statement fails in $engine', ({ engine, words }) => {
  let server: DatabaseServer;
  let databases: EnvironmentDatabases;
  let stand: Stand;
  let key: string;
  beforeAll(async () => {
    server = await servers[engine]();
    databases = await databasesFor(server, 'orders', ['SIT']);
    stand = await startStand(`sql-fails-${engine}`, { databases: databases.rules });
  }, 300_000);
  afterAll(async () => {
    await stand.stop();
    await server.close();
  }, 60_000);

  /** Review, start, run: what people do for SQL in SIT. */
  async function run(): Promise<string> {
    await approveScripts(stand.jira().siteUrl, key);
    await click(stand.as('tester'), key, 'Start');
    await click(stand.as('tester'), key, 'Submit SQL');
    return untilStatus(stand.as('tester'), key, END, 120);
  }

  const marks = async (): Promise<readonly unknown[]> =>
    (await databases.rows('SIT', 'SELECT statement FROM mark ORDER BY statement')).map(
      ({ statement }) => statement,
    );

  test('stops there, keeps what is done and says the number and the server’s words', async () => {
    key = await stand.readyWith('Marks', release('orders', 'nowhere'));

    expect(await run()).toBe('Fix pending');

    const { failure, scripts } = await stand.panel(key);
    expect(failure).toMatchObject({ class: 'SQL', stage: 'SQL' });
    expect(failure?.sentence).toMatch(/statement 3/i);
    expect(failure?.sentence).toContain(words);
    expect(scripts.map(({ id, state }) => [id, state])).toEqual([
      ['marks', 'failed'],
      ['last', 'waiting'],
    ]);
    expect(await marks()).toEqual([2]);
  }, 240_000);

  test('goes on behind them once the script is corrected, and nothing runs twice', async () => {
    const dev = stand.as('dev');
    await click(dev, key, 'Iterate');
    await untilStatus(dev, key, 'Draft');
    await putContent(dev, key, release('orders', 'mark'));
    await click(dev, key, 'Submit');
    await untilStatus(dev, key, 'Ready');

    expect(await run()).toBe('Deployed');

    expect(await marks()).toEqual([2, 3, 4, 5]);
  }, 240_000);
});
