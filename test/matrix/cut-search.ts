/** `npm run cut-matrix`: every operation under every cut, 25 times; `-- --runs 100 --from 1` as often and from that seed. */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { cutTable, playCells } from './support/cut-cells';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '25' },
    from: { type: 'string', default: '1' },
    'at-once': { type: 'string', default: '24' },
  },
});

void playCells({
  runs: Number(values.runs),
  from: Number(values.from),
  atOnce: Number(values['at-once']),
}).then((cells) => {
  console.log(cutTable(cells));
  const found = cells.flatMap(({ op, cut, violations }) =>
    violations.map((why) => `${op}, ${cut}: ${why}`),
  );
  for (const violation of found) console.error(violation);
  process.exitCode = found.length === 0 ? 0 : 1;
});
