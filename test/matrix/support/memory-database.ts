/** A database in memory with Interlock's lock, fence and ledger, that counts what takes effect. */
import type { Database, Databases, LedgerRow, Ran, Reply } from '../../../agent/sql/database';

export interface MemoryDatabase extends Databases {
  /** Statements that took effect, in order. */
  readonly effects: readonly string[];
}

/** `slow` is waited for in each script's first statement. */
export function createMemoryDatabase(slow: () => Promise<void>): MemoryDatabase {
  const effects: string[] = [];
  const fences = new Map<string, number>();
  const rows = new Map<string, LedgerRow>();
  let holder: object | null = null;

  const keep = (row: LedgerRow): void => {
    rows.set([row.scope, row.release, row.scriptDigest, row.number].join(' '), row);
  };
  const run = async (row: LedgerRow, text: string): Promise<Ran> => {
    if (row.number === 1) await slow();
    if (row.fence < (fences.get(row.scope) ?? 0)) return { kind: 'superseded' };
    effects.push(text);
    keep({ ...row, state: 'done' });
    return { kind: 'done', rows: 1, milliseconds: 1 };
  };
  const aSession = (): Database => {
    const session = {};
    return {
      version: () => done('Memory 1'),
      lock: () => {
        if (holder !== null) return done({ kind: 'busy', session: '1', runs: false });
        holder = session;
        return done({ kind: 'held' });
      },
      raiseFence: (scope, fence) => {
        const highest = Math.max(fence, fences.get(scope) ?? 0);
        fences.set(scope, highest);
        return done(highest);
      },
      readLedger: ({ scope, release, script, scriptDigest }) =>
        done(
          [...rows.values()].filter(
            (row) =>
              row.scope === scope &&
              row.release === release &&
              (row.script === script || row.scriptDigest === scriptDigest),
          ),
        ),
      write: (row) => {
        keep(row);
        return done(null);
      },
      isAtomic: () => done(true),
      run,
      set: () => done(0),
      close: async () => {
        if (holder === session) holder = null;
      },
    };
  };
  return { effects, connect: async () => ({ kind: 'connected', database: aSession() }) };
}

const done = async <Value>(value: Value): Promise<Reply<Value>> => ({ kind: 'done', value });
