/** A database server: it knows sessions, not agents, and may learn late that a client is gone. */
import type { LedgerRow } from '../../agent/sql/database';
import { createLife } from './scheduler';
import type { Sim } from './sim';

/** A session as the server has it. */
export interface ServerSession {
  /** Of one that has ended the server hears nothing more. */
  isOpen: boolean;
  /** A statement is under way. */
  runs: boolean;
  /** Undoes the transaction that is open. */
  undo: (() => void) | null;
}

export interface DatabaseServer {
  readonly environment: string;
  /** The session that has the lock. */
  holder: ServerSession | null;
  /** Until when it takes no session. */
  awayUntil: number;
  readonly fences: Map<string, number>;
  readonly rows: Map<string, LedgerRow>;
}

export const createServer = (environment: string): DatabaseServer => ({
  environment,
  holder: null,
  awayUntil: 0,
  fences: new Map(),
  rows: new Map(),
});

/** What a server does goes on, whatever becomes of its clients. */
const serverLife = createLife('database');

/** Ends a session: what runs keeps the lock to its own end, and an open transaction is undone. */
export function endSession(server: DatabaseServer, session: ServerSession): void {
  session.isOpen = false;
  if (session.runs) return;
  session.undo?.();
  session.undo = null;
  if (server.holder === session) server.holder = null;
}

/** Its client is gone: mostly the server is told, but nobody tells it of a lost machine or a cut line. */
export function leaveSession(sim: Sim, server: DatabaseServer, session: ServerSession): void {
  if (!session.isOpen) return;
  if (!sim.strikes('session-lingers')) {
    endSession(server, session);
    return;
  }
  sim.count('session outlived its client');
  const milliseconds = sim.chance.between(5_000, 300_000);
  sim.scheduler.after(serverLife, milliseconds, 'notices that a client is gone', () => {
    endSession(server, session);
  });
}

/** Ends what was idle a moment ago: PostgreSQL looks once more, MySQL kills what has begun since. */
export function endIdle(sim: Sim, server: DatabaseServer, session: ServerSession): void {
  if (!session.isOpen || (session.runs && sim.chance.happens(0.5))) return;
  sim.count('session ended for the next holder');
  endSession(server, session);
}

/** Runs for some time; then the session is as it was, or has ended meanwhile. */
export function occupy(
  sim: Sim,
  server: DatabaseServer,
  session: ServerSession,
  label: string,
  over: () => void,
): void {
  const slow = sim.strikes('statement-slow');
  const milliseconds = slow ? sim.chance.between(1_000, 90_000) : sim.chance.between(1, 100);
  session.runs = true;
  sim.scheduler.after(serverLife, milliseconds, label, () => {
    session.runs = false;
    over();
    if (!session.isOpen) endSession(server, session);
  });
}
