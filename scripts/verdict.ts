import type { SuiteReport } from './suite-report';

export interface Verdict {
  readonly ok: boolean;
  /** The last line of a suite: `unit: 120 passed, 0 failed`. */
  readonly line: string;
  /** Why a suite is not good although no test failed; empty otherwise. */
  readonly remark: string;
}

/** Judges a run: nothing failed, nothing was left out, and something ran. */
export function judgeSuite(suite: string, report: SuiteReport): Verdict {
  const passed = report.numPassedTests;
  const failed = report.numFailedTests + report.numRuntimeErrorTestSuites;
  const leftOut = report.numPendingTests + report.numTodoTests;
  const line = `${suite}: ${passed} passed, ${failed} failed`;

  if (failed > 0) return { ok: false, line, remark: '' };
  if (leftOut > 0) {
    return { ok: false, line, remark: `${suite}: skipped tests: ${leftOut}. Every test must run.` };
  }
  if (passed === 0) return { ok: false, line, remark: `${suite}: no test ran.` };
  return { ok: true, line, remark: '' };
}
