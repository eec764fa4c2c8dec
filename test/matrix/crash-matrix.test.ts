/** The agent is killed with -9: a third of all points, chosen by a seed. `npm run crash-matrix` takes all of them. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { crashTable, playPoints } from './support/crash-cells';
import type { Kind } from './support/crash-cells';
import { openCrashPlace } from './support/crash-place';
import type { CrashPlace } from './support/crash-place';

describe('an agent that is killed', () => {
  let place: CrashPlace;
  let kinds: readonly Kind[] = [];
  beforeAll(async () => {
    place = await openCrashPlace();
    kinds = await playPoints(place, { oneOf: 3, seed: 1, atOnce: 3 });
    console.log(crashTable(kinds));
  }, 900_000);
  afterAll(() => place.close(), 30_000);

  test.each(['SQL, postgresql', 'SQL, mysql', 'CONFIG', 'CODE', 'VERIFY', 'ROLLBACK'])(
    'at points of %s: its next life ends the release as if nobody had died, or asks where nobody can know',
    (name) => {
      const kind = kinds.find((candidate) => candidate.name === name);
      expect(kind?.violations).toEqual([]);
      expect(kind?.seconds.length).toBeGreaterThan(4);
    },
  );

  test('asks people only about statements that no transaction undoes', () => {
    const asking = kinds.filter(({ questions }) => questions > 0).map(({ name }) => name);
    expect(asking.filter((name) => !name.startsWith('SQL'))).toEqual([]);
    expect(asking).not.toEqual([]);
  });
});
