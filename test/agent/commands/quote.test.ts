import { describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { commandLine } from '../../../agent/commands/quote';

/** The words as a real shell splits the line; NUL stands between them. */
function wordsSeenBy(shell: string, words: readonly string[]): readonly string[] {
  const line = commandLine(['printf', '%s\\0', ...words]);
  const { stdout, stderr } = spawnSync(shell, ['-c', line], { encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout.split('\0').slice(0, -1);
}

const HOSTILE = [
  "'; touch /tmp/canary; '",
  '$(touch /tmp/canary)',
  '`touch /tmp/canary`',
  '-rf',
  '--',
  '~root',
  '*',
  'a b\tc',
  'line\nbreak',
  'line\rreturn',
  '\\',
  "\\'",
  '"',
  "'",
  "''",
  '',
  '!history',
  '#comment',
  '${IFS}',
  '&& false',
  '| sh',
  '> /tmp/canary',
  '\u202e\u0007\u001b[31m',
  '版本 1.0',
  '\ud83d\ude80',
];

describe('commandLine', () => {
  test.each(['sh', 'bash'])('gives %s back each hostile word as it was', (shell) => {
    expect(wordsSeenBy(shell, HOSTILE)).toEqual(HOSTILE);
  });

  test('is split by a real shell into exactly its words, whatever they hold', () => {
    const word = fc
      .oneof(
        fc.string({ unit: 'grapheme' }),
        fc
          .array(
            fc.constantFrom(
              "'",
              '"',
              '\\',
              '$',
              '`',
              ';',
              '&',
              '|',
              '<',
              '>',
              '(',
              ')',
              '{',
              '*',
              '?',
              '!',
              '#',
              '~',
              ' ',
              '\n',
              '\t',
              '-',
              '=',
              '%',
            ),
            { maxLength: 12 },
          )
          .map((parts) => parts.join('')),
      )
      .filter((text) => !text.includes('\0'));
    const property = fc.property(fc.array(word, { minLength: 1, maxLength: 40 }), (words) => {
      expect(wordsSeenBy('sh', words)).toEqual(words);
    });

    fc.assert(property, { numRuns: 60 });
  });

  test('refuses NUL, which no word can hold', () => {
    expect(() => commandLine(['a\0b'])).toThrow('holds NUL');
  });
});
