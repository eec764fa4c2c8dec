/** What the simulator believes that people have called done. */
import { expect, test } from '@jest/globals';
import type { ReleaseEvent } from '#core/release-event';
import type { LedgerRow } from '../../agent/sql/database';
import { watchCalledDone } from './called-done';

const ROW: LedgerRow = {
  ...{
    scope: 'database.orders',
    release: '10101',
    script: 'script-2',
    scriptDigest: 'a'.repeat(64),
  },
  ...{ number: 2, statementDigest: 'b'.repeat(64), job: '10101.3', fence: 4 },
  ...{ state: 'intent', atomic: false },
};

const asked = (number: number): ReleaseEvent => ({
  type: 'outcome-unknown',
  job: ROW.job,
  question: `Known: the agent began statement ${number} of 3 (line 2: CREATE INDEX) of script Script 2.\nNot known: whether it has happened.\nChoices: done says that this statement has happened, and runs what comes after it (1).`,
});

const answered: ReleaseEvent = {
  ...{ type: 'answered', by: 'dba', job: ROW.job, answer: 'done' },
};

test.each([
  ['the one in doubt is called done', 2, [2]],
  ['another one than that in doubt is not believed', 3, []],
])('a question that names %s', (_, named, believed) => {
  const question = asked(named);
  const watch = watchCalledDone({ eventsOf: () => [question, answered] });

  watch.written(ROW, 'SIT');

  expect(watch.of(ROW.release).map(({ number }) => number)).toEqual(believed);
  expect(watch.namesAnother(question)).toBe(named !== ROW.number);
});
