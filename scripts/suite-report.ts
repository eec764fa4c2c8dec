/** What jest writes about a run of one suite into reports/<suite>.json, as far as the house reads it. */
import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';

export const SUITES = [
  'unit',
  'simulation',
  'volumes',
  'matrices',
  'servers',
  'pages',
  'scenarios',
  'figures',
] as const;
export type Suite = (typeof SUITES)[number];

export const SuiteReport = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
  /** Files that broke before any of their tests ran. */
  numRuntimeErrorTestSuites: z.number(),
  testResults: z.array(
    z.object({
      assertionResults: z.array(z.object({ title: z.string(), status: z.string() })),
    }),
  ),
});
export type SuiteReport = z.infer<typeof SuiteReport>;

/** Where a suite's report stands, from the root of the repository. */
export const reportPath = (suite: Suite): string => `reports/${suite}.json`;

/** The last report of a suite; undefined when it has not run. */
export function readReport(suite: Suite): SuiteReport | undefined {
  const path = reportPath(suite);
  return existsSync(path) ? SuiteReport.parse(JSON.parse(readFileSync(path, 'utf8'))) : undefined;
}
