/** `npm run crash-matrix`: kill -9 at every point; `-- --one-of 3 --seed 1` at some, `--only host.stage` at those. */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { crashTable, playPoints } from './support/crash-cells';
import { openCrashPlace } from './support/crash-place';

const { values } = parseArgs({
  options: {
    'one-of': { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    'at-once': { type: 'string', default: '4' },
  },
});

async function main(): Promise<number> {
  const from = performance.now();
  const place = await openCrashPlace();
  try {
    const kinds = await playPoints(place, {
      oneOf: Number(values['one-of']),
      seed: Number(values.seed),
      atOnce: Number(values['at-once']),
      only: values.only,
      // Apart from the table, and at once: all of it takes minutes.
      tell: (line) => console.error(line),
    });
    console.log(crashTable(kinds));
    const points = kinds.reduce((sum, { seconds }) => sum + seconds.length, 0);
    const violations = kinds.flatMap((kind) => kind.violations);
    for (const { missed } of kinds) for (const point of missed) console.log(`missed: ${point}`);
    const took = Math.round((performance.now() - from) / 1_000);
    console.log(
      `${String(points)} points, ${String(violations.length)} violations, ${String(took)} s`,
    );
    for (const violation of violations) console.error(violation);
    return violations.length === 0 ? 0 : 1;
  } finally {
    await place.close();
  }
}

void main().then((code) => {
  process.exitCode = code;
});
