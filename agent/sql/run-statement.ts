/** One statement: its intent, its effect, what came of it. */
import type { Database, LedgerRow, Ran, Reply } from './database';
import type { DigestedStatement } from './resume';
import { mayBeHalfDone } from './statement-kind';

export type RanStatement =
  | Exclude<Ran, { kind: 'lost' | 'not-atomic' }>
  | {
      readonly kind: 'lost';
      readonly sentence: string;
      /** It may have happened, and no transaction undoes it. */
      readonly doubtful?: LedgerRow;
    };

/** The intent's row of a statement. */
export type RowFor = (statement: DigestedStatement, atomic: boolean) => LedgerRow;

/** Runs it in a transaction with its ledger row, where the engine can. */
export async function runStatement(
  database: Database,
  statement: DigestedStatement,
  rowFor: RowFor,
): Promise<RanStatement> {
  const atomic = await database.isAtomic(statement);
  if (atomic.kind !== 'done') return ranNot(atomic);
  const tried = await tryStatement(database, statement, rowFor(statement, atomic.value));
  if (tried.kind !== 'not-atomic') return tried;
  const bare = await tryStatement(database, statement, rowFor(statement, false));
  if (bare.kind === 'not-atomic') throw new Error('There was no transaction to refuse.');
  return bare;
}

async function tryStatement(
  database: Database,
  statement: DigestedStatement,
  row: LedgerRow,
): Promise<RanStatement | Extract<Ran, { kind: 'not-atomic' }>> {
  const meant = await database.write(row);
  if (meant.kind !== 'done') return ranNot(meant);
  const ran = await database.run(row, statement.text);
  if (row.atomic) return ran;
  if (ran.kind === 'lost') return { ...ran, doubtful: row };
  if (ran.kind !== 'failed' || !mayBeHalfDone(statement)) return ran;
  const sentence = `${ran.sentence}; it may be done in part, which this engine does not undo: look into the database before you retry`;
  return { ...ran, sentence };
}

const ranNot = (reply: Exclude<Reply<unknown>, { kind: 'done' }>): RanStatement =>
  reply.kind === 'lost' ? reply : { kind: 'failed', sentence: reply.sentence, milliseconds: 0 };
