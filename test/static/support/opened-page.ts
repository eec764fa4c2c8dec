/** One page, built once and opened in one browser, for all tests of a file. */
import { afterAll, beforeAll } from '@jest/globals';
import type { Browser } from '@playwright/test';
import { buildPage } from './built-page';
import type { BuiltPage, Surface } from './built-page';
import { openBrowser, visit } from './visit';
import type { Host, Visit } from './visit';

export interface OpenedPage {
  /** Waits for nothing: a test says what it waits for. */
  visit(host: Host): Promise<Visit>;
  /** What the build said: the size of the first load. */
  words(): string;
}

/** Builds before the first test of the file and closes behind the last one. */
export function openPage(surface: Surface): OpenedPage {
  let built: BuiltPage;
  let browser: Browser;
  beforeAll(async () => {
    [built, browser] = await Promise.all([buildPage(surface), openBrowser()]);
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    await built.close();
  }, 30_000);
  return { visit: (host) => visit(browser, built, host), words: () => built.words };
}
