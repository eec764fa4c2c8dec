import { describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { textBlocks, textDigest, textPieces } from '../../static/release-panel/src/text-pieces';

/** Half of a character that UTF-16 writes in two. */
const HALF = /\p{Surrogate}/u;

const texts = fc.string({ unit: 'grapheme-composite', maxLength: 200 });

describe('a text that is sent in pieces', () => {
  test('is the same text when the pieces are joined, and no piece is too long', () => {
    fc.assert(
      fc.property(texts, fc.integer({ min: 2, max: 20 }), (text, longest) => {
        const pieces = textPieces(text, longest);

        expect(pieces.join('')).toBe(text);
        expect(pieces.every((piece) => piece.length >= 1 && piece.length <= longest)).toBe(true);
      }),
    );
  });

  test('never has a character cut in two', () => {
    expect(textPieces('ab😀cd', 3)).toEqual(['ab', '😀c', 'd']);
    fc.assert(
      fc.property(texts, fc.integer({ min: 2, max: 9 }), (text, longest) => {
        expect(textPieces(text, longest).filter((piece) => HALF.test(piece))).toEqual([]);
      }),
    );
  });

  test('has no piece when it is empty', () => {
    expect(textPieces('', 10)).toEqual([]);
  });

  test('is named by the SHA-256 of its UTF-8 bytes, as the app names it', async () => {
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        expect(await textDigest(text)).toEqual({
          sha256: createHash('sha256').update(text).digest('hex'),
          bytes: Buffer.byteLength(text),
        });
      }),
    );
  });
});

describe('a text that is shown in blocks', () => {
  const lines = fc.array(texts, { maxLength: 20 }).map((all) => all.join('\n'));

  test('is the same text when the blocks are joined, and no block is too long or has half a character', () => {
    fc.assert(
      fc.property(lines, fc.integer({ min: 2, max: 200 }), (text, longest) => {
        const blocks = textBlocks(text, longest);

        expect(blocks.join('')).toBe(text);
        expect(blocks.every((block) => block.length >= 1 && block.length <= longest)).toBe(true);
        expect(blocks.filter((block) => HALF.test(block))).toEqual([]);
      }),
    );
  });

  test('is cut behind a line end where there is one in reach, and inside a longer line elsewhere', () => {
    expect(textBlocks('one\ntwo\nthree four\n5', 8)).toEqual(['one\ntwo\n', 'three fo', 'ur\n5']);
  });

  test('keeps all its blocks but the last when it grows at its end', () => {
    fc.assert(
      fc.property(lines, lines, fc.integer({ min: 2, max: 200 }), (text, more, longest) => {
        const kept = textBlocks(text, longest).slice(0, -1);

        expect(textBlocks(text + more, longest).slice(0, kept.length)).toEqual(kept);
      }),
    );
  });
});
