import { describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { JiraClient, PageCall } from '../../demo/jira-client';
import { putText } from '../../demo/texts';

const Piece = z.object({
  sha256: z.string(),
  index: z.number(),
  count: z.number(),
  piece: z.string(),
});

/** What a page would have received. */
async function piecesOf(text: string) {
  const calls: PageCall[] = [];
  const jira: JiraClient = {
    request: () => Promise.reject(new Error('No request is needed to store a text.')),
    accountId: () => Promise.resolve('account-dev'),
    invoke: (call) => {
      calls.push(call);
      return Promise.resolve({ kind: 'done' });
    },
  };
  const stored = await putText(jira, 'REL-1', text);
  return { stored, pieces: calls.map(({ payload }) => Piece.parse(payload)) };
}

describe('a text that goes to the app', () => {
  test.each([
    ['a short one', 'SELECT 1;'],
    ['one of exactly two pieces', 'x'.repeat(200_000)],
    [
      'one with a smiley across the edge of a piece',
      `${'x'.repeat(99_999)}😀${'y'.repeat(100_000)}`,
    ],
    ['one of five megabytes', 'ä'.repeat(2_621_440)],
  ])('arrives whole: %s', async (_name, text) => {
    const { stored, pieces } = await piecesOf(text);

    expect(pieces.map(({ piece }) => piece).join('') === text).toBe(true);
    expect(pieces.map(({ index }) => index)).toEqual(pieces.map((_piece, at) => at));
    expect(new Set(pieces.map(({ count }) => count))).toEqual(new Set([pieces.length]));
    expect(stored).toEqual({
      sha256: createHash('sha256').update(text).digest('hex'),
      bytes: Buffer.byteLength(text),
    });
  });

  test('is cut where no character is torn apart', async () => {
    const { pieces } = await piecesOf(`${'x'.repeat(99_999)}😀`);

    expect(pieces.map(({ piece }) => piece.length)).toEqual([99_999, 2]);
    expect(pieces.every(({ piece }) => Buffer.from(piece).toString() === piece)).toBe(true);
  });
});
