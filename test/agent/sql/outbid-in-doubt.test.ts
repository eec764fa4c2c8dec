/** A database that has seen a higher fence by the time that a lost session is opened again. */
import { expect, test } from '@jest/globals';
import type { Database, Databases, LedgerRow } from '../../../agent/sql/database';
import type { DatabaseRule } from '../../../agent/sql/database-rule';
import { runTestScripts, statementsTold } from '../support/script-world';
import { createVirtualClock } from '../support/virtual-clock';

const RULE: DatabaseRule = {
  ...{ id: 'orders', environments: ['SIT'], engine: 'postgresql', host: 'db', port: 5432 },
  ...{ database: 'orders', user: 'release', passwordFile: '/none' },
};
const SEEN = 120;

/** Its session is lost in the procedure; somebody else raises the fence meanwhile. */
function aDatabase(): Databases {
  const rows: LedgerRow[] = [];
  let highest = 0;
  const done = <Value>(value: Value) => Promise.resolve({ kind: 'done', value } as const);
  const database: Database = {
    version: () => done('PostgreSQL 15'),
    lock: () => done({ kind: 'held' }),
    raiseFence: (_scope, fence) => {
      highest = Math.max(highest, fence);
      return done(highest);
    },
    readLedger: () => done([...rows]),
    write: (row) => {
      rows.splice(0, 1, row);
      return done(null);
    },
    isAtomic: () => done(false),
    run: async () => {
      highest = SEEN;
      return { kind: 'lost', sentence: 'The session ended.' };
    },
    set: () => done(0),
    close: () => Promise.resolve(),
  };
  return { connect: async () => ({ kind: 'connected', database }) };
}

test('is a failure that tells its fence, and the retry above it asks about the statement', async () => {
  const clock = createVirtualClock();
  const databases = aDatabase();
  const scripts = [{ id: 'p', text: 'CALL p()' }];
  const claim = (job: string, fence: number) =>
    clock.drive(runTestScripts({ rule: RULE, scripts, job, fence }, { clock, databases }));

  const refused = await claim('10001.1', 1);
  expect(refused.end).toMatchObject({
    kind: 'failed',
    failure: {
      class: 'permission',
      sentence: expect.stringMatching(
        /then retry, and Interlock goes on above 120\. Statement 1, which had begun before, may have happened; the retry asks about it\.$/,
      ),
    },
    fenceSeen: SEEN,
  });
  expect(statementsTold(refused.entries)).toEqual(['statement 1-1 unknown 1']);

  const retried = await claim('10001.2', SEEN + 1);
  expect(retried.end).toMatchObject({
    kind: 'unknown',
    question: expect.stringContaining('began statement 1 of 1'),
  });
});
