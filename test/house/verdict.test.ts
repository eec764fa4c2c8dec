import { describe, expect, test } from '@jest/globals';
import { judgeSuite } from '../../scripts/verdict';

const run = (counts: Partial<Parameters<typeof judgeSuite>[1]>) =>
  judgeSuite('unit', {
    numPassedTests: 3,
    numFailedTests: 0,
    numPendingTests: 0,
    numTodoTests: 0,
    numRuntimeErrorTestSuites: 0,
    testResults: [],
    ...counts,
  });

describe('the verdict on a suite', () => {
  test('is good when tests ran and none failed', () => {
    expect(run({})).toEqual({ ok: true, line: 'unit: 3 passed, 0 failed', remark: '' });
  });

  test('counts a file that broke before its tests as a failure', () => {
    expect(run({ numFailedTests: 1, numRuntimeErrorTestSuites: 1 })).toEqual({
      ok: false,
      line: 'unit: 3 passed, 2 failed',
      remark: '',
    });
  });

  test('is bad when a test was skipped or only promised', () => {
    expect(run({ numPendingTests: 1, numTodoTests: 1 })).toEqual({
      ok: false,
      line: 'unit: 3 passed, 0 failed',
      remark: 'unit: skipped tests: 2. Every test must run.',
    });
  });

  test('is bad when nothing ran', () => {
    expect(run({ numPassedTests: 0 })).toEqual({
      ok: false,
      line: 'unit: 0 passed, 0 failed',
      remark: 'unit: no test ran.',
    });
  });
});
