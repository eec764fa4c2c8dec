import { describe, expect, test } from '@jest/globals';
import { compareActs } from './support/compare-acts';
import type { ToldAct } from './support/compare-acts';

const ACT: ToldAct = {
  job: '10001.1',
  place: 'web1',
  what: 'activate',
  fence: 2,
  of: '1.1.0 abc',
  result: 'done',
};
const STATEMENT: ToldAct = { ...ACT, place: 's', what: 'statement', of: 'abc 4' };
const NAME = 'activate of 1.1.0 abc at web1 by fence 2 of job 10001.1';
const STATEMENT_NAME = 'statement of abc 4 at s by fence 2 of job 10001.1';

/** The job was claimed again after what ACT tells. */
const TAKEN = new Map([['10001.1', 3]]);

describe('acts of an audit and of its targets', () => {
  test('that are the same ones, each once, match', () => {
    expect(compareActs([ACT, STATEMENT], [STATEMENT, ACT], TAKEN)).toEqual({
      faults: [],
      matched: ['activate', 'statement'],
      endless: [],
    });
  });

  test.each([
    ['told twice', [ACT, ACT], [ACT], `the audit tells twice: ${NAME}`],
    ['at the target twice', [ACT], [ACT, ACT], `its target has twice: ${NAME}`],
    ['not told', [], [ACT], `no act of the audit tells: ${NAME}, done`],
    ['invented', [ACT], [], `the audit has as done, its target not: ${NAME}`],
    [
      'told as another end',
      [{ ...ACT, result: 'not-done' } as const],
      [ACT],
      `the audit has as not-done, its target done: ${NAME}`,
    ],
    [
      'a statement that was asked about and that no row has',
      [{ ...STATEMENT, result: 'unknown' } as const],
      [],
      `the audit has as unknown, its target not: ${STATEMENT_NAME}`,
    ],
    [
      'a statement that was left in doubt without a word',
      [],
      [{ ...STATEMENT, result: 'begun' } as const],
      `no act of the audit tells: ${STATEMENT_NAME}, begun`,
    ],
  ])('are found where one is %s', (_, told, deeds, fault) => {
    expect(compareActs(told, deeds, TAKEN).faults).toEqual([fault]);
  });

  test('may be told once more with the end that was found, where nobody knew it before', () => {
    const unknown: ToldAct = { ...ACT, result: 'unknown' };
    const found: ToldAct = { ...ACT, found: true };
    expect(compareActs([unknown, found], [ACT], TAKEN)).toMatchObject({
      faults: [],
      matched: ['activate'],
    });

    const twice = [`the audit tells twice: ${NAME}`];
    expect(compareActs([unknown, found, found], [ACT], TAKEN).faults).toEqual(twice);
    expect(compareActs([unknown, ACT], [ACT], TAKEN).faults).toEqual(twice);
  });

  test('may be told without an end where another claim followed, and the target knows of none', () => {
    const told: ToldAct = { ...ACT, result: 'unknown' };
    expect(compareActs([told], [], TAKEN)).toMatchObject({ faults: [], endless: [NAME] });

    const last: ToldAct = { ...told, fence: 3 };
    const words = NAME.replace('fence 2', 'fence 3');
    expect(compareActs([last], [], TAKEN).faults).toEqual([
      `the audit has as unknown, its target not: ${words}`,
    ]);
    expect(compareActs([told], [ACT], TAKEN).faults).toEqual([
      `the audit has as unknown, its target done: ${NAME}`,
    ]);
  });

  test('are found where the target alone has one, whichever claims and whatever end followed', () => {
    const fault = `no act of the audit tells: ${NAME}, done`;
    expect(compareActs([], [ACT], TAKEN).faults).toEqual([fault]);
    const later: ToldAct = { ...ACT, what: 'start', fence: 3 };
    expect(compareActs([later], [ACT, later], TAKEN).faults).toEqual([fault]);
    expect(compareActs([], [ACT], new Map()).faults).toEqual([fault]);
  });

  test('are found where a question is told under the fence that asked, and what ran before it is not', () => {
    const before: ToldAct = { ...STATEMENT, of: 'abc 3' };
    const asked: ToldAct = { ...STATEMENT, result: 'unknown' };
    expect(compareActs([asked], [before, asked], TAKEN).faults).toEqual([
      `no act of the audit tells: ${STATEMENT_NAME.replace('abc 4', 'abc 3')}, done`,
    ]);
  });
});
