/** The ledger over any session that takes SQL: what both engines have in common. */
import { z } from 'zod';
import type { Database, LedgerRow, Ran, Reply } from './database';
import type { Dialect, Session, Value } from './session';

/** The version alone: PostgreSQL says its own name and its compiler, too. */
const VersionRow = z.object({
  version: z.string().transform((text) => text.replace(/^PostgreSQL /, '').split(/[ ,]/)[0] ?? ''),
});
const FenceRow = z.object({ fence: z.coerce.number() });
const StoredRow = z
  .object({
    scope: z.string(),
    release_id: z.string(),
    script_id: z.string(),
    script_digest: z.string(),
    statement_number: z.coerce.number(),
    statement_digest: z.string(),
    job: z.string(),
    fence: z.coerce.number(),
    state: z.enum(['intent', 'asked', 'done', 'failed']),
    is_atomic: z.coerce.number(),
  })
  .transform((row): LedgerRow => ({
    scope: row.scope,
    release: row.release_id,
    script: row.script_id,
    scriptDigest: row.script_digest,
    number: row.statement_number,
    statementDigest: row.statement_digest,
    job: row.job,
    fence: row.fence,
    state: row.state,
    atomic: row.is_atomic === 1,
  }));

const COLUMNS =
  'scope, release_id, script_id, script_digest, statement_number, statement_digest, job, fence, state, is_atomic';

/** A database over a session of the engine. */
export function createDatabase(session: Session, dialect: Dialect): Database {
  const { fenceTable, ledgerTable } = dialect;

  const fenceOf = async (scope: string, lock = ''): Promise<Reply<number>> =>
    mapped(
      await session.ask(`SELECT fence FROM ${fenceTable} WHERE scope = $1${lock}`, [scope]),
      ([row]) => (row === undefined ? -1 : FenceRow.parse(row).fence),
    );

  /** Replaces the row, and makes it again if somebody deleted it. */
  const write = (row: LedgerRow, rows = 0, milliseconds = 0) =>
    session.ask(
      `INSERT INTO ${ledgerTable} (${COLUMNS}, row_count, milliseconds)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ${dialect.orReplace}`,
      [...valuesOf(row), rows, milliseconds],
    );

  /** A user who may not make tables can work with those that are there. */
  const provide = async (table: string, make: string): Promise<Reply<unknown>> => {
    const found = await session.ask(`SELECT 1 FROM ${table} WHERE 1 = 0`);
    return found.kind === 'refused' ? session.ask(make) : found;
  };

  const runBare = async (row: LedgerRow, text: string): Promise<Ran> => {
    const fence = await fenceOf(row.scope);
    if (fence.kind !== 'done') return failed(fence, 0);
    if (fence.value > row.fence) return { kind: 'superseded', seen: fence.value };
    const from = performance.now();
    const answer = await session.run(text);
    const milliseconds = Math.round(performance.now() - from);
    if (answer.kind === 'lost') return answer;
    const left = session.leftOpen();
    if (answer.kind === 'refused' || left !== undefined) {
      // A procedure may have begun a transaction, and the ledger is not to go down with it.
      await session.ask('ROLLBACK');
      await write({ ...row, state: 'failed' }, 0, milliseconds);
      const sentence = answer.kind === 'refused' ? answer.sentence : (left ?? '');
      return { kind: 'failed', sentence, milliseconds };
    }
    const rows = answer.value;
    const written = await write({ ...row, state: 'done' }, rows, milliseconds);
    if (written.kind === 'done') return { kind: 'done', rows, milliseconds };
    // What has happened stands in no ledger: the same as if the answer had been lost.
    return { kind: 'lost', sentence: written.sentence };
  };

  const runAtomic = async (row: LedgerRow, text: string): Promise<Ran> => {
    const from = performance.now();
    const took = (): number => Math.round(performance.now() - from);
    const begun = await session.ask('START TRANSACTION');
    if (begun.kind !== 'done') return failed(begun, 0);
    const fence = await fenceOf(row.scope, ' FOR UPDATE');
    if (fence.kind === 'done' && fence.value > row.fence) {
      await session.ask('ROLLBACK');
      return { kind: 'superseded', seen: fence.value };
    }
    const answer = fence.kind === 'done' ? await session.run(text) : fence;
    const rows = answer.kind === 'done' ? answer.value : 0;
    const written =
      answer.kind === 'done'
        ? inOwnWords(await write({ ...row, state: 'done' }, rows, took()))
        : answer;
    const committed = written.kind === 'done' ? await session.ask('COMMIT') : written;
    if (committed.kind === 'done') return { kind: 'done', rows, milliseconds: took() };
    if (committed.kind === 'lost') return committed;
    await session.ask('ROLLBACK');
    if (dialect.needsNoTransaction(committed.code)) return { kind: 'not-atomic' };
    await write({ ...row, state: 'failed' }, 0, took());
    return failed(committed, took());
  };

  return {
    version: async () =>
      mapped(
        await session.ask('SELECT version() AS version'),
        ([row]) => `${dialect.product} ${VersionRow.parse(row).version}`,
      ),
    lock: () => dialect.lock(session),

    raiseFence: async (scope, fence) => {
      const provided = await provide(fenceTable, dialect.makeFence);
      if (provided.kind !== 'done') return provided;
      const kept = await provide(ledgerTable, dialect.makeLedger);
      if (kept.kind !== 'done') return kept;
      const seen = await fenceOf(scope);
      if (seen.kind !== 'done' || seen.value >= fence) return seen;
      const raised = await session.ask(
        seen.value === -1
          ? `INSERT INTO ${fenceTable} (fence, scope) VALUES ($1, $2)`
          : `UPDATE ${fenceTable} SET fence = $1 WHERE scope = $2`,
        [fence, scope],
      );
      return mapped(raised, () => fence);
    },

    readLedger: async ({ scope, release, script, scriptDigest }) => {
      const rows = await session.ask(
        `SELECT ${COLUMNS} FROM ${ledgerTable}
         WHERE scope = $1 AND release_id = $2 AND (script_digest = $3 OR script_id = $4)
         ORDER BY fence, script_digest, statement_number`,
        [scope, release, scriptDigest, script],
      );
      if (rows.kind !== 'done') return rows;
      const read = z.array(StoredRow).safeParse(rows.value);
      if (read.success) return { kind: 'done', value: read.data };
      const sentence = `${ledgerTable} holds a row that Interlock does not write`;
      return { kind: 'refused', code: '', sentence };
    },

    write: async (row) => mapped(await write(row), () => null),

    isAtomic: (statement) => dialect.isAtomic(session, statement),
    run: (row, text) => (row.atomic ? runAtomic(row, text) : runBare(row, text)),
    set: (text) => session.run(text),
    close: () => session.end(),
  };
}

/** The statement may have taken the right to the ledger away, by another role. */
const inOwnWords = (written: Reply<unknown>): Reply<unknown> =>
  written.kind === 'refused'
    ? {
        ...written,
        sentence: `it went well and was undone, because the ledger cannot be written after it (${written.sentence}); let the role that it sets select, insert and update in interlock_fence and interlock_ledger`,
      }
    : written;

/** In the order of `COLUMNS`. */
const valuesOf = (row: LedgerRow): readonly Value[] => [
  row.scope,
  row.release,
  row.script,
  row.scriptDigest,
  row.number,
  row.statementDigest,
  row.job,
  row.fence,
  row.state,
  row.atomic ? 1 : 0,
];

const failed = (answer: Exclude<Reply<unknown>, { kind: 'done' }>, milliseconds: number): Ran =>
  answer.kind === 'lost' ? answer : { kind: 'failed', sentence: answer.sentence, milliseconds };

/** The reply with another value. */
export const mapped = <From, To>(reply: Reply<From>, map: (value: From) => To): Reply<To> =>
  reply.kind === 'done' ? { kind: 'done', value: map(reply.value) } : reply;
