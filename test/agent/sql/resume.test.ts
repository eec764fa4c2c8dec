import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { LedgerRow } from '../../../agent/sql/database';
import { calledDone, resumeAt } from '../../../agent/sql/resume';

const OLD_TEXT = 'old';
const NEW_TEXT = 'new';

const statementsOf = (digests: readonly string[]) =>
  digests.map((digest, index) => ({
    number: index + 1,
    line: index + 1,
    text: digest,
    words: [],
    digest,
  }));

const aRow = (
  number: number,
  statementDigest: string,
  changes: Partial<LedgerRow> = {},
): LedgerRow => ({
  scope: 's',
  release: 'r',
  script: 'x',
  scriptDigest: NEW_TEXT,
  number,
  statementDigest,
  job: 'job-1',
  fence: 1,
  state: 'done',
  atomic: false,
  ...changes,
});

const rowsOf = (text: string, digests: readonly string[]): readonly LedgerRow[] =>
  digests.map((digest, index) => aRow(index + 1, digest, { scriptDigest: text }));

const resume = (
  digests: readonly string[],
  rows: readonly LedgerRow[],
  job = 'job-2',
  answeredStatements?: readonly string[],
) => resumeAt(statementsOf(digests), rows, NEW_TEXT, { job, answeredStatements });

describe('a script goes on', () => {
  test('after the last statement that is done', () => {
    expect(resume(['a', 'b', 'c'], rowsOf(NEW_TEXT, ['a', 'b']))).toEqual({
      kind: 'go',
      done: [1, 2],
      carried: [],
    });
  });

  test('with an intent that its transaction has undone', () => {
    const rows = [...rowsOf(NEW_TEXT, ['a']), aRow(2, 'b', { state: 'intent', atomic: true })];
    expect(resume(['a', 'b'], rows)).toMatchObject({ kind: 'go', done: [1] });
  });

  test('with a question when nobody knows how an intent ended, in whatever job', () => {
    const lone = aRow(2, 'b', { state: 'intent' });
    expect(resume(['a', 'b'], [lone], 'job-1')).toEqual({ kind: 'ask', row: lone });
    expect(resume(['a', 'b'], [lone], 'job-2')).toEqual({ kind: 'ask', row: lone });
    const ofOldText = { ...lone, scriptDigest: OLD_TEXT };
    expect(resume(['a', 'c'], [ofOldText])).toEqual({ kind: 'ask', row: ofOldText });
  });

  test('with the question again in the job that asked, and past it in the job that the answer brought', () => {
    const asked = aRow(1, 'a', { state: 'asked' });
    expect(resume(['a'], [asked], 'job-1')).toEqual({ kind: 'ask', row: asked });
    // An app of yesterday does not say which questions it has.
    expect(resume(['a'], [asked], 'job-2')).toEqual({ kind: 'go', done: [], carried: [] });
  });

  test('with the question again in whatever job, where nobody has answered to the one that asked', () => {
    const asked = aRow(1, 'a', { state: 'asked' });
    expect(resume(['a'], [asked], 'job-2', [])).toEqual({ kind: 'ask', row: asked });
    expect(resume(['a'], [asked], 'job-2', ['job-0'])).toEqual({ kind: 'ask', row: asked });
    expect(resume(['a'], [asked], 'job-2', ['job-1'])).toMatchObject({ kind: 'go', done: [] });
    expect(resume(['a'], [asked], 'job-1', ['job-1'])).toEqual({ kind: 'ask', row: asked });
  });

  test('behind a statement that a person has called done, whoever asked, and only behind that one', () => {
    const asked = aRow(2, 'b', { state: 'asked', job: 'job-1' });
    const meant = aRow(2, 'b', { state: 'intent', job: 'job-1' });
    const undone = aRow(2, 'b', { state: 'intent', atomic: true, job: 'job-1' });
    const failed = aRow(2, 'b', { state: 'failed', job: 'job-1' });
    const called = (row: LedgerRow) => calledDone([aRow(1, 'a'), row], ['job-1']);

    expect(called(asked)).toEqual([{ ...asked, state: 'done' }]);
    expect(called(meant)).toEqual([{ ...meant, state: 'done' }]);
    expect(called({ ...asked, job: 'job-0' })).toEqual([]);
    expect(called(undone)).toEqual([]);
    expect(called(failed)).toEqual([]);
    expect(resume(['a', 'b', 'c'], [aRow(1, 'a'), ...called(asked)])).toEqual({
      kind: 'go',
      done: [1, 2],
      carried: [],
    });
  });

  test('where a corrected text differs from what has run', () => {
    expect(resume(['a', 'b', 'fixed'], rowsOf(OLD_TEXT, ['a', 'b']))).toEqual({
      kind: 'go',
      done: [1, 2],
      carried: [1, 2],
    });
    expect(resume(['fixed', 'd'], rowsOf(OLD_TEXT, ['a', 'b']))).toMatchObject({
      kind: 'go',
      done: [],
    });
  });

  test('not at all when something would run a second time', () => {
    expect(resume(['x', 'b'], rowsOf(OLD_TEXT, ['a', 'b']))).toMatchObject({
      kind: 'twice',
      statement: { number: 2 },
      before: { number: 2 },
    });
  });

  test('in the same place when it broke off while it took over what an earlier text had done', () => {
    const digests = fc.uniqueArray(fc.string(), { maxLength: 8 });
    fc.assert(
      fc.property(digests, fc.nat(8), fc.nat(8), (texts, executed, takenOver) => {
        const earlier = rowsOf(OLD_TEXT, texts.slice(0, executed));
        const whole = resume(texts, earlier);
        const taken = rowsOf(NEW_TEXT, texts.slice(0, Math.min(executed, takenOver)));
        const again = resume(texts, [...earlier, ...taken]);

        expect(whole.kind === 'go' && again.kind === 'go').toBe(true);
        expect(again).toMatchObject({ done: whole.kind === 'go' ? whole.done : [] });
      }),
    );
  });
});
