/**
 * `npm run crash-matrix`: kill -9 at the points of CI; `-- --full` at every point, each in a release of its own;
 * `--only host.stage` with it at those, `--seed 2` at other points than CI's.
 */
import process from 'node:process';
import { actsText, crashTable, playPoints } from './support/crash-cells';
import { openCrashPlace } from './support/crash-place';
import { readOptions } from './support/options';

async function main(): Promise<number> {
  const known = { numbers: ['seed', 'at-once'], texts: ['only'] };
  const options = readOptions('crash-matrix', known, process.argv.slice(2));
  if ('problem' in options) {
    console.error(options.problem);
    return 2;
  }
  const { seed = 1, 'at-once': atOnce = 8 } = options.numbers;
  const { only } = options.texts;
  const from = performance.now();
  const place = await openCrashPlace();
  try {
    const { rows, points, violations, missed, acts } = await playPoints(place, {
      ...{ full: options.full || only !== undefined, seed, atOnce, ...(only && { only }) },
      // Apart from the table, and at once: all of it takes minutes.
      tell: (line) => console.error(line),
    });
    console.log(crashTable(rows));
    console.log(actsText(acts));
    for (const point of missed) console.log(`not passed this time: ${point}`);
    for (const violation of violations) console.error(violation);
    const questions = rows.reduce((sum, row) => sum + row.questions, 0);
    const repairs = rows.reduce((sum, row) => sum + row.repairs, 0);
    const took = Math.round((performance.now() - from) / 1_000);
    console.log(
      `${String(points)} points, ${String(questions)} questions, ${String(repairs)} repairs, ${String(took)} s`,
    );
    const failed = Math.max(repairs, violations.length > 0 ? 1 : 0);
    console.log(`crash-matrix: ${String(points - repairs)} passed, ${String(failed)} failed`);
    return failed === 0 ? 0 : 1;
  } finally {
    await place.close();
  }
}

void main().then((code) => {
  process.exitCode = code;
});
