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
import { mayStumble } from './fake-hosts';
import { createLife } from './scheduler';
import type { Life } from './scheduler';
import type { Sim } from './sim';

/** Told of statements. */
export interface DatabaseWatch {
  /** An agent is about to send it. */
  means(row: LedgerRow): void;
  begins(row: LedgerRow, environment: string, text: string): void;
  /** It is over; it has taken effect, or not. */
  ends(row: LedgerRow, environment: string, hasHappened: boolean): void;
}

interface FakeDatabase {
  readonly environment: string;
  /** The session that has the lock. */
  holder: object | null;
  /** The sessions whose statement is under way. */
  readonly running: Set<object>;
  readonly fences: Map<string, number>;
  readonly rows: Map<string, LedgerRow>;
}

/** One database per environment; `connect` gives what one start of an agent reaches. */
export function createFakeDatabases(
  sim: Sim,
  watchFor: (life: Life) => DatabaseWatch,
): (life: Life) => Databases {
  const known = new Map<string, FakeDatabase>();
  const databaseOf = ({ environments: [environment = ''] }: DatabaseRule): FakeDatabase => {
    const found = known.get(environment) ?? {
      environment,
      holder: null,
      running: new Set<object>(),
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
        return {
          kind: 'connected',
          database: sessionOf(sim, life, databaseOf(rule), watchFor(life)),
        };
      }),
  });
}

const LOST = { kind: 'lost', sentence: 'the session ended' } as const;

const server = createLife('database');

/** One session: it ends with its agent, and the lock with it. */
function sessionOf(sim: Sim, life: Life, database: FakeDatabase, watch: DatabaseWatch): Database {
  /** What the ledger shows of what was written. */
  const isSeen = ({ state }: LedgerRow): boolean => state !== 'done' || !sim.isOff('sql-ledger');
  const session = {};
  let ended = false;
  const letGo = (): void => {
    if (ended && !database.running.has(session) && database.holder === session)
      database.holder = null;
  };
  // A statement that is under way keeps the lock: the server notices the end of its client later.
  const end = (): void => {
    ended = true;
    letGo();
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

  /** The end of a statement: a transaction whose client has gone is mostly undone. */
  const effect = (row: LedgerRow, text: string): Ran => {
    if (ended && row.atomic && sim.chance.happens(0.7)) return LOST;
    if (row.fence < (database.fences.get(row.scope) ?? 0)) return { kind: 'superseded' };
    if (text.includes(BROKEN_TABLE)) {
      keep({ ...row, state: 'failed' });
      return { kind: 'failed', sentence: `${BROKEN_TABLE} does not exist`, milliseconds: 1 };
    }
    watch.ends(row, database.environment, true);
    if (row.atomic) keep({ ...row, state: 'done' });
    return { kind: 'done', rows: 1, milliseconds: 1 };
  };

  /** On the server: it takes its time, whatever becomes of its client. */
  const perform = (row: LedgerRow, text: string): Promise<Ran> =>
    new Promise((resolve) => {
      watch.begins(row, database.environment, text);
      database.running.add(session);
      const slow = sim.strikes('statement-slow');
      const milliseconds = slow ? sim.chance.between(1_000, 90_000) : sim.chance.between(1, 100);
      sim.scheduler.after(server, milliseconds, `ends a statement of ${row.script}`, () => {
        const ran = effect(row, text);
        if (ran.kind !== 'done') watch.ends(row, database.environment, false);
        database.running.delete(session);
        letGo();
        resolve(ran);
      });
    });

  return {
    version: async () => ({ kind: 'done', value: 'Simulated 1' }),
    lock: () =>
      reply('lock', () => {
        const isFree = database.holder === null || database.holder === session;
        if (!isFree)
          return { kind: 'busy', session: '1', runs: database.running.size > 0 } as const;
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
          .filter(isSeen)
          .filter((row) => row.script === page.script || row.scriptDigest === page.scriptDigest)
          .sort((one, other) => one.fence - other.fence || one.number - other.number),
      ),
    write: (row) => reply(`write ${row.state}`, () => (keep(row), null)),
    isAtomic: ({ text }) => reply('atomic?', () => !text.startsWith(BARE_WORDS)),
    run: async (row, text) => {
      const isLost = sim.strikes('session-lost-at-statement');
      const lost: Ran = sim.isOff('sql-answer') ? { kind: 'done', rows: 1, milliseconds: 1 } : LOST;
      watch.means(row);
      mayStumble(sim, life);
      if (isLost && sim.chance.happens(0.5)) return lost;
      const running = await sim.ask(life, `database: runs ${row.script}`, () => ({
        end: perform(row, text),
      }));
      if (isLost) return lost;
      const ran = await running.end;
      await sim.ask(life, 'database: answers', () => undefined);
      if (ran.kind !== 'done' || row.atomic) return ran;
      // Outside a transaction the effect stands, and its row follows.
      const written = await reply('write done', () => {
        keep({ ...row, state: 'done' });
      });
      return written.kind === 'done' ? ran : lost;
    },
    set: () => reply('set', () => 0),
    close: () => sim.tell(life, 'closes its session', end),
  };
}
