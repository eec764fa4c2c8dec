/** Which numbered requirements are proven by passing tests. */
import { parse } from 'csv-parse/sync';
import { z } from 'zod';

const Requirement = z.object({
  id: z.string().regex(/^S\d+-\d+$/),
  milestone: z.string(),
  section: z.string(),
  requirement: z.string(),
  works: z.string(),
});
export type Requirement = z.infer<typeof Requirement>;

/** The rows of test/requirements.csv. */
export function parseRequirements(csv: string): readonly Requirement[] {
  return z.array(Requirement).parse(parse(csv, { columns: true, skip_empty_lines: true }));
}

/** The numbers in a test's title: `refuses a wrong signature [S0-67] [S1-2, S1-3]`. */
export function numbersIn(title: string): readonly string[] {
  const brackets = title.match(/\[S\d+-\d+(?:, ?S\d+-\d+)*\]/g) ?? [];
  return brackets.flatMap((bracket) => bracket.match(/S\d+-\d+/g) ?? []);
}

export interface TestResult {
  readonly title: string;
  readonly passed: boolean;
}

export interface Proof {
  /** Carried by at least one test, and every test that carries it passed. */
  readonly proven: ReadonlySet<string>;
  /** Carried by a test, but no row of requirements.csv has it. */
  readonly unknown: readonly string[];
}

/** A requirement is proven when tests carry its number and all of them passed. */
export function proveRequirements(
  requirements: readonly Requirement[],
  results: readonly TestResult[],
): Proof {
  const numbersOf = (passed: boolean) =>
    results.filter((result) => result.passed === passed).flatMap(({ title }) => numbersIn(title));
  const failed = new Set(numbersOf(false));
  const carried = new Set([...numbersOf(true), ...failed]);
  const known = new Set(requirements.map(({ id }) => id));

  return {
    proven: new Set([...carried].filter((id) => known.has(id) && !failed.has(id))),
    unknown: [...carried].filter((id) => !known.has(id)).sort(),
  };
}

const WIDTH_CHARS = 100;

/** One block per milestone: its counts, then each requirement, proven or open. */
export function describeProof(
  requirements: readonly Requirement[],
  proven: ReadonlySet<string>,
): readonly string[] {
  const milestones = [...new Set(requirements.map(({ milestone }) => milestone))].sort();
  return milestones.flatMap((milestone) => {
    const rows = requirements.filter((row) => row.milestone === milestone);
    const provenCount = rows.filter(({ id }) => proven.has(id)).length;
    return [
      `${milestone}: ${provenCount} of ${rows.length} proven, ${rows.length - provenCount} open`,
      ...rows.map(({ id, requirement }) => describeRow(id, requirement, proven.has(id))),
      '',
    ];
  });
}

function describeRow(id: string, requirement: string, isProven: boolean): string {
  const row = `  ${isProven ? 'proven' : 'open  '}  ${id.padEnd(6)}  ${requirement}`;
  return row.length > WIDTH_CHARS ? `${row.slice(0, WIDTH_CHARS - 1)}…` : row;
}
