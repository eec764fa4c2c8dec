/**
 * `npm run cut-matrix`: every operation under every cut, as often as in CI; `-- --full` 25 times, `--runs 100 --from 1`
 * as often and from that seed.
 */
import process from 'node:process';
import { CI_RUNS, cutTable, FULL_RUNS, playCells } from './support/cut-cells';
import { readOptions } from './support/options';

async function main(): Promise<number> {
  const numbers = ['runs', 'from', 'at-once'];
  const options = readOptions('cut-matrix', { numbers }, process.argv.slice(2));
  if ('problem' in options) {
    console.error(options.problem);
    return 2;
  }
  const { runs, from = 1, 'at-once': atOnce = 16 } = options.numbers;
  const began = performance.now();
  const cells = await playCells({
    ...{ runs: runs ?? (options.full ? FULL_RUNS : CI_RUNS), from, atOnce },
    // Apart from the table, and at once: all of it takes minutes.
    tell: (line) => console.error(line),
  });
  console.log(cutTable(cells));
  const played = cells.reduce((sum, { seconds }) => sum + seconds.length, 0);
  const failed = cells.reduce((sum, cell) => sum + cell.failed, 0);
  const took = Math.round((performance.now() - began) / 1_000);
  console.log(`${String(cells.length)} cells, ${String(took)} s`);
  console.log(`cut-matrix: ${String(played - failed)} passed, ${String(failed)} failed`);
  return failed === 0 ? 0 : 1;
}

void main().then((code) => {
  process.exitCode = code;
});
