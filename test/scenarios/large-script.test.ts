/** Five megabytes of SQL from the editor's own code to the database, through everything in between. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { click, createRelease, untilStatus } from '../../demo/issues';
import type { JiraClient } from '../../demo/jira-client';
import { approveScripts } from '../../demo/releases';
import { PROJECT } from '../../demo/set-up';
import { textDigest } from '../../static/release-panel/src/text-pieces';
import { servers } from '../support/database-servers';
import type { DatabaseServer } from '../support/database-servers';
import { databasesFor } from './support/environments';
import type { EnvironmentDatabases } from './support/environments';
import { startStand } from './support/stand';
import type { Stand } from './support/stand';

const STATEMENTS = 500;
const LEG_MAX_SECONDS = 60;

/** Characters of one, two, three and four bytes, and quotes that hold semicolons. */
const bodyOf = (id: number): string => `${String(id)};''ü世🙂${'x;'.repeat(4_990)}`;

const INSERTS = Array.from(
  { length: STATEMENTS },
  (_, id) => `INSERT INTO large VALUES (${String(id)}, '${bodyOf(id)}');\n`,
);
const TEXT = `CREATE TABLE large (id integer PRIMARY KEY, body text NOT NULL);\n${INSERTS.join('')}`;

let server: DatabaseServer;
let databases: EnvironmentDatabases;
let stand: Stand;
beforeAll(async () => {
  server = await servers.postgresql();
  databases = await databasesFor(server, 'orders', ['SIT']);
  stand = await startStand('large-script', { databases: databases.rules });
}, 180_000);
afterAll(async () => {
  await stand.stop();
  await server.close();
}, 60_000);

/** The panel's code for texts, as it runs in a person's frame on the issue: its bridge is Local Jira's, over HTTP. */
async function panelOf(jira: JiraClient, issueKey: string) {
  const callBridge = async (
    command: string,
    { functionKey, payload }: { readonly functionKey: string; readonly payload: unknown },
  ): Promise<unknown> => {
    if (command !== 'invoke') throw new Error(`The panel's texts need no ${command}.`);
    const call = { module: 'release-panel', name: functionKey, payload, issueKey } as const;
    return { kind: 'answer', answer: await jira.invoke(call) };
  };
  Object.assign(globalThis, { __bridge: { callBridge } });
  return import('../../static/release-panel/src/api/texts');
}

/** When the agent had the job, by its log. */
function claimedAt(lines: readonly string[]): number {
  const line = lines.findLast((candidate) => candidate.includes('"Claimed a job."'));
  return new Date(/"time":"([^"]+)"/.exec(line ?? '')?.[1] ?? '').getTime();
}

test('5 MB of SQL pass from the editor to the database', async () => {
  const legs: string[] = [];
  let from = performance.now();
  const leg = (name: string, seconds = (performance.now() - from) / 1_000): void => {
    legs.push(`${name} ${seconds.toFixed(1)} s`);
    expect(seconds).toBeLessThan(LEG_MAX_SECONDS);
    from = performance.now();
  };
  const dev = stand.as('dev');
  const key = await createRelease(dev, PROJECT, 'Large script');

  from = performance.now();
  const { sha256, bytes } = await textDigest(TEXT);
  let pieces = 0;
  const editor = await panelOf(dev, key);
  await editor.sendText(sha256, TEXT, () => (pieces += 1));
  const script = { id: 'large', database: 'orders', name: '01 large', text: { sha256, bytes } };
  const content = { kind: 'Minor', sql: [script], config: [], code: [] };
  const save = { module: 'release-panel', name: 'content.put', issueKey: key } as const;
  await dev.invoke({ ...save, payload: { content } });
  leg('upload');
  expect(bytes).toBeGreaterThan(5_000_000);
  expect(pieces).toBe(Math.ceil(TEXT.length / 100_000));

  await click(dev, key, 'Submit');
  await untilStatus(dev, key, 'Ready');
  from = performance.now();
  const reviewer = await panelOf(stand.as('dba'), key);
  expect((await reviewer.readText(sha256)) === TEXT).toBe(true);
  await approveScripts(stand.jira().siteUrl, key);
  leg('review');

  const tester = stand.as('tester');
  await click(tester, key, 'Start');
  await untilStatus(tester, key, 'SQL pending');
  // An agent that starts asks at once; one that idles comes up to a minute later, which is not what is measured.
  await stand.agent().stop();
  stand.startAgent();
  const submitted = Date.now();
  await click(tester, key, 'Submit SQL');
  expect(await untilStatus(tester, key, ['Deployed', 'Fix pending'], 120)).toBe('Deployed');

  const [ran] = await databases.rows(
    'SIT',
    'SELECT MIN(changed_at) AS first, MAX(changed_at) AS last, COUNT(*) AS n FROM interlock_ledger',
  );
  const momentOf = (name: string): number => new Date(String(ran?.[name])).getTime();
  const claimed = claimedAt(stand.agentLines());
  leg('wait for the agent', (claimed - submitted) / 1_000);
  leg('fetch', (momentOf('first') - claimed) / 1_000);
  leg('run', (momentOf('last') - momentOf('first')) / 1_000);
  expect(Number(ran?.['n'])).toBe(STATEMENTS + 1);

  const whole = createHash('md5');
  for (let id = 0; id < STATEMENTS; id += 1) whole.update(bodyOf(id).replaceAll("''", "'"));
  const stored = "SELECT md5(string_agg(body, '' ORDER BY id)) AS digest FROM large";
  expect(await databases.rows('SIT', stored)).toEqual([{ digest: whole.digest('hex') }]);
  console.log(`${String(bytes)} bytes in ${String(pieces)} pieces: ${legs.join(', ')}`);
}, 240_000);
