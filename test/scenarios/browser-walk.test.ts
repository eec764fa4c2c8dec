/** The whole story in a real Chromium, on what `npm start` runs: everything that people do is a click or a key. */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { join } from 'node:path';
import type { FrameLocator } from '@playwright/test';
import { openPeople } from './support/person-in-browser';
import type { People } from './support/person-in-browser';
import { makeDemo } from './support/running-demo';
import type { RunningDemo } from './support/running-demo';

jest.setTimeout(240_000);

const CLICKS_MAX = 2;
const MEGABYTES_MAX = 1_536;
const [SIT, UAT, STAGE, PROD] = [0, 1, 2, 3] as const;
const READY = 'REL-2';
const BROKEN = 'REL-4';

const SCRIPTS = [
  {
    name: '01_create_review.sql',
    text: 'CREATE TABLE review (\n  product text PRIMARY KEY,\n  stars integer NOT NULL CHECK (stars BETWEEN 1 AND 5)\n);\n',
    undo: 'DROP TABLE review;\n',
  },
  {
    name: '02_first_review.sql',
    text: "INSERT INTO review (product, stars) VALUES ('Lantern', 5);\n",
  },
];

describe('people with a browser', () => {
  let demo: RunningDemo;
  let people: People;
  let key: string;
  beforeAll(async () => {
    demo = await makeDemo();
    await demo.start();
    people = await openPeople(demo.siteUrl);
  });
  afterAll(async () => {
    await people.close();
    await demo.remove();
  });

  test('dev writes two scripts, a configuration change and a version in the panel, and submits them', async () => {
    const dev = await people.signIn('dev');
    await dev.shoot('01-projects');
    await dev.page.getByRole('link', { name: 'Releases' }).click();
    await dev.shoot('02-issues');
    await dev.page.getByRole('link', { name: 'Create', exact: true }).click();
    await dev.page.getByLabel('Type').selectOption({ label: 'Release' });
    await dev.page.getByLabel('Summary').fill('Shop 1.1.0: customers write reviews');
    await dev.shoot('03-create');
    await dev.page.getByRole('button', { name: 'Create' }).click();
    await dev.panel.getByRole('button', { name: 'Add site' }).waitFor();
    key = new URL(dev.page.url()).pathname.split('/').at(-1) ?? '';
    await dev.shoot('04-draft-empty');

    await writeContent(dev.panel, join(demo.state, 'demo/packages/shop-1.1.0.tar.gz'));
    await dev.shoot('05-draft-written');
    await dev.panel.getByRole('button', { name: 'Save content' }).click();
    await dev.panel.getByText('Ready to be submitted.').waitFor();
    await dev.shoot('06-draft-saved');
    await dev.move('Submit');
    await dev.until('SIT: Ready');
    await dev.shoot('07-ready-as-dev');
  });

  test('dba reads and approves each script', async () => {
    const dba = await people.signIn('dba');
    await dba.findIssue(key);
    await dba.openTab(/SQL/);
    for (const { name } of SCRIPTS) {
      const card = dba.panel.getByRole('article', { name });
      await card.getByRole('button', { name: `Show ${name}` }).click();
      await card.getByLabel(`Text of ${name}`).waitFor();
    }
    await dba.shoot('08-review');
    for (const { name } of SCRIPTS) {
      const card = dba.panel.getByRole('article', { name });
      await card.getByRole('button', { name: `Approve ${name}` }).click();
      await card.getByText('Approved by').waitFor();
    }
    await dba.shoot('09-reviewed');
  });

  test('tester starts it and dba submits its SQL: two clicks from Ready to Deployed in SIT', async () => {
    expect(await walk('tester', 'dba', 'SIT')).toBeLessThanOrEqual(CLICKS_MAX);

    expect(await demo.answers(SIT, '/version')).toEqual(Array(3).fill('{"version":"1.1.0"}'));
    expect(await demo.answers(SIT, '/config')).toEqual(
      Array(3).fill('{"greeting":"Rate it (SIT)"}'),
    );
  });

  test('tester promotes it, and it is deployed in UAT with two clicks', async () => {
    const tester = await people.signIn('tester');
    await tester.openIssue(key);
    await tester.move('Promote');
    await tester.until('UAT: Ready');

    expect(await walk('tester', 'tester', 'UAT')).toBeLessThanOrEqual(CLICKS_MAX);

    expect(await demo.answers(UAT, '/version')).toEqual(Array(3).fill('{"version":"1.1.0"}'));
    expect(await demo.answers(UAT, '/config')).toEqual(Array(3).fill('{"greeting":"Rate it"}'));
  });

  test('leader approves it for STAGE', async () => {
    const leader = await people.signIn('leader');
    await leader.openIssue(key);
    await leader.move('Promote');
    await leader.until('STAGE: Awaiting approval');
    await leader.shoot('20-awaiting-approval');
    await leader.move('Approve');
    await leader.until('STAGE: Ready');

    expect(await walk('leader', 'dba', 'STAGE')).toBeLessThanOrEqual(CLICKS_MAX);

    expect(await demo.answers(STAGE, '/version')).toEqual(Array(3).fill('{"version":"1.1.0"}'));
  });

  test('leader and po approve it for PROD, and all of it still fits into memory', async () => {
    const leader = await people.signIn('leader');
    await leader.openIssue(key);
    await leader.move('Promote');
    await leader.until('PROD: Awaiting approval');
    await leader.move('Approve');
    await leader.panel.getByText('Waiting for approval “Product owner”').waitFor();
    await leader.shoot('21-half-approved');
    const po = await people.signIn('po');
    await po.openIssue(key);
    await po.move('Approve');
    await po.until('PROD: Ready');

    expect(await walk('leader', 'dba', 'PROD')).toBeLessThanOrEqual(CLICKS_MAX);

    expect(await demo.answers(PROD, '/version')).toEqual(Array(3).fill('{"version":"1.1.0"}'));
    const { proportionalMegabytes, residentMegabytes } = demo.memory();
    process.stderr.write(
      `after the walk to PROD: ${String(proportionalMegabytes)} MB (${String(residentMegabytes)} MB where shared pages count for each process)\n`,
    );
    expect(proportionalMegabytes).toBeGreaterThan(100);
    // Twelve services of the sample site share the pages of one program with everything else.
    expect(proportionalMegabytes).toBeLessThanOrEqual(MEGABYTES_MAX);
  });

  test('the panel and Jira’s history say who did what when', async () => {
    const auditor = await people.signIn('auditor');
    await auditor.openIssue(key);
    await auditor.openTab(/Activity/);
    await auditor.shoot('30-activity');
    // Four environments are a longer story than the tab shows at first.
    await auditor.panel.getByRole('button', { name: 'Show older activity' }).click();
    const told = await auditor.panel.locator('.activity').innerText();
    for (const name of ['Dana Base', 'Lee Leader', 'Pat Owner', 'Interlock'])
      expect(told).toContain(name);
    await auditor.page.getByRole('link', { name: 'History' }).click();
    // The browser shows what it has of a page before it has all of it.
    await auditor.page.waitForURL(/activity=history/);
    await auditor.shoot('31-history');
    const history = await auditor.page.locator('#activity').innerText();
    for (const name of ['Dev Dahl', 'Dana Base', 'Tess Turner', 'Lee Leader'])
      expect(history).toContain(name);
  });

  test('auditor, who may only read, is offered nothing and told why', async () => {
    const auditor = await people.signIn('auditor');
    await auditor.openIssue(READY);
    const now = auditor.panel.getByRole('region', { name: 'Now' });
    await now.getByText('Ready to start in SIT').waitFor();
    await now.locator('.shut').waitFor();
    expect(await now.locator('button:enabled').count()).toBe(0);
    await auditor.openTab(/Content/);
    await auditor.panel.getByText(/^Editing the content is reserved/).waitFor();
    expect(await auditor.panel.getByRole('button', { name: 'Save content' }).count()).toBe(0);
    await auditor.shoot('32-auditor');
  });

  test('a broken version stops at the first host, and leader rolls it back', async () => {
    const dev = await people.signIn('dev');
    await dev.openIssue(BROKEN);
    await dev.move('Submit');
    await dev.until('SIT: Ready');
    const leader = await people.signIn('leader');
    await leader.openIssue(BROKEN);
    await leader.move('Start');
    await leader.until('SIT: Fix pending');
    await leader.shoot('40-stopped');
    const hosts = leader.panel.getByRole('table');
    expect(await hosts.getByText('Failed', { exact: true }).count()).toBe(1);
    expect(await demo.answers(SIT, '/version')).toEqual(Array(3).fill('{"version":"1.1.0"}'));

    await leader.move('Roll back');
    await leader.panel.getByLabel('Reason').fill('It never answers its health check.');
    await leader.shoot('41-roll-back');
    await leader.panel.getByRole('button', { name: `Roll back ${BROKEN}` }).click();
    await leader.until('SIT: Rolled back');
    await leader.shoot('42-rolled-back');
    expect(await demo.answers(SIT, '/version')).toEqual(Array(3).fill('{"version":"1.1.0"}'));
    expect(people.complaints()).toEqual([]);
  });

  test('admin finds sites, hosts, agents and the workflow in the project’s settings', async () => {
    const admin = await people.signIn('admin');
    await admin.page.getByRole('link', { name: 'Releases' }).click();
    await admin.page.getByRole('link', { name: 'Project settings' }).click();
    await admin.shoot('50-project-settings');
    await admin.page.getByRole('main').getByRole('link', { name: 'Release control' }).click();
    const settings = admin.page.frameLocator('iframe[data-module="release-control"]');
    for (const tab of ['Sites', 'Agents', 'Environments', 'Workflow']) {
      await settings.getByRole('tab', { name: tab }).click();
      await settings.getByRole('tabpanel').waitFor();
      await admin.shoot(`51-settings-${tab.toLowerCase()}`);
    }
    expect(people.complaints()).toEqual([]);
  });

  /** From Ready to Deployed in an environment; how many clicks it took. */
  async function walk(starter: string, runner: string, environment: string): Promise<number> {
    const before = people.moves().length;
    const first = await people.signIn(starter);
    await first.openIssue(key);
    await first.shoot(`10-${environment}-ready`);
    await first.move('Start');
    await first.until(`${environment}: SQL pending`);
    await first.shoot(`11-${environment}-sql-pending`);
    const second = await people.signIn(runner);
    await second.openIssue(key);
    await second.move('Submit SQL');
    // The agent may be quicker than the next look of the panel.
    await second.until(new RegExp(`^${environment}: (Config|Code) executing|Verifying|Deployed$`));
    await second.shoot(`12-${environment}-at-work`);
    await second.until(`${environment}: Deployed`);
    await second.shoot(`13-${environment}-deployed`);
    return people.moves().length - before;
  }
});

/** Types a site's version, two scripts and a configuration change into the panel's editor. */
async function writeContent(panel: FrameLocator, packageFile: string): Promise<void> {
  await panel.getByRole('button', { name: 'Add site' }).click();
  const site = panel.getByRole('group', { name: /^Site / });
  await site.getByLabel('Site', { exact: true }).fill('shop');
  await site.getByLabel('Version').fill('1.1.0');
  await site.getByLabel('Batch size').fill('1');
  await site.getByLabel(/^Or work it out/).setInputFiles(packageFile);
  await site.getByText('From shop-1.1.0.tar.gz').waitFor();

  for (const [index, { name, text, undo }] of SCRIPTS.entries()) {
    await panel.getByRole('button', { name: 'Add script' }).click();
    const script = panel.getByRole('group', { name: `Script ${String(index + 1)}` });
    await script.getByLabel('Name').fill(name);
    await script.getByLabel('Database').fill('shop');
    await script.getByLabel('SQL', { exact: true }).fill(text);
    if (undo === undefined) continue;
    await script.getByRole('button', { name: 'Add undo script' }).click();
    await script.getByLabel('Undo SQL', { exact: true }).fill(undo);
  }

  await panel.getByRole('button', { name: 'Add change' }).click();
  const change = panel.getByRole('group', { name: 'Configuration change 1' });
  await change.getByLabel('Centre').fill('files');
  await change.getByLabel('Application').fill('shop');
  await change.getByLabel('Namespace').fill('shop.json');
  await change.getByRole('button', { name: 'Add key' }).click();
  const line = change.getByRole('group', { name: /^Key / });
  await line.getByLabel('Key', { exact: true }).fill('greeting');
  await line.getByLabel('Value').fill('Rate it');
  await line.getByText('Other values in some environments').click();
  await line.getByLabel('SIT').fill('Rate it (SIT)');
}
