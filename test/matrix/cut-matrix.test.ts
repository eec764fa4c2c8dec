/** The line between agent and app is cut: every operation, every cut, twice. `npm run cut-matrix -- --full` cuts 25 times. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { CI_RUNS, cutTable, OPERATIONS, playCells } from './support/cut-cells';
import type { Cell } from './support/cut-cells';

describe('a line that is cut', () => {
  let cells: readonly Cell[] = [];
  beforeAll(async () => {
    cells = await playCells({ runs: CI_RUNS, from: 1, atOnce: 16 });
    process.stderr.write(`${cutTable(cells)}\n`);
  }, 900_000);

  test.each(OPERATIONS)(
    'at %s leaves the release as it is without a cut: each effect, comment and transition once',
    (op) => {
      const row = cells.filter((cell) => cell.op === op);
      expect(row.map(({ seconds }) => seconds.length)).toEqual([2, 2, 2, 2, 2]);
      expect(
        row.flatMap(({ cut, violations }) => violations.map((why) => `${cut} ${why}`)),
      ).toEqual([]);
    },
  );

  test('raises the fence once for a claim that reaches the app once more', () => {
    const again = cells.filter(({ op, cut }) => op === 'claim' && cut !== 'before');
    expect(
      again.filter(({ repeatedClaims }) => repeatedClaims < CI_RUNS).map(({ cut }) => cut),
    ).toEqual([]);
    expect(again.flatMap(({ violations }) => violations)).toEqual([]);
  });
});
