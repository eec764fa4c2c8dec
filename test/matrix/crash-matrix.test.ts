/** The agent is killed with -9, as often as two cores allow. `npm run crash-matrix -- --full` takes every point alone. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { crashTable, playPoints } from './support/crash-cells';
import type { Crashes } from './support/crash-cells';
import { openCrashPlace } from './support/crash-place';
import type { CrashPlace } from './support/crash-place';

/** By the figures of the design. */
const POINTS_MIN = 150;

describe('an agent that is killed', () => {
  let place: CrashPlace;
  let crashes: Crashes;
  beforeAll(async () => {
    place = await openCrashPlace();
    crashes = await playPoints(place, { full: false, seed: 1, atOnce: 6 });
    process.stderr.write(`${crashTable(crashes.rows)}\n`);
  }, 900_000);
  afterAll(() => place.close(), 30_000);

  test(`at ${String(POINTS_MIN)} points and more ends each release as if nobody had died, or asks where nobody can know [S0-85]`, () => {
    expect(crashes.violations).toEqual([]);
    expect(crashes.points).toBeGreaterThanOrEqual(POINTS_MIN);
  });

  test.each(['SQL, postgresql', 'SQL, mysql', 'CONFIG', 'CODE', 'VERIFY', 'ROLLBACK'])(
    'at points of %s, and again while it recovers, leaves nothing for people to repair',
    (kind) => {
      const rows = crashes.rows.filter((row) => row.kind === kind);
      expect(rows.map(({ repairs }) => repairs)).toEqual(rows.map(() => 0));
      const points = (found: typeof rows): number =>
        found.reduce((sum, { seconds }) => sum + seconds.length, 0);
      expect(points(rows)).toBeGreaterThan(6);
      expect(points(rows.filter(({ boundary }) => boundary.startsWith('again')))).toBeGreaterThan(
        0,
      );
    },
  );

  test('asks people only about statements that no transaction undoes', () => {
    const asking = crashes.rows.filter(({ questions }) => questions > 0).map(({ kind }) => kind);
    expect(asking.filter((kind) => !kind.startsWith('SQL'))).toEqual([]);
    expect(asking).not.toEqual([]);
  });
});
