/** The Log tab of the panel, built, in Chromium: live, with its gaps, and with nothing of a machine's text alive. */
import { describe, expect, test } from '@jest/globals';
import type { Page } from '@playwright/test';
import type { LogLine } from '#wire/agent';
import type { LogView } from '#wire/page';
import { worldOf } from './support/jira-of-page';
import type { PageWorld } from './support/jira-of-page';
import { openPage } from './support/opened-page';
import { unreadable } from './support/readability';
import { CODE, DEPLOYED, READY } from './support/releases';
import { answered, OVERFLOW } from './support/visit';

const AT = 1_795_183_200;
const JOB = '10001.8';

const panel = openPage('release-panel');

const line = (text: string, change: Partial<LogLine> = {}): LogLine => ({
  at: AT,
  level: 'info',
  text,
  ...change,
});

const view = (change: Partial<LogView> = {}): LogView => ({
  kind: 'log',
  job: JOB,
  stage: 'CODE',
  jobs: [{ job: JOB, stage: 'CODE' }],
  isOver: false,
  isMore: false,
  entries: [],
  next: 1,
  lostAtEnd: 0,
  ...change,
});

const lines = (...written: readonly LogLine[]) =>
  [{ kind: 'lines', late: false, lines: written }] as const;

/** Opens the Log tab; `next` answers the calls for it in their order, the last again and again. */
async function openLog(release: typeof CODE, next: readonly LogView[], mode?: 'dark') {
  const answers = [...next];
  const world: PageWorld = worldOf(release, {
    answer: ({ name }) => {
      if (name !== 'log.show') return undefined;
      return answered(answers.length > 1 ? answers.shift() : answers[0]);
    },
  });
  const seen = await panel.visit({ ...world, isClockOurs: true, ...(mode && { mode }) });
  await seen.page.getByRole('tab', { name: 'Log' }).click();
  return { ...seen, world };
}

const box = (page: Page) => page.getByRole('log');

describe('the Log tab', () => {
  test('shows what the agent writes while it writes, line after line [S4-13]', async () => {
    const { page, world, complaints } = await openLog(CODE, [
      view({ entries: lines(line('code-1: staging', { host: 'web-1' })) }),
      view({ isMore: true, next: 2, entries: lines(line('code-1: staged', { host: 'web-1' })) }),
    ]);
    await box(page).getByText('code-1: staging').waitFor();
    await page.getByText('Live: lines come here').waitFor();
    expect(await box(page).textContent()).toContain('14:00:00web-sh-01code-1: staging');

    await page.clock.runFor(6_000);

    await box(page).getByText('code-1: staged', { exact: true }).waitFor();
    expect(await box(page).locator('.log-line').count()).toBe(2);
    const asked = world.calls.filter(({ name }) => name === 'log.show');
    expect(asked.slice(0, 2).map(({ payload }) => payload)).toEqual([
      { job: null },
      { job: null, seen: { job: JOB, next: 1 } },
    ]);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('costs the first look nothing: it is loaded and asked for when somebody opens it', async () => {
    const world = worldOf(CODE);
    const { page } = await panel.visit(world);
    const loaded: string[] = [];
    page.on('request', (request) => loaded.push(request.url()));
    await page.getByRole('tab', { name: 'Log' }).waitFor();
    expect(world.calls.some(({ name }) => name === 'log.show')).toBe(false);

    await page.getByRole('tab', { name: 'Log' }).click();

    for (let tries = 0; !loaded.some((url) => /\/log-[^/]+\.js$/.test(url)); tries += 1) {
      if (tries > 100) throw new Error(loaded.join(' '));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await page.close();
  });

  test('says gaps, lateness and a new claim in words, and is readable in light, dark and 280 pixels', async () => {
    for (const mode of [undefined, 'dark'] as const) {
      const { page, complaints } = await openLog(
        CODE,
        [
          view({
            lostAtEnd: 3,
            entries: [
              { kind: 'dropped', lines: 40 },
              ...lines(line('before'), line('took long', { level: 'warn', host: 'web-1' })),
              { kind: 'missing', lines: 4 },
              { kind: 'new-claim' },
              { kind: 'lines', late: true, lines: [line('too late')] },
              ...lines(line('code-1: failed 503', { level: 'error', host: 'web-3' })),
            ],
          }),
        ],
        mode,
      );

      for (const words of [
        '40 older lines gave way to newer ones.',
        '4 lines never arrived here.',
        'An agent took the job up anew',
        'Late, from an agent that no longer had this job',
        'The last 3 lines never arrived.',
      ])
        await box(page).getByText(words).waitFor();
      expect(await unreadable(page)).toEqual([]);
      await page.setViewportSize({ width: 280, height: 900 });
      expect(await page.evaluate(OVERFLOW)).toBe(0);
      expect(complaints).toEqual([]);
      await page.close();
    }
  }, 60_000);

  test('makes no element of 500 hostile lines, and leaves no control character in them [H43]', async () => {
    const PAYLOADS = [
      '<img src=x onerror=alert(1)>',
      '<script>alert(1)</script>',
      '"><svg onload=alert(1)>',
      'javascript:alert(1)',
      '{{constructor.constructor("alert(1)")()}}',
      '\u001b[2J\u001b]0;owned\u0007',
      '\u202emoc.live',
      '\u2066\u2069\u0000\u0008\u009b31m',
      '&lt;b&gt;',
      '</span></div><iframe src=//evil.example>',
    ];
    const hostile = Array.from({ length: 500 }, (_, index) =>
      line(`${PAYLOADS[index % PAYLOADS.length] ?? ''} ${index}`, {
        host: (PAYLOADS[(index + 3) % PAYLOADS.length] ?? '').slice(0, 100),
      }),
    );
    const { page, complaints } = await openLog(CODE, [view({ entries: lines(...hostile) })]);
    await box(page).getByText('499').waitFor();

    const found = await page.evaluate(`(() => {
      const cells = [...document.querySelectorAll('.log-text, .log-about')];
      return {
        cells: cells.length,
        elements: cells.reduce((sum, cell) => sum + cell.children.length, 0),
        unseen: cells.filter((cell) =>
          /[\\u0000-\\u001f\\u007f-\\u009f\\u202a-\\u202e\\u2066-\\u2069]/.test(cell.textContent)).length,
        alive: document.querySelectorAll('[role=log] :is(img, script, svg, iframe, a)').length,
      };
    })()`);

    expect(found).toEqual({ cells: 1_000, elements: 0, unseen: 0, alive: 0 });
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('is searched, walks from error to error, and is handed out as a file', async () => {
    const { page, world } = await openLog(DEPLOYED, [
      view({
        isOver: true,
        jobs: [
          { job: JOB, stage: 'CODE' },
          { job: '10001.5', stage: 'SQL' },
        ],
        entries: lines(
          line('first error', { level: 'error', host: 'web-1' }),
          ...Array.from({ length: 60 }, (_, index) => line(`quiet ${index}`)),
          line('second error', { level: 'error', host: 'web-2' }),
        ),
      }),
    ]);
    await page.getByText('This job is over.').waitFor();
    const current = box(page).locator('.log-current');
    for (const words of ['first error', 'second error', 'first error']) {
      await page.getByRole('button', { name: 'Next error' }).click();
      await current.getByText(words).waitFor();
      expect(await current.isVisible()).toBe(true);
    }

    await page.getByLabel('Search log').fill('web-sh-02');
    await page.getByText('1 line with these words.').waitFor();
    expect(await box(page).locator('.log-line').count()).toBe(1);

    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download log' }).click();
    expect((await download).suggestedFilename()).toBe(`log-REL-12-${JOB}.txt`);
    await page.getByLabel('Job', { exact: true }).selectOption('10001.5');
    const isAsked = () =>
      world.calls.some(({ name, payload }) => name === 'log.show' && payload['job'] === '10001.5');
    for (let tries = 0; !isAsked() && tries < 100; tries += 1) await page.clock.runFor(100);
    expect(isAsked()).toBe(true);
    await page.close();
  });

  test('says in the app’s words when no agent has worked yet', async () => {
    const sentence = 'No agent has worked on this release yet, so there is no log; start it first.';
    const world = worldOf(READY, {
      answer: ({ name }) =>
        name === 'log.show' ? answered({ kind: 'refused', sentence }) : undefined,
    });
    const { page } = await panel.visit(world);
    await page.getByRole('tab', { name: 'Log' }).click();

    await page.getByText(sentence).waitFor();
    await page.close();
  });
});
