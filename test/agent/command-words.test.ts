/** What the agent's command line refuses, and in which words. */
import { describe, expect, test } from '@jest/globals';
import { readCommandLine } from '../../agent/cli/command-line';

describe('the words of a command line', () => {
  test('are a command with its options, wherever they stand', () => {
    expect(readCommandLine(['--config', 'a.yml', 'logs', '--job', '10001.8'])).toMatchObject({
      kind: 'command',
      command: 'logs',
      values: { config: 'a.yml', job: '10001.8', lines: '200', follow: false },
    });
    expect(readCommandLine(['secret', 'set', 'shop-db'])).toMatchObject({
      command: 'secret',
      words: ['set', 'shop-db'],
    });
    expect(readCommandLine(['run', '--help'])).toEqual({ kind: 'help' });
  });

  test.each([
    [[], 'A command is missing.'],
    [['dance'], 'There is no command "dance".'],
    [['constructor'], 'There is no command "constructor".'],
    [['run', 'now'], 'run takes no word, and "now" is given.'],
    [['trust'], 'trust takes one host, and none is given.'],
    [['trust', ''], 'trust takes one host, and "" is given.'],
    [['trust', 'a', 'b'], 'trust takes one host, and "a b" is given.'],
    [['secret', 'drop', 'x'], 'secret takes "set <name>" or "list", and "drop x" is given.'],
    [['verify-audit'], 'verify-audit takes one file, and none is given.'],
    [['run', '--code', 'x'], 'run knows no option --code.'],
    [['logs', '--job', '1', '--job', '2'], '--job stands there 2 times; it may stand once.'],
    [['status', '--config='], '--config is empty; give it a value.'],
    [['dance\nhere'], 'There is no command "dance\\nhere".'],
  ])('%j are refused: %s', (words, sentence) => {
    expect(readCommandLine(words)).toEqual({ kind: 'wrong', sentence });
  });

  test('that Node.js itself refuses are refused in its words', () => {
    expect(readCommandLine(['run', '--colour'])).toMatchObject({
      kind: 'wrong',
      sentence: expect.stringContaining('--colour'),
    });
  });
});
