import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startStand } from '../scenarios/support/stand';
import type { Stand } from '../scenarios/support/stand';

const CALLS = 60;

/** A function of the real bundle, warm, with all that it reads of Jira and the store. */
const MEDIAN_MILLISECONDS = 50;

let stand: Stand;
beforeAll(async () => {
  stand = await startStand('warm-call');
}, 300_000);
afterAll(() => stand.stop(), 60_000);

test(`a warm call of the real bundle takes at most ${MEDIAN_MILLISECONDS} ms, median of ${CALLS}`, async () => {
  const issueKey = await stand.ready('1.0.0');
  const jira = stand.as('leader');
  const look = () => jira.invoke({ module: 'release-panel', name: 'release.show', issueKey });
  await look();

  const times: number[] = [];
  for (let call = 0; call < CALLS; call += 1) {
    const began = performance.now();
    await look();
    times.push(performance.now() - began);
  }
  const median = times.sort((left, right) => left - right)[CALLS / 2] ?? Infinity;
  process.stderr.write(`warm call of the panel: median ${median.toFixed(1)} ms\n`);
  expect(median).toBeLessThanOrEqual(MEDIAN_MILLISECONDS);
}, 120_000);
