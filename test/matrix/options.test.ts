import { describe, expect, test } from '@jest/globals';
import { readOptions } from './support/options';

const read = (...words: string[]) =>
  readOptions('cut-matrix', { numbers: ['runs'], texts: ['only'] }, words);

describe('what a matrix is asked for', () => {
  test('is a size, numbers and texts', () => {
    expect(read('--full', '--runs', '3', '--only=host.stage')).toEqual({
      full: true,
      numbers: { runs: 3 },
      texts: { only: 'host.stage' },
    });
    expect(read()).toEqual({ full: false, numbers: {}, texts: {} });
  });

  test.each([
    [['--runs', '0'], 'cut-matrix: --runs takes a whole number from 1 on, not "0".'],
    [['--runs'], 'cut-matrix: --runs takes a whole number from 1 on, not "".'],
    [['--only', ''], 'cut-matrix: --only takes a text, not "".'],
    [
      ['--fast'],
      'cut-matrix: there is no "--fast"; it takes --full, --runs <number>, --only <text>.',
    ],
    [['fast'], 'cut-matrix: there is no "fast"; it takes --full, --runs <number>, --only <text>.'],
  ])('is refused in one sentence where it is %p', (words, problem) => {
    expect(read(...words)).toEqual({ problem });
  });
});
