import { expect, test } from '@jest/globals';
import { sharesOf } from '../fuzz/agent-inputs';
import { fuzzOverHttp } from '../fuzz/over-http';

const INPUTS = 500;

test(`the agent’s trigger at its address takes ${INPUTS} inputs, 2,000 by npm run fuzz, without a crash, a 5xx or a byte changed by a stranger`, async () => {
  const rows = await fuzzOverHttp(INPUTS);

  const { spoiled, anything, signed } = sharesOf(INPUTS);
  expect(rows.map(({ inputs }) => inputs)).toEqual([spoiled, anything, signed]);
  expect(rows.flatMap(({ findings }) => findings)).toEqual([]);
  expect(rows.slice(0, 2).map(({ answers }) => answers)).toEqual([
    { 401: spoiled },
    { 401: anything },
  ]);
  // The others are answers to an agent: it was let in.
  expect(Object.keys(rows[2]?.answers ?? {})).toEqual(expect.arrayContaining(['200', '400']));
}, 420_000);
