/** Five megabytes of SQL from a person's clipboard and file to the database, by clicks in Chromium. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Frame, Page } from '@playwright/test';
import { POLL_FAR_MILLISECONDS } from '#wire/agent';
import { servers } from '../support/database-servers';
import type { DatabaseServer } from '../support/database-servers';
import { longestPause, notePauses, PAUSE_MAX_MILLISECONDS } from '../support/pauses';
import { databasesFor } from './support/environments';
import type { EnvironmentDatabases } from './support/environments';
import { openPeople } from './support/person-in-browser';
import type { People, PersonInBrowser } from './support/person-in-browser';
import { startStand } from './support/stand';
import type { Stand } from './support/stand';

const STATEMENTS = 500;
const LEG_MAX_SECONDS = 60;
/** An agent that fell asleep before anybody opened a release comes again a minute later; from then on an open panel keeps it close. */
const CLAIM_MAX_SECONDS = POLL_FAR_MILLISECONDS / 1_000 + 5;

/** Characters of one, two, three and four bytes, and quotes that hold semicolons. */
const bodyOf = (id: number): string => `${String(id)};''ü世🙂${'x;'.repeat(4_990)}`;

const INSERTS = Array.from(
  { length: STATEMENTS },
  (_, id) => `INSERT INTO large VALUES (${String(id)}, '${bodyOf(id)}');\n`,
);
/** The first is pasted, the second is taken from a file; both are too long for a field. */
const SCRIPTS = [
  {
    name: '01_create_large.sql',
    text: `CREATE TABLE large (id integer PRIMARY KEY, body text NOT NULL);\n${INSERTS.slice(0, 100).join('')}`,
  },
  { name: '02_fill_large.sql', text: INSERTS.slice(100).join('') },
] as const;
const BYTES = SCRIPTS.reduce((total, { text }) => total + Buffer.byteLength(text), 0);

let server: DatabaseServer;
let databases: EnvironmentDatabases;
let stand: Stand;
let people: People;
beforeAll(async () => {
  server = await servers.postgresql();
  databases = await databasesFor(server, 'orders', ['SIT']);
  stand = await startStand('large-script', { databases: databases.rules });
  people = await openPeople(stand.jira().siteUrl);
}, 180_000);
afterAll(async () => {
  await people.close();
  await stand.stop();
  await server.close();
}, 60_000);

test('5 MB of SQL pass from the editor to the database', async () => {
  expect(BYTES).toBeGreaterThan(5_000_000);
  const legs: string[] = [];
  const leg = (name: string, seconds: number, maxSeconds = LEG_MAX_SECONDS): void => {
    legs.push(`${name} ${seconds.toFixed(1)} s`);
    expect([name, seconds < maxSeconds]).toEqual([name, true]);
  };

  const dev = await people.signIn('dev');
  const pieces = piecesSentBy(dev.page);
  const key = await createIssue(dev);
  await notePauses(frameOf(dev.page));
  leg('into the editor', await secondsOf(() => writeScripts(dev)));
  await dev.shoot('60-large-written');
  const save = async (): Promise<void> => {
    await dev.panel.getByRole('button', { name: 'Save content' }).click();
    await dev.panel.getByText('Ready to be submitted.').waitFor();
  };
  leg('upload', await secondsOf(save));
  expect(pieces()).toBe(
    SCRIPTS.reduce((total, { text }) => total + Math.ceil(text.length / 100_000), 0),
  );
  const writing = await longestPause(frameOf(dev.page));
  await dev.move('Submit');
  await dev.until('SIT: Ready');

  const dba = await people.signIn('dba');
  await dba.openIssue(key);
  await dba.openTab(/SQL/);
  await notePauses(frameOf(dba.page));
  const read = async (): Promise<void> => {
    for (const { name, text } of SCRIPTS) expect((await readScript(dba, name)) === text).toBe(true);
  };
  leg('reading in review', await secondsOf(read));
  await dba.shoot('61-large-read');
  const reading = await longestPause(frameOf(dba.page));
  for (const { name } of SCRIPTS) {
    const card = dba.panel.getByRole('article', { name });
    await card.getByRole('button', { name: `Approve ${name}` }).click();
    await card.getByText('Approved by').waitFor();
  }

  const tester = await people.signIn('tester');
  await tester.openIssue(key);
  await tester.move('Start');
  await tester.until('SIT: SQL pending');
  const submitted = Date.now();
  await tester.move('Submit SQL');
  await tester.until(/^SIT: (Deployed|Fix pending)$/);
  expect(await tester.panel.locator('header.head').innerText()).toContain('SIT: Deployed');
  await tester.shoot('62-large-deployed');

  const [ran] = await databases.rows(
    'SIT',
    'SELECT MIN(changed_at) AS first, MAX(changed_at) AS last, COUNT(*) AS n FROM interlock_ledger',
  );
  const momentOf = (name: string): number => new Date(String(ran?.[name])).getTime();
  const claimed = claimedAt(stand.agentLines());
  leg('wait for the agent', (claimed - submitted) / 1_000, CLAIM_MAX_SECONDS);
  leg('fetch', (momentOf('first') - claimed) / 1_000);
  leg('run', (momentOf('last') - momentOf('first')) / 1_000);
  expect(Number(ran?.['n'])).toBe(STATEMENTS + 1);

  const whole = createHash('md5');
  for (let id = 0; id < STATEMENTS; id += 1) whole.update(bodyOf(id).replaceAll("''", "'"));
  const stored = "SELECT md5(string_agg(body, '' ORDER BY id)) AS digest FROM large";
  expect(await databases.rows('SIT', stored)).toEqual([{ digest: whole.digest('hex') }]);
  console.log(
    `${String(BYTES)} bytes in ${String(pieces())} pieces: ${legs.join(', ')}; longest pause of the panel: ${writing.toFixed(0)} ms in the editor, ${reading.toFixed(0)} ms in review`,
  );
  expect(writing).toBeLessThan(PAUSE_MAX_MILLISECONDS);
  expect(reading).toBeLessThan(PAUSE_MAX_MILLISECONDS);
  expect(people.complaints()).toEqual([]);
}, 400_000);

async function secondsOf(act: () => Promise<void>): Promise<number> {
  const from = performance.now();
  await act();
  return (performance.now() - from) / 1_000;
}

/** Creates a release by Jira's form; answers its key once the panel's editor is there. */
async function createIssue({ page, panel }: PersonInBrowser): Promise<string> {
  await page.getByRole('link', { name: 'Releases' }).click();
  await page.getByRole('link', { name: 'Create', exact: true }).click();
  await page.getByLabel('Type').selectOption({ label: 'Release' });
  await page.getByLabel('Summary').fill('Large script');
  await page.getByRole('button', { name: 'Create' }).click();
  await panel.getByRole('button', { name: 'Add script' }).waitFor();
  return new URL(page.url()).pathname.split('/').at(-1) ?? '';
}

/** Pastes the first script, chooses a file for the second, and types their names and databases while both are there. */
async function writeScripts({ page, panel }: PersonInBrowser): Promise<void> {
  const [pasted, filed] = SCRIPTS;
  const scriptAt = (number: number) =>
    panel.getByRole('group', { name: `Script ${String(number)}` });
  await panel.getByRole('button', { name: 'Add script' }).click();
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(pasted.text)})`);
  await scriptAt(1).getByLabel('SQL', { exact: true }).press('Control+V');
  await scriptAt(1).getByText('too long to edit here').waitFor();

  await panel.getByRole('button', { name: 'Add script' }).click();
  const file = join(stand.directory, filed.name);
  writeFileSync(file, filed.text);
  await scriptAt(2).getByLabel('SQL from a file').setInputFiles(file);
  await scriptAt(2).getByText('too long to edit here').waitFor();

  await scriptAt(1).getByLabel('Name').fill(pasted.name);
  for (const number of [1, 2])
    await scriptAt(number).getByLabel('Database').pressSequentially('orders');
}

/** The whole text as a reviewer sees it, by Show and Show the rest. */
async function readScript({ panel }: PersonInBrowser, name: string): Promise<string> {
  const card = panel.getByRole('article', { name });
  await card.getByRole('button', { name: `Show ${name}` }).click();
  const rest = card.getByRole('button', { name: `Show the rest of ${name}` });
  await rest.click();
  await rest.waitFor({ state: 'detached' });
  return (await card.getByLabel(`Text of ${name}`).textContent()) ?? '';
}

/** How many pieces of texts the site has taken from a page so far. */
function piecesSentBy(page: Page): () => number {
  let count = 0;
  page.on('response', (response) => {
    if (response.ok() && response.request().postData()?.includes('"text.put"')) count += 1;
  });
  return () => count;
}

function frameOf(page: Page): Frame {
  const frame = page.frames().find((each) => each.url().includes('/release-panel/'));
  if (!frame) throw new Error('The panel is not there.');
  return frame;
}

/** When the agent had the job, by its log. */
function claimedAt(lines: readonly string[]): number {
  const line = lines.findLast((candidate) => candidate.includes('"Claimed a job."'));
  return new Date(/"time":"([^"]+)"/.exec(line ?? '')?.[1] ?? '').getTime();
}
