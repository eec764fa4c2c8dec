/** Where a script goes on, by what the ledger in its database says. */
import type { LedgerRow } from './database';
import type { Statement } from './split-script';

export interface DigestedStatement extends Statement {
  /** SHA-256 of its text. */
  readonly digest: string;
}

export type Resume =
  | {
      readonly kind: 'go';
      /** Numbers of the statements that are done: in this text, or in an earlier one that begins alike. */
      readonly done: readonly number[];
      /** Those of them that only an earlier text's rows know. */
      readonly carried: readonly number[];
    }
  /** Nobody knows whether this statement has happened, and no person was asked yet. */
  | { readonly kind: 'ask'; readonly row: LedgerRow }
  /** An earlier text's statement would run a second time. */
  | { readonly kind: 'twice'; readonly statement: Statement; readonly before: LedgerRow };

/** Who comes to the ledger, and which questions of others people have heard. */
export interface Asker {
  readonly job: string;
  /** Jobs that asked about a statement and were answered; undefined where the app does not say. */
  readonly answeredStatements: readonly string[] | undefined;
}

/**
 * An intent that is alone has happened, has half happened or has not. Alone and atomic, it has not:
 * its session is gone (the lock was free) and its transaction with it. Else people are asked, and the
 * row says `asked` with the job that asked.
 *
 * An `asked` row of an older job is run again where the gate's decision says that the question was answered:
 * with `retry`, or with `not done` and Retry after it. After `done` the decision names the job in its other
 * list too, and `calledDone` has made the row one that is done. All others are asked about even in a new job,
 * like an intent: their agent may have left before its word or its question arrived, so that the person
 * who let it be tried again has not seen the statement. An app of yesterday names no answered questions; there
 * every question of an older job counts as answered.
 */
export function resumeAt(
  statements: readonly DigestedStatement[],
  rows: readonly LedgerRow[],
  scriptDigest: string,
  asker: Asker,
): Resume {
  const open = rows.find(
    (row) => !row.atomic && (row.state === 'intent' || isUnanswered(row, asker)),
  );
  if (open) return { kind: 'ask', row: open };

  const own = rows.filter((row) => row.scriptDigest === scriptDigest && row.state === 'done');
  const done = new Set(own.map(({ number }) => number));
  const earlier = doneTexts(rows.filter((row) => row.scriptDigest !== scriptDigest));
  const alike = Math.max(0, ...earlier.map((text) => commonLength(statements, text)));
  const before = earlier.flatMap((text) => text.slice(commonLength(statements, text)));
  for (const statement of statements.slice(alike)) {
    if (done.has(statement.number)) continue;
    const twin = before.find((row) => row.statementDigest === statement.digest);
    if (twin) return { kind: 'twice', statement, before: twin };
  }
  const numbers = statements.map(({ number }) => number);
  return {
    kind: 'go',
    done: numbers.filter((number) => number <= alike || done.has(number)),
    carried: numbers.filter((number) => number <= alike && !done.has(number)),
  };
}

/** Whether the question that the row tells of is still open: the asker's own, or one that nobody has answered. */
const isUnanswered = (row: LedgerRow, { job, answeredStatements }: Asker): boolean =>
  row.state === 'asked' && (row.job === job || answeredStatements?.includes(row.job) === false);

/** The rows in doubt that people have called done, as they are from now on. */
export const calledDone = (
  rows: readonly LedgerRow[],
  jobs: readonly string[],
): readonly LedgerRow[] =>
  rows
    .filter(({ atomic, state }) => !atomic && (state === 'intent' || state === 'asked'))
    .filter(({ job }) => jobs.includes(job))
    .map((row): LedgerRow => ({ ...row, state: 'done' }));

/** Whether both are about one statement of one text. */
export const isSameRow = (one: LedgerRow, other: LedgerRow): boolean =>
  one.scriptDigest === other.scriptDigest && one.number === other.number;

/** What the job itself has run of the text, in its order; what an earlier text had done is none of it. */
export function ranIn(
  statements: readonly DigestedStatement[],
  rows: readonly LedgerRow[],
  scriptDigest: string,
  job: string,
): readonly LedgerRow[] {
  const earlier = doneTexts(rows.filter((row) => row.scriptDigest !== scriptDigest));
  const alike = Math.max(0, ...earlier.map((text) => commonLength(statements, text)));
  return rows
    .filter((row) => row.scriptDigest === scriptDigest && row.state === 'done' && row.job === job)
    .filter(({ number }) => number > alike)
    .sort((one, other) => one.number - other.number);
}

/** What is done of each earlier text, in the text's order. */
function doneTexts(rows: readonly LedgerRow[]): readonly (readonly LedgerRow[])[] {
  const done = rows
    .filter(({ state }) => state === 'done')
    .sort((one, other) => one.number - other.number);
  const texts = new Set(done.map(({ scriptDigest }) => scriptDigest));
  return [...texts].map((text) => done.filter(({ scriptDigest }) => scriptDigest === text));
}

/** How many statements at the beginning are the same. */
function commonLength(
  statements: readonly DigestedStatement[],
  done: readonly LedgerRow[],
): number {
  const differs = done.findIndex((row, index) => row.statementDigest !== statements[index]?.digest);
  return differs === -1 ? done.length : differs;
}
