import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { plainText } from '#core/plain-text';

describe('text from machines', () => {
  test.each([
    ['\u001b[31mred\u001b[0m', 'red'],
    ['\u001b[1;32;40mok\u001b[K', 'ok'],
    ['\u009b31mred', 'red'],
    ['\u001b]0;a title\u0007text', 'text'],
    ['\u001b]8;;https://evil.example\u001b\\link', 'link'],
    ['a\tb\r\nc', 'a b  c'],
    ['user \u202etxt.exe', 'user  txt.exe'],
    ['\u061c\u2066x\u2069\u200f', '  x  '],
    ['one\u2028two', 'one two'],
    ['half \ud83d', 'half \ufffd'],
    ['版本 é 😀 [31m', '版本 é 😀 [31m'],
  ])('%j reads as %j', (text, plain) => {
    expect(plainText(text)).toBe(plain);
  });

  test('holds nothing that moves a cursor or turns writing around, whatever it was', () => {
    const unit = fc.oneof(
      fc.constantFrom(
        '\u001b',
        '[',
        '\u009b',
        ']',
        '\u0007',
        '\u202e',
        '\u2066',
        '\u200f',
        '\r',
        '31m',
      ),
      fc.string({ unit: 'binary', maxLength: 3 }),
    );
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 30 }), (pieces) => {
        expect(plainText(pieces.join(''))).not.toMatch(
          /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]|\p{Surrogate}/u,
        );
      }),
      { numRuns: 2_000 },
    );
  });
});
