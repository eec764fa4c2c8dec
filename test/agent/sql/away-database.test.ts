/** A database that is away when an agent comes back to a script in whose middle it was interrupted. */
import { expect, test } from '@jest/globals';
import type { Databases } from '../../../agent/sql/database';
import type { DatabaseRule } from '../../../agent/sql/database-rule';
import { runTestScripts } from '../support/script-world';
import { createVirtualClock } from '../support/virtual-clock';

const RULE: DatabaseRule = {
  ...{ id: 'orders', environments: ['SIT'], engine: 'postgresql', host: 'db', port: 5432 },
  ...{ database: 'orders', user: 'release', passwordFile: '/none' },
};

/** Away for so many tries, then it refuses the password. */
function awayFor(tries: number) {
  let connects = 0;
  const databases: Databases = {
    connect: async () => {
      connects += 1;
      const isAway = connects <= tries;
      const failure = isAway
        ? ({ class: 'transport', sentence: 'Nobody listens there; start it.' } as const)
        : ({ class: 'permission', sentence: 'The password is wrong.' } as const);
      return { kind: 'failed', failure };
    },
  };
  return { databases, connects: () => connects };
}

async function run(tries: number, isResumed: boolean) {
  const clock = createVirtualClock();
  const { databases, connects } = awayFor(tries);
  const scripts = [{ id: 'p', text: 'CALL p()' }];
  const work = runTestScripts({ rule: RULE, scripts, isResumed }, { clock, databases });
  return { end: (await clock.drive(work)).end, connects: connects() };
}

test('is waited for, because only its ledger tells what was begun', async () => {
  expect(await run(4, true)).toEqual({
    connects: 5,
    end: { kind: 'failed', failure: { class: 'permission', sentence: 'The password is wrong.' } },
  });
});

test('that stays away leaves no doubt that a statement may have happened', async () => {
  const { end, connects } = await run(1_000, true);

  expect(connects).toBeGreaterThan(10);
  expect(end).toMatchObject({
    kind: 'failed',
    failure: {
      class: 'transport',
      sentence: expect.stringMatching(
        /^Nobody listens there; start it\. This job was interrupted before, and a statement that it had begun may have happened: retry, before/,
      ),
    },
  });
});

test('is a plain failure before anything of the job has begun', async () => {
  expect(await run(1_000, false)).toEqual({
    connects: 1,
    end: {
      kind: 'failed',
      failure: { class: 'transport', sentence: 'Nobody listens there; start it.' },
    },
  });
});
