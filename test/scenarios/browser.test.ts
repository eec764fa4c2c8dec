import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import type { Browser, Page } from '@playwright/test';
import { untilStatus } from '../../demo/issues';
import { startStand } from './support/stand';
import type { Stand } from './support/stand';

const CHROMIUM = {
  executablePath: '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
};

describe('a leader with a browser', () => {
  let stand: Stand;
  let browser: Browser;
  const complaints: string[] = [];
  beforeAll(async () => {
    stand = await startStand('browser');
    browser = await chromium.launch(CHROMIUM);
  }, 300_000);
  afterAll(async () => {
    await browser.close();
    await stand.stop();
  }, 60_000);

  async function signIn(person: string): Promise<Page> {
    const page = await browser.newPage();
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(stand.jira().siteUrl);
    await page.getByRole('button', { name: `${person}@example.com` }).click();
    return page;
  }

  /** Into the directory that INTERLOCK_SHOTS names, where it is set. */
  async function shoot(page: Page, name: string): Promise<void> {
    const directory = process.env['INTERLOCK_SHOTS'];
    if (directory === undefined) return;
    mkdirSync(directory, { recursive: true });
    await page.screenshot({ path: join(directory, `${name}.png`), fullPage: true });
  }

  test('clicks Start and sees the issue in Deployed, with who moved it', async () => {
    const key = await stand.ready('1.0.0');
    const page = await signIn('leader');
    await page.goto(`${stand.jira().siteUrl}/browse/${key}`);
    await shoot(page, 'ready');

    await page.getByRole('button', { name: 'Start' }).click();

    await untilStatus(stand.as('leader'), key, 'Deployed');
    await page.reload();
    await shoot(page, 'deployed');
    expect(await page.getByText('Deployed in SIT').count()).toBe(1);
    expect(await page.getByText('Lee Leader').count()).toBeGreaterThan(1);
    expect(await page.getByRole('button', { name: 'Promote' }).count()).toBe(1);
  }, 180_000);

  test('reads the validator’s sentence where they clicked', async () => {
    const key = await stand.ready('1.1.0');
    await stand.agent().stop();
    await stand.as('admin').request('POST', '/local/clock', { skipSeconds: 600 });
    const page = await signIn('leader');
    await page.goto(`${stand.jira().siteUrl}/browse/${key}`);

    await page.getByRole('button', { name: 'Start' }).click();

    await shoot(page, 'refused');
    expect(await page.getByText('No agent for SIT has been heard from').count()).toBe(1);
    expect(await page.getByRole('button', { name: 'Start' }).count()).toBe(1);
    expect(complaints).toEqual([]);
  }, 180_000);
});
