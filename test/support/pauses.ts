/** For how long a page answers nobody, as the person in front of it notices. */
import type { Frame, Page } from '@playwright/test';

/** A person takes longer for a page that hangs. */
export const PAUSE_MAX_MILLISECONDS = 1_500;

/** The page notes its pauses from now on. */
export async function notePauses(page: Page | Frame): Promise<void> {
  await page.evaluate(`
    globalThis.longestPause = 0;
    let last = performance.now();
    setInterval(() => {
      globalThis.longestPause = Math.max(globalThis.longestPause, performance.now() - last);
      last = performance.now();
    }, 10);
  `);
}

/** Milliseconds of the longest one so far. */
export const longestPause = async (page: Page | Frame): Promise<number> =>
  Number(await page.evaluate('globalThis.longestPause'));

/** Pauses of the test's own do not count. */
export const forgetPauses = (page: Page | Frame): Promise<unknown> =>
  page.evaluate('globalThis.longestPause = 0');
