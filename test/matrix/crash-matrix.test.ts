/** The agent is killed with -9, as often as two cores allow. `npm run crash-matrix -- --full` takes every point alone. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ACTS } from '#core/act-chain';
import { STATES } from '../../agent/act';
import { BOUNDARIES, IDLE } from './support/boundaries';
import { actsText, crashTable, playPoints } from './support/crash-cells';
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
    crashes = await playPoints(place, { full: false, seed: 1, atOnce: 8 });
    process.stderr.write(`${crashTable(crashes.rows)}\n${actsText(crashes.acts)}\n`);
  }, 900_000);
  afterAll(() => place.close(), 30_000);

  /** Whether some life has passed points of the call on these sides. */
  const passes = (call: string, sides: readonly string[]): boolean =>
    sides.every((side) =>
      [...crashes.passed].some((point) => {
        const [, name, ...words] = point.split(' ');
        return name === call && words.includes(side);
      }),
    );

  test(`at ${String(POINTS_MIN)} points and more ends each release as if nobody had died, or asks where nobody can know [S0-85]`, () => {
    expect(crashes.violations).toEqual([]);
    expect(crashes.points).toBeGreaterThanOrEqual(POINTS_MIN);
  });

  test('has told each act that a target knows of, of every kind that there is, and no other [S0-41]', () => {
    expect(crashes.violations.filter((why) => /the audit|its target/.test(why))).toEqual([]);
    expect(new Set(crashes.acts.matched)).toEqual(new Set(ACTS));
    expect(crashes.acts.matched.length).toBeGreaterThan(crashes.points);
  });

  test.each([
    ...['SQL, postgresql', 'SQL, mysql', 'CONFIG', 'CODE', 'CODE, broken', 'VERIFY', 'ROLLBACK'],
  ])(
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

  test('has points at whatever its ports can do, but for what leaves nothing behind', () => {
    const ports = new Set([...crashes.offered].map((call) => call.split('.')[0]));
    expect([...ports].sort()).toEqual(Object.values(BOUNDARIES).flat().sort());
    expect([...crashes.offered].filter((call) => !passes(call, ['before', 'after']))).toEqual([]);
    const effects = ['host', 'centre'].flatMap((port) =>
      [...crashes.offered].filter((call) => call.startsWith(`${port}.`)),
    );
    expect(
      [...effects, 'database.run'].filter((call) => !passes(call, ['before', 'during', 'after'])),
    ).toEqual([]);
  });

  test('has points at every intent that it writes down', () => {
    const passed = (act: string, side: string): boolean =>
      [...crashes.passed].some((point) => point.includes(` journal.writeIntent ${act} ${side} #`));
    expect(
      Object.keys(STATES).filter((act) => !passed(act, 'before') || !passed(act, 'after')),
    ).toEqual([]);
  });

  test('writes nothing where it only reads its journal', () => {
    expect(IDLE.journal.filter((call) => passes(`journal.${call}`, ['before']))).toEqual([]);
  });

  test('asks people only about statements that no transaction undoes', () => {
    const asking = crashes.rows.filter(({ questions }) => questions > 0).map(({ kind }) => kind);
    expect(asking.filter((kind) => !kind.startsWith('SQL'))).toEqual([]);
    expect(asking).not.toEqual([]);
  });
});
