/** PostgreSQL, and what speaks its protocol. */
import { Client, DatabaseError, Query } from 'pg';
import type { QueryResult } from 'pg';
import { z } from 'zod';
import type { Reply } from './database';
import type { DatabaseRule } from './database-rule';
import { saidBy } from './driver-error';
import { mapped } from './ledger-session';
import type { Credentials, Dialect, Opened, Session } from './session';

/** The two numbers of the advisory lock; it belongs to one database. The first is `INLK` in ASCII. */
const LOCK = '1229868107, 1';

/** `active_sql_transaction` and `invalid_transaction_termination`: raised before anything is done. */
const NEEDS_NO_TRANSACTION = ['25001', '2D000'];

const KEEP_ALIVE_MILLISECONDS = 10_000;

/** Opens a session. */
export async function openPostgresql(
  rule: DatabaseRule,
  { password, tls }: Credentials,
  connectSeconds: number,
): Promise<Opened> {
  const { host, port, database, user } = rule;
  const client = new Client({
    host,
    port,
    database,
    user,
    password,
    ...(tls && { ssl: { ...tls } }),
    connectionTimeoutMillis: connectSeconds * 1_000,
    application_name: 'interlock-agent',
    // A server that is gone without a word is noticed while a statement runs.
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MILLISECONDS,
  });
  let broken: string | null = null;
  // Without a listener a lost session would end the process.
  client.on('error', (error) => {
    broken ??= error.message;
  });
  try {
    await client.connect();
  } catch (cause) {
    return { kind: 'failed', ...reasonOf(cause) };
  }
  const session = createSession(client, () => broken);
  const schema = await session.ask(LEDGER_SCHEMA);
  if (schema.kind !== 'done') {
    await session.end();
    return { kind: 'failed', code: '', reason: schema.sentence };
  }
  const name = z.tuple([z.object({ name: z.string().nullable() })]).parse(schema.value)[0].name;
  return { kind: 'opened', session, dialect: dialectIn(name ?? 'public') };
}

/** Where the ledger is: a script may make a schema that comes before it in the search path. */
const LEDGER_SCHEMA = `SELECT COALESCE((
    SELECT n.nspname FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relname = 'interlock_ledger' AND c.relkind = 'r'
      AND pg_catalog.has_table_privilege(c.oid, 'INSERT')
    ORDER BY c.oid LIMIT 1), pg_catalog.current_schema()) AS name`;

function createSession(client: Client, broken: () => string | null): Session {
  return {
    ask: async (sql, values = []) => {
      try {
        const result = await client.query<Record<string, unknown>>(sql, [...values]);
        return { kind: 'done', value: result.rows };
      } catch (cause) {
        return replyTo(cause, broken());
      }
    },
    run: (text) =>
      new Promise((resolve) => {
        // Extended: a text that holds two statements is refused. With a listener for rows none is kept.
        const extended = { text, queryMode: 'extended' };
        const query = new Query(extended);
        query.on('row', () => undefined);
        query.on('end', (result: QueryResult) => {
          resolve({ kind: 'done', value: result.rowCount ?? 0 });
        });
        query.on('error', (cause) => resolve(replyTo(cause, broken())));
        client.query(query);
      }),
    // PostgreSQL refuses BEGIN within a statement, and procedures end what they began.
    leftOpen: () => undefined,
    end: async () => {
      try {
        // A pool or an embedded server may keep its session, with settings and the lock.
        if (broken() === null) await client.query('DISCARD ALL');
        await client.end();
      } catch {
        // It has ended by itself.
      }
    },
  };
}

function replyTo(cause: unknown, broken: string | null): Reply<never> {
  const { code, reason } = reasonOf(cause);
  // FATAL and PANIC end the session.
  const stands = cause instanceof DatabaseError && cause.severity === 'ERROR' && broken === null;
  return stands
    ? { kind: 'refused', code, sentence: reason }
    : { kind: 'lost', sentence: broken ?? reason };
}

function reasonOf(cause: unknown): { readonly code: string; readonly reason: string } {
  if (!(cause instanceof DatabaseError)) return saidBy(cause);
  const more = [cause.detail, cause.hint].filter((part) => part !== undefined);
  return { code: cause.code ?? '', reason: [cause.message, ...more].join('; ') };
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

function dialectIn(schema: string): Dialect {
  const fenceTable = `${quoted(schema)}.interlock_fence`;
  const ledgerTable = `${quoted(schema)}.interlock_ledger`;
  return {
    product: 'PostgreSQL',
    fenceTable,
    ledgerTable,
    makeFence: `CREATE TABLE IF NOT EXISTS ${fenceTable} (
         scope varchar(300) PRIMARY KEY, fence bigint NOT NULL)`,
    makeLedger: `CREATE TABLE IF NOT EXISTS ${ledgerTable} (
         scope varchar(300) NOT NULL, release_id varchar(100) NOT NULL,
         script_id varchar(100) NOT NULL, script_digest char(64) NOT NULL,
         statement_number integer NOT NULL, statement_digest char(64) NOT NULL,
         job varchar(100) NOT NULL, fence bigint NOT NULL,
         state varchar(10) NOT NULL, is_atomic smallint NOT NULL,
         row_count bigint NOT NULL DEFAULT 0, milliseconds bigint NOT NULL DEFAULT 0,
         changed_at timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP,
         PRIMARY KEY (scope, release_id, script_digest, statement_number))`,
    orReplace: `ON CONFLICT (scope, release_id, script_digest, statement_number) DO UPDATE SET
      script_id = excluded.script_id, statement_digest = excluded.statement_digest,
      job = excluded.job, fence = excluded.fence, state = excluded.state,
      is_atomic = excluded.is_atomic, row_count = excluded.row_count,
      milliseconds = excluded.milliseconds, changed_at = CURRENT_TIMESTAMP`,
    lock: async (session) => {
      const tried = await session.ask(`SELECT pg_try_advisory_lock(${LOCK}) AS held`);
      if (tried.kind !== 'done') return tried;
      const [{ held }] = z.tuple([z.object({ held: z.boolean() })]).parse(tried.value);
      if (held) return { kind: 'done', value: { kind: 'held' } };
      const holder = await session.ask(`
        SELECT a.pid, a.state FROM pg_locks l JOIN pg_stat_activity a USING (pid)
        WHERE l.locktype = 'advisory' AND l.granted AND a.datname = current_database()
          AND (l.classid, l.objid) = (${LOCK})`);
      return mapped(holder, ([row]) => {
        const { pid, state } = Holder.parse(row ?? { pid: '?', state: null });
        return {
          kind: 'busy',
          session: String(pid),
          runs: state === null ? null : state === 'active',
          ...(state !== null &&
            state !== 'active' && {
              end: () =>
                session.ask(
                  `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                   WHERE pid = $1 AND state <> 'active'`,
                  [pid],
                ),
            }),
        };
      });
    },
    // Data definition is transactional; what is not refuses with a code of its own.
    isAtomic: async () => ({ kind: 'done', value: true }),
    needsNoTransaction: (code) => NEEDS_NO_TRANSACTION.includes(code),
  };
}

const Holder = z.object({ pid: z.union([z.number(), z.string()]), state: z.string().nullable() });
