/** Databases with Interlock's lock, fences and ledger, message by message as agent/sql/ledger-session.ts keeps them in a real one. */
import type {
  Connected,
  Database,
  Databases,
  LedgerRow,
  LockAnswer,
  Ran,
  Reply,
} from '../../agent/sql/database';
import type { DatabaseRule } from '../../agent/sql/database-rule';
import { BARE_WORDS, BROKEN_TABLE } from './changes';
import { createServer, endIdle, endSession, leaveSession, occupy } from './database-server';
import type { DatabaseServer, ServerSession } from './database-server';
import { mayStumble } from './fake-hosts';
import { freeze, kill } from './scheduler';
import type { Life } from './scheduler';
import type { Sim } from './sim';

/** Told of statements. */
export interface DatabaseWatch {
  /** An agent is about to send it. */
  means(row: LedgerRow): void;
  /** From here on no lower fence changes anything in the scope. */
  raises(scope: string, environment: string, fence: number): void;
  /** `fence`: of the job that writes; the row may be of an earlier one, whose statement a person has called done. */
  writes(row: LedgerRow, environment: string, fence: number): void;
  begins(row: LedgerRow, environment: string, text: string): void;
  /** It is over; it has taken effect, or not. */
  ends(row: LedgerRow, environment: string, hasHappened: boolean): void;
}

/** One database per environment; `connect` gives what one start of an agent reaches. */
export function createFakeDatabases(
  sim: Sim,
  watchFor: (life: Life) => DatabaseWatch,
): (life: Life) => Databases {
  const known = new Map<string, DatabaseServer>();
  const serverOf = ({ environments: [environment = ''] }: DatabaseRule): DatabaseServer => {
    const found = known.get(environment) ?? createServer(environment);
    known.set(environment, found);
    return found;
  };
  return (life) => ({
    connect: (rule) =>
      sim.tell(life, `connects to the database of ${rule.environments.join()}`, (): Connected => {
        if (isAway(sim, serverOf(rule))) {
          const sentence = `Database ${rule.id} does not answer.`;
          return { kind: 'failed', failure: { class: 'transport', sentence } };
        }
        return {
          kind: 'connected',
          database: sessionOf(sim, life, serverOf(rule), watchFor(life)),
        };
      }),
  });
}

const isAway = (sim: Sim, { awayUntil }: DatabaseServer): boolean =>
  sim.strikes('database-away') || awayUntil > sim.scheduler.now();

const LOST = { kind: 'lost', sentence: 'the session ended' } as const;

/** Milliseconds: mostly so long that somebody else takes the job over, and ends the session. */
const FREEZES = [
  [1_000, 60_000],
  [150_000, 500_000],
] as const;

/** Where in a statement's messages its line breaks. */
const BREAKS = ['before it is sent', 'while it runs', 'after it was confirmed'] as const;

/** One session, as its client uses it. */
function sessionOf(sim: Sim, life: Life, server: DatabaseServer, watch: DatabaseWatch): Database {
  const { environment } = server;
  /** What the ledger shows of what was written. */
  const isSeen = ({ state }: LedgerRow): boolean => state !== 'done' || !sim.isOff('sql-ledger');
  const session: ServerSession = { isOpen: true, runs: false, undo: null };
  /** The client has lost it, whatever the server believes. */
  let isBroken = false;
  /** What its client came with, by scope. */
  const fences = new Map<string, number>();
  life.onDeath.push(() => leaveSession(sim, server, session));

  const breaks = (): typeof LOST => {
    if (!isBroken) leaveSession(sim, server, session);
    isBroken = true;
    return LOST;
  };
  /** What reaches the server finds the session, or its end. */
  const served = <Value>(act: () => Value): Reply<Value> =>
    isBroken || !session.isOpen ? LOST : { kind: 'done', value: act() };

  const reply = async <Value>(label: string, act: () => Value): Promise<Reply<Value>> => {
    if (sim.strikes('agent-freezes-at-database')) {
      sim.count('agent frozen at a database');
      const [least, most] = sim.chance.pick(FREEZES);
      freeze(life, sim.scheduler.now(), sim.chance.between(least, most));
    }
    const isLost = sim.strikes('session-lost');
    const value = await sim.tell(life, `database: ${label}`, () => served(act));
    return isLost || value.kind === 'lost' ? breaks() : value;
  };
  const keyOf = (row: LedgerRow): string =>
    [row.scope, row.release, row.scriptDigest, row.number].join(' ');
  const keep = (row: LedgerRow): void => {
    watch.writes(row, environment, fences.get(row.scope) ?? row.fence);
    if (row.state !== 'intent' || !sim.isOff('database-intent')) server.rows.set(keyOf(row), row);
  };
  const fenceOf = (scope: string): number =>
    sim.isOff('database-fence') ? -1 : (server.fences.get(scope) ?? -1);

  /** As where one machine has both: the agent is back first, and finds nobody to ask. */
  const dieAsking = (): void => {
    sim.count('agent crashed while it asked');
    server.awayUntil = sim.scheduler.now() + sim.chance.between(0, 120_000);
    kill(life);
  };

  /** On the server: it takes its time, whatever becomes of its client. */
  const perform = (row: LedgerRow, text: string): Promise<Ran> =>
    new Promise((resolve) => {
      watch.begins(row, environment, text);
      const over = (hasHappened: boolean): void => watch.ends(row, environment, hasHappened);
      occupy(sim, server, session, `ends a statement of ${row.script}`, () => {
        const isKilled = !session.isOpen && (row.atomic || sim.chance.happens(0.5));
        if (isKilled) {
          over(false);
          resolve(LOST);
        } else if (text.includes(BROKEN_TABLE)) {
          over(false);
          const sentence = `${BROKEN_TABLE} does not exist`;
          resolve({ kind: 'failed', sentence, milliseconds: 1 });
        } else {
          if (row.atomic) session.undo = () => over(false);
          else over(true);
          resolve({ kind: 'done', rows: 1, milliseconds: 1 });
        }
      });
    });

  const confirm = (row: LedgerRow, ran: Ran): void => {
    keep({ ...row, state: ran.kind === 'done' ? 'done' : 'failed' });
    if (ran.kind !== 'done' || !row.atomic) return;
    session.undo = null;
    watch.ends(row, environment, true);
  };

  /** The fence first, then the statement, then what came of it: within one transaction, or with none. */
  const runThrough = async (row: LedgerRow, text: string): Promise<Ran> => {
    const breaksAt = sim.strikes('session-lost-at-statement') ? sim.chance.pick(BREAKS) : null;
    mayStumble(sim, life);
    if (breaksAt === 'before it is sent') return breaks();
    const fence = await sim.ask(life, 'database: reads the fence', () =>
      served(() => fenceOf(row.scope)),
    );
    if (fence.kind !== 'done') return breaks();
    if (fence.value > row.fence) {
      sim.count('fence refused in a database');
      return { kind: 'superseded' };
    }
    const running = await sim.ask(life, `database: runs ${row.script}`, () =>
      served(() => ({ end: perform(row, text) })),
    );
    if (running.kind !== 'done' || breaksAt === 'while it runs') return breaks();
    const ran = await running.value.end;
    const confirmed = await reply('confirms', () => confirm(row, ran));
    return confirmed.kind === 'done' && breaksAt === null ? ran : breaks();
  };

  return {
    version: async () => ({ kind: 'done', value: 'Simulated 1' }),
    lock: () =>
      reply('lock', (): LockAnswer => {
        const { holder } = server;
        if (holder === null || holder === session || sim.isOff('database-lock')) {
          server.holder = session;
          return { kind: 'held' };
        }
        sim.count('lock of a database not had');
        const end = () => reply('ends a session', () => endIdle(sim, server, holder));
        return { kind: 'busy', session: '1', runs: holder.runs, ...(!holder.runs && { end }) };
      }),
    raiseFence: (scope, fence) => {
      fences.set(scope, fence);
      return reply('raise fence', () => {
        const seen = fenceOf(scope);
        if (seen > fence) {
          sim.count('fence refused in a database');
          return seen;
        }
        server.fences.set(scope, fence);
        watch.raises(scope, environment, fence);
        return fence;
      });
    },
    readLedger: (page) =>
      reply('read ledger', () =>
        [...server.rows.values()]
          .filter(({ scope, release }) => scope === page.scope && release === page.release)
          .filter(isSeen)
          .filter((row) => row.script === page.script || row.scriptDigest === page.scriptDigest)
          .sort((one, other) => one.fence - other.fence || one.number - other.number),
      ),
    write: (row) =>
      reply(`write ${row.state}`, () => {
        keep(row);
        if (row.state === 'asked' && sim.strikes('agent-crashes-asking')) dieAsking();
        return null;
      }),
    isAtomic: ({ text }) => reply('atomic?', () => !text.startsWith(BARE_WORDS)),
    run: async (row, text) => {
      watch.means(row);
      const ran = await runThrough(row, text);
      const isBelieved = ran.kind === 'lost' && sim.isOff('sql-answer');
      return isBelieved ? { kind: 'done', rows: 1, milliseconds: 1 } : ran;
    },
    set: () => reply('set', () => 0),
    close: () =>
      sim.tell(life, 'closes its session', () => {
        if (!isBroken) endSession(server, session);
      }),
  };
}
