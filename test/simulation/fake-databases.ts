/** Databases with Interlock's lock, fences and ledger, as agent/sql/ledger-session.ts keeps them in a real one. */
import type {
  Connected,
  Database,
  Databases,
  LedgerRow,
  Ran,
  Reply,
} from '../../agent/sql/database';
import type { DatabaseRule } from '../../agent/sql/database-rule';
import { BARE_WORDS, BROKEN_TABLE } from './changes';
import type { Life } from './scheduler';
import type { Sim } from './sim';

/** Told of each statement that takes effect. */
export type DatabaseWatch = (row: LedgerRow, environment: string) => void;

interface FakeDatabase {
  readonly environment: string;
  /** The session that has the lock. */
  holder: object | null;
  readonly fences: Map<string, number>;
  readonly rows: Map<string, LedgerRow>;
}

/** One database per environment; `connect` gives what one start of an agent reaches. */
export function createFakeDatabases(sim: Sim, watch: DatabaseWatch): (life: Life) => Databases {
  const known = new Map<string, FakeDatabase>();
  const databaseOf = ({ environments: [environment = ''] }: DatabaseRule): FakeDatabase => {
    const found = known.get(environment) ?? {
      environment,
      holder: null,
      fences: new Map<string, number>(),
      rows: new Map<string, LedgerRow>(),
    };
    known.set(environment, found);
    return found;
  };
  return (life) => ({
    connect: (rule) =>
      sim.tell(life, `connects to the database of ${rule.environments.join()}`, (): Connected => {
        if (sim.strikes('database-away')) {
          const sentence = `Database ${rule.id} does not answer.`;
          return { kind: 'failed', failure: { class: 'transport', sentence } };
        }
        return { kind: 'connected', database: sessionOf(sim, life, databaseOf(rule), watch) };
      }),
  });
}

const LOST = { kind: 'lost', sentence: 'the session ended' } as const;

/** One session: it ends with its agent, and the lock with it. */
function sessionOf(sim: Sim, life: Life, database: FakeDatabase, watch: DatabaseWatch): Database {
  const session = {};
  const end = (): void => {
    if (database.holder === session) database.holder = null;
  };
  life.onDeath.push(end);

  const reply = async <Value>(label: string, act: () => Value): Promise<Reply<Value>> => {
    const isLost = sim.strikes('session-lost');
    const value = await sim.tell(life, `database: ${label}`, act);
    return isLost ? LOST : { kind: 'done', value };
  };
  const keyOf = (row: LedgerRow): string =>
    [row.scope, row.release, row.scriptDigest, row.number].join(' ');
  const keep = (row: LedgerRow): void => {
    database.rows.set(keyOf(row), row);
  };

  const effect = (row: LedgerRow, text: string): Ran => {
    if (row.fence < (database.fences.get(row.scope) ?? 0)) return { kind: 'superseded' };
    if (text.includes(BROKEN_TABLE)) {
      keep({ ...row, state: 'failed' });
      return { kind: 'failed', sentence: `${BROKEN_TABLE} does not exist`, milliseconds: 1 };
    }
    watch(row, database.environment);
    if (row.atomic) keep({ ...row, state: 'done' });
    return { kind: 'done', rows: 1, milliseconds: 1 };
  };

  return {
    version: async () => ({ kind: 'done', value: 'Simulated 1' }),
    lock: () =>
      reply('lock', () => {
        if (database.holder !== null && database.holder !== session)
          return { kind: 'busy', session: '1', runs: false } as const;
        database.holder = session;
        return { kind: 'held' } as const;
      }),
    raiseFence: (scope, fence) =>
      reply('raise fence', () => {
        const highest = Math.max(fence, database.fences.get(scope) ?? 0);
        database.fences.set(scope, highest);
        return highest;
      }),
    readLedger: (page) =>
      reply('read ledger', () =>
        [...database.rows.values()]
          .filter(({ scope, release }) => scope === page.scope && release === page.release)
          .filter((row) => row.script === page.script || row.scriptDigest === page.scriptDigest)
          .sort((one, other) => one.fence - other.fence || one.number - other.number),
      ),
    write: (row) => reply(`write ${row.state}`, () => (keep(row), null)),
    isAtomic: ({ text }) => reply('atomic?', () => !text.startsWith(BARE_WORDS)),
    run: async (row, text) => {
      const isLost = sim.strikes('session-lost-at-statement');
      if (isLost && sim.chance.happens(0.5)) return LOST;
      const ran = await sim.tell(life, `database: runs ${row.script}`, () => effect(row, text));
      if (ran.kind !== 'done' || row.atomic) return isLost ? LOST : ran;
      // Outside a transaction the effect stands, and its row follows.
      const written = await reply('write done', () => {
        keep({ ...row, state: 'done' });
      });
      return written.kind === 'done' && !isLost ? ran : LOST;
    },
    set: () => reply('set', () => 0),
    close: () => sim.tell(life, 'closes its session', end),
  };
}
