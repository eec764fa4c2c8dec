/** People who click in a real Chromium, through Local Jira's pages and the app's panel in its frame. */
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import type { Browser, FrameLocator, Page } from '@playwright/test';

/** Work of an agent, and what Local Jira loses and delays on the way. */
const WORK_MILLISECONDS = 120_000;
const CLICK_MILLISECONDS = 60_000;
const SIZE = { width: 1_280, height: 900 };

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

export interface PersonInBrowser {
  readonly page: Page;
  /** The app's panel on the issue that is open. */
  readonly panel: FrameLocator;
  /** Finds an issue in the project's list and opens it. */
  findIssue(key: string): Promise<void>;
  /** Opens an issue by its address, as from a mail. */
  openIssue(key: string): Promise<void>;
  openTab(name: RegExp): Promise<void>;
  /** Clicks a button of the panel's Now card as soon as it is open. */
  move(name: string): Promise<void>;
  /** Waits until the panel's heading says so, as `UAT: Deployed`. */
  until(state: string | RegExp): Promise<void>;
  /** Pictures in light and dark, where INTERLOCK_SHOTS names a directory. */
  shoot(name: string): Promise<void>;
}

export interface People {
  /** Signs in with a click, where this person is not the one who is there; whoever was there before has left. */
  signIn(person: string): Promise<PersonInBrowser>;
  /** Exceptions and refused content of every page so far. */
  complaints(): readonly string[];
  /** The names of the buttons that moved releases, the oldest first. */
  moves(): readonly string[];
  close(): Promise<void>;
}

export async function openPeople(siteUrl: string): Promise<People> {
  const browser: Browser = await chromium.launch(CHROMIUM);
  const complaints: string[] = [];
  const moves: string[] = [];
  let present: { readonly name: string; readonly page: Page } | undefined;

  /** A browser of this person's own; whoever is still there stays. */
  async function pageOf(person: string): Promise<Page> {
    if (present?.name === person) {
      await present.page.goto(siteUrl);
      return present.page;
    }
    await present?.page.context().close();
    const context = await browser.newContext({
      viewport: SIZE,
      colorScheme: 'light',
      // Without a graphics card each frame of an animation costs as much processor time as the product's work.
      reducedMotion: 'reduce',
    });
    const page = await context.newPage();
    present = { name: person, page };
    page.setDefaultTimeout(CLICK_MILLISECONDS);
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    await page.goto(siteUrl);
    await page.getByRole('button', { name: `${person}@example.com` }).click();
    return page;
  }

  return {
    complaints: () => complaints,
    moves: () => moves,
    close: () => browser.close(),
    signIn: async (person) => {
      const page = await pageOf(person);
      await page.getByRole('heading', { name: 'Projects' }).waitFor();
      return personOn(page, siteUrl, (name) => moves.push(name));
    },
  };
}

function personOn(page: Page, siteUrl: string, moved: (name: string) => void): PersonInBrowser {
  const panel = page.frameLocator('iframe[data-module="release-panel"]');
  const openTab = (name: RegExp): Promise<void> => panel.getByRole('tab', { name }).click();
  return {
    page,
    panel,
    findIssue: async (key) => {
      await page.getByRole('link', { name: 'Projects' }).click();
      await page.getByRole('link', { name: 'Releases' }).click();
      await page.getByRole('link', { name: key, exact: true }).click();
      await panel.getByRole('tablist').waitFor();
    },
    openIssue: async (key) => {
      await page.goto(`${siteUrl}/browse/${key}`);
      await panel.getByRole('tablist').waitFor();
    },
    openTab,
    move: async (name) => {
      await panel
        .getByRole('region', { name: 'Now' })
        .getByRole('button', { name, exact: true })
        .click();
      moved(name);
    },
    until: (state) =>
      panel
        .locator('header.head')
        .getByText(state, { exact: true })
        .waitFor({ timeout: WORK_MILLISECONDS }),
    shoot: async (name) => {
      const directory = process.env['INTERLOCK_SHOTS'];
      if (directory !== undefined) await shoot(page, join(directory, name));
    },
  };
}

/** Chromium paints of a frame only what fits into the window, so the window grows as high as the page. */
async function shoot(page: Page, path: string): Promise<void> {
  const height = Number(await page.evaluate('document.documentElement.scrollHeight'));
  await page.setViewportSize({ ...SIZE, height: Math.max(SIZE.height, height) });
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    for (const frame of page.frames().slice(1))
      await frame.locator(`html[data-color-mode="${colorScheme}"]`).waitFor({ state: 'attached' });
    await page.screenshot({
      path: `${path}-${colorScheme}.png`,
      animations: 'disabled',
      // To hide the caret a style would be injected, which the app's policy refuses, and which then counts as a complaint.
      caret: 'initial',
    });
  }
  await page.setViewportSize(SIZE);
}
