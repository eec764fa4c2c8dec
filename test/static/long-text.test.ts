/** A text of five megabytes in the panel: written, sent and read while the page goes on answering. */
import { afterAll, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { waitFor } from '../../demo/jira-client';
import { forgetPauses, longestPause, notePauses, PAUSE_MAX_MILLISECONDS } from '../support/pauses';
import { worldOf } from './support/jira-of-page';
import type { PageWorld } from './support/jira-of-page';
import { openPage } from './support/opened-page';
import { DRAFT, REVIEW } from './support/releases';
import { answered } from './support/visit';

const PIECE_MAX_CHARS = 100_000;
const LINE = "INSERT INTO coupon VALUES (1, 'äöü 😀');\n";
const TEXT = LINE.repeat(Math.floor((5 * 1024 * 1024) / Buffer.byteLength(LINE)));
const NAME = '01_add_coupon_scope.sql';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const folder = mkdtempSync(join(tmpdir(), 'interlock-long-text-'));
const panel = openPage('release-panel');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A page that notes for how long it has answered nobody. */
async function open(world: PageWorld) {
  const seen = await panel.visit(world);
  await seen.page.getByRole('tablist').waitFor();
  await notePauses(seen.page);
  return seen;
}

async function openEditor(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Add script' }).click();
  await page.getByLabel('Database').fill('orders');
}

/** Puts a text into the clipboard and presses the keys for it. */
async function paste(page: Page, text: string): Promise<void> {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(text)})`);
  await forgetPauses(page);
  await page.keyboard.press('Control+V');
}

describe('a text of 5 MB in the editor', () => {
  test('goes from a file in pieces whose join has the digest, and the page never stands still for long', async () => {
    const world = worldOf(DRAFT);
    const { page, flags } = await open(world);
    await openEditor(page);

    // By its path: a buffer would be decoded by the page itself, which is a pause of the test's own.
    const file = join(folder, 'big.sql');
    writeFileSync(file, TEXT);
    await page.getByLabel('SQL from a file').setInputFiles(file);
    await page.getByText('too long to edit here').waitFor();
    await page.getByRole('button', { name: 'Save content' }).click();
    await untilSaved(flags);

    const pieces = piecesOf(world);
    expect(pieces.map(({ index }) => index)).toEqual(pieces.map((_, index) => index));
    expect(pieces.every(({ count }) => count === pieces.length)).toBe(true);
    expect(pieces.every(({ piece }) => String(piece).length <= PIECE_MAX_CHARS)).toBe(true);
    expect(sha256(pieces.map(({ piece }) => piece).join(''))).toBe(sha256(TEXT));
    expect(pieces[0]?.['sha256']).toBe(sha256(TEXT));
    expect(await longestPause(page)).toBeLessThan(PAUSE_MAX_MILLISECONDS);
    await page.close();
  }, 120_000);

  test('is pasted at the caret without a long pause, and goes whole with what stood around it', async () => {
    const world = worldOf(DRAFT);
    const { page, flags } = await open(world);
    await openEditor(page);
    const field = page.getByRole('textbox', { name: 'SQL', exact: true });
    await field.fill('BEGIN;\nCOMMIT;\n');
    await field.press('Control+Home');
    await field.press('ArrowDown');

    await paste(page, TEXT.replaceAll('\n', '\r\n'));

    // Below the beginning that is shown, not at the end of what one has to scroll.
    await page
      .getByText('5.2 MB: too long to edit here; choose a file to replace it.', { exact: true })
      .waitFor();
    expect(await longestPause(page)).toBeLessThan(PAUSE_MAX_MILLISECONDS);
    await page.getByRole('button', { name: 'Save content' }).click();
    await untilSaved(flags);
    const sent = piecesOf(world).map(({ piece }) => piece);
    expect(sha256(sent.join(''))).toBe(sha256(`BEGIN;\n${TEXT}COMMIT;\n`));
    await page.close();
  }, 120_000);
});

test('a short text is pasted into the field, and can be taken back', async () => {
  const { page } = await open(worldOf(DRAFT));
  await openEditor(page);
  const field = page.getByRole('textbox', { name: 'SQL', exact: true });
  await field.fill('SELECT 1;');

  await paste(page, ' SELECT 2;');

  expect(await field.inputValue()).toBe('SELECT 1; SELECT 2;');
  await field.press('Control+Z');
  expect(await field.inputValue()).toBe('SELECT 1;');
  await page.close();
});

describe('a script of 5 MB in review', () => {
  test('is read on, and to its end, without a long pause', async () => {
    const world = worldOf(REVIEW, {
      answer: ({ name, payload }) =>
        name === 'text.get' ? answered(pieceAt(Number(payload['offset']))) : undefined,
    });
    const { page } = await open(world);
    const text = page.getByLabel(`Text of ${NAME}`);
    const shown = async (): Promise<string> => (await text.textContent()) ?? '';

    await page.getByRole('button', { name: `Show ${NAME}` }).click();
    await text.waitFor();
    const atFirst = (await shown()).length;
    await page.getByRole('button', { name: `Show more of ${NAME}` }).click();
    await waitFor('more of the text', async () => (await shown()).length > atFirst || undefined);
    await page.getByRole('button', { name: `Show the rest of ${NAME}` }).click();
    await page
      .getByRole('button', { name: `Show the rest of ${NAME}` })
      .waitFor({ state: 'detached', timeout: 60_000 });

    expect(sha256(await shown())).toBe(sha256(TEXT));
    const offsets = world.calls.filter(({ name }) => name === 'text.get');
    expect(offsets.length).toBe(Math.ceil(TEXT.length / PIECE_MAX_CHARS));
    await text.press('End');
    await page.evaluate('new Promise((settle) => requestAnimationFrame(() => settle()))');
    expect(await longestPause(page)).toBeLessThan(PAUSE_MAX_MILLISECONDS);
    await page.close();
  }, 120_000);
});

function pieceAt(offset: number) {
  const end = offset + PIECE_MAX_CHARS;
  return {
    kind: 'piece',
    text: TEXT.slice(offset, end),
    nextOffset: end < TEXT.length ? end : null,
  };
}

const piecesOf = ({ calls }: PageWorld) =>
  calls.filter(({ name }) => name === 'text.put').map(({ payload }) => payload);

const untilSaved = (flags: readonly string[]): Promise<unknown> =>
  waitFor('“Content saved”', () => Promise.resolve(flags.includes('Content saved') || undefined));
