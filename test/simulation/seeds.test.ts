/** Many storms: whatever is lost, late, doubled, killed or frozen, no invariant breaks. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { buildSearch } from './run-search';
import type { BuiltSearch } from './run-search';

/** About a minute's worth; `npm run simulate -- --seeds 200000` searches on. */
const SEEDS = 1_500;

/** On one core, as fast as the one the figure was set for. */
const SEEDS_PER_SECOND = 30;
const USUAL_VERIFICATION_MICROSECONDS = 140;

/** What the storms together must have seen, so that a quiet simulation is no proof. */
const MUST_HAPPEN = [
  ...['agent crashed', 'agent frozen', 'takeover', 'fence refused', 'act killed on a host'],
  ...['line broken', 'connection refused', 'host cut off', 'function killed', 'event lost'],
  ...['conflict in the store', 'status dragged', 'settings changed', 'claim forged'],
  ...['verified', 'code-failed', 'not-verified', 'outcome-unknown', 'answered', 'retried'],
  ...['approved', 'rejected', 'approvals-stale', 'promoted', 'completed', 'iterated', 'aborted'],
  ...['script-rejected', 'sql-succeeded', 'sql-failed', 'statement ran', 'config-confirmed'],
  ...['statement ran outside a transaction', 'rolled-back', 'rollback-failed'],
  ...['config-applied', 'namespace apply', 'namespace restore'],
  ...['move-undone', 'stage on a host', 'activate on a host', 'start on a host'],
];

let search: BuiltSearch;
beforeAll(() => {
  search = buildSearch();
});
afterAll(() => search.remove());

test(`${SEEDS} seeds hold I1, I4, I6, I7, I10 to I13, I21, I23 and I24`, async () => {
  const { violations, counts, seconds, cpuSeconds } = await search.run('--seeds', String(SEEDS));

  const yardstick = verificationMicroseconds();
  const [byClock, byCore] = [SEEDS / seconds, SEEDS / cpuSeconds];
  const onUsualCore = byCore * Math.max(1, yardstick / USUAL_VERIFICATION_MICROSECONDS);
  process.stderr.write(
    `${byClock.toFixed(1)} seeds/s by the clock, ${byCore.toFixed(1)} per second of processor time; ` +
      `an Ed25519 verification took ${yardstick.toFixed(0)} µs, so ${onUsualCore.toFixed(1)} on a usual core\n`,
  );
  expect(violations.map(({ story }) => story).join('\n')).toBe('');
  expect(onUsualCore).toBeGreaterThanOrEqual(SEEDS_PER_SECOND);
  expect(MUST_HAPPEN.filter((what) => counts[what] === undefined)).toEqual([]);
}, 900_000);

/** What one verification takes on this machine now: shared machines are twice as slow at times. */
function verificationMicroseconds(): number {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const text = Buffer.from('yardstick');
  const signature = sign(null, text, privateKey);
  const began = performance.now();
  for (let time = 0; time < 2_000; time += 1) verify(null, text, publicKey, signature);
  return (performance.now() - began) / 2;
}

test('the same seeds leave the same trace, in another process as well', async () => {
  const first = await search.run('--seeds', '40', '--from', '25');
  const second = await search.run('--seeds', '40', '--from', '25');
  const other = await search.run('--seeds', '40', '--from', '26');

  expect(second.digest).toBe(first.digest);
  expect(second.steps).toBe(first.steps);
  expect(other.digest).not.toBe(first.digest);
}, 120_000);
