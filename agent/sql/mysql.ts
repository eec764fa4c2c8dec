/** MySQL and MariaDB. */
import { createHash } from 'node:crypto';
import { createConnection } from 'mysql2';
import type { Connection } from 'mysql2';
import { z } from 'zod';
import type { Reply } from './database';
import type { DatabaseRule } from './database-rule';
import { saidBy } from './driver-error';
import { mapped } from './ledger-session';
import type { Credentials, Dialect, Opened, Session } from './session';
import { isSetting, isTransactionalInMysql } from './statement-kind';

/** ER_SERVER_SHUTDOWN, ER_CONNECTION_KILLED: the server's last words in a session. */
const LAST_WORDS = [1053, 1927];

const KEEP_ALIVE_MILLISECONDS = 10_000;

/** Opens a session. */
export async function openMysql(
  rule: DatabaseRule,
  { password, tls }: Credentials,
  connectSeconds: number,
): Promise<Opened> {
  const { host, port, database, user } = rule;
  const connection = createConnection({
    host,
    port,
    database,
    user,
    password,
    ...(tls && { ssl: { ...tls, verifyIdentity: true } }),
    connectTimeout: connectSeconds * 1_000,
    multipleStatements: false,
    // A script does not read files of the agent's machine.
    flags: ['-LOCAL_FILES'],
    // A server that is gone without a word is noticed while a statement runs.
    enableKeepAlive: true,
    keepAliveInitialDelay: KEEP_ALIVE_MILLISECONDS,
  });
  let broken: string | null = null;
  // Without a listener a lost session would end the process.
  connection.on('error', (error: unknown) => {
    broken ??= saidBy(error).reason;
  });
  try {
    await connection.promise().connect();
  } catch (cause) {
    return { kind: 'failed', ...saidBy(cause) };
  }
  return {
    kind: 'opened',
    session: createSession(connection, () => broken),
    dialect: dialectIn(database),
  };
}

function createSession(connection: Connection, broken: () => string | null): Session {
  let status = AUTOCOMMIT;
  return {
    ask: async (sql, values = []) => {
      try {
        // Transaction statements do not exist in the prepared protocol.
        const [rows] =
          values.length === 0
            ? await connection.promise().query(sql)
            : await connection.promise().execute(sql.replaceAll(/\$\d+/g, '?'), [...values]);
        return { kind: 'done', value: Array.isArray(rows) ? rows : [] };
      } catch (cause) {
        return replyTo(cause, broken());
      }
    },
    run: (text) =>
      new Promise((resolve) => {
        let rows = 0;
        let refusal: Reply<never> | undefined;
        const answer = (reply: Reply<number>): void => {
          connection.off('error', refuse);
          resolve(reply);
        };
        const refuse = (cause: unknown): void => {
          refusal = replyTo(cause, broken());
          answer(refusal);
        };
        // Without a callback rows are not kept, and the driver tells the end of the session to the connection alone.
        connection.on('error', refuse);
        const query = connection.query(text);
        query.on('error', refuse);
        query.on('result', (row: unknown) => {
          const header = Changed.safeParse(row);
          rows += header.success ? header.data.affectedRows : 1;
          if (header.success) status = header.data.serverStatus;
        });
        query.on('end', () => answer(refusal ?? { kind: 'done', value: rows }));
      }),
    leftOpen: () =>
      (status & IN_TRANSACTION) === 0 && (status & AUTOCOMMIT) !== 0
        ? undefined
        : 'it left a transaction open or autocommit off, and what was open is undone; let it commit',
    end: async () => {
      try {
        await connection.promise().end();
      } catch {
        // It has ended by itself.
      }
    },
  };
}

/** Of the server's status: https://dev.mysql.com/doc/dev/mysql-server/latest/mysql__com_8h.html */
const IN_TRANSACTION = 1;
const AUTOCOMMIT = 2;

/** What a statement that brings no rows answers. */
const Changed = z.object({
  affectedRows: z.number(),
  warningStatus: z.number(),
  serverStatus: z.number(),
});
const ServerError = z.object({ errno: z.number(), sqlState: z.string() });

function replyTo(cause: unknown, broken: string | null): Reply<never> {
  const { code, reason } = saidBy(cause);
  const said = ServerError.safeParse(cause);
  const stands = said.success && !LAST_WORDS.includes(said.data.errno) && broken === null;
  return stands
    ? { kind: 'refused', code, sentence: reason }
    : { kind: 'lost', sentence: broken ?? reason };
}

const quoted = (name: string): string => `\`${name.replaceAll('`', '``')}\``;

function dialectIn(database: string): Dialect {
  const fenceTable = `${quoted(database)}.interlock_fence`;
  const ledgerTable = `${quoted(database)}.interlock_ledger`;
  // Names of locks belong to the whole server, and have at most 64 characters.
  const lock = `interlock.${createHash('sha256').update(database).digest('hex').slice(0, 32)}`;
  /** Whether all tables undo what a transaction wrote; asked again after anything that may have made one. */
  let undoable: boolean | undefined;
  const inOrder = 'ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin';
  return {
    product: 'MySQL',
    fenceTable,
    ledgerTable,
    makeFence: `CREATE TABLE IF NOT EXISTS ${fenceTable} (
         scope varchar(300) PRIMARY KEY, fence bigint NOT NULL) ${inOrder}`,
    makeLedger: `CREATE TABLE IF NOT EXISTS ${ledgerTable} (
         scope varchar(300) NOT NULL, release_id varchar(100) NOT NULL,
         script_id varchar(100) NOT NULL, script_digest char(64) NOT NULL,
         statement_number integer NOT NULL, statement_digest char(64) NOT NULL,
         job varchar(100) NOT NULL, fence bigint NOT NULL,
         state varchar(10) NOT NULL, is_atomic smallint NOT NULL,
         row_count bigint NOT NULL DEFAULT 0, milliseconds bigint NOT NULL DEFAULT 0,
         changed_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
         PRIMARY KEY (scope, release_id, script_digest, statement_number)) ${inOrder}`,
    orReplace: `ON DUPLICATE KEY UPDATE
      script_id = VALUES(script_id), statement_digest = VALUES(statement_digest),
      job = VALUES(job), fence = VALUES(fence), state = VALUES(state),
      is_atomic = VALUES(is_atomic), row_count = VALUES(row_count),
      milliseconds = VALUES(milliseconds), changed_at = CURRENT_TIMESTAMP`,
    lock: async (session) => {
      const tried = await session.ask('SELECT GET_LOCK($1, 0) AS held', [lock]);
      if (tried.kind !== 'done') return tried;
      const [{ held }] = z.tuple([z.object({ held: z.coerce.number() })]).parse(tried.value);
      if (held === 1) return { kind: 'done', value: { kind: 'held' } };
      const holder = await session.ask(
        `SELECT used.id, shown.command FROM (SELECT IS_USED_LOCK($1) AS id) AS used
         LEFT JOIN information_schema.processlist AS shown ON shown.id = used.id`,
        [lock],
      );
      return mapped(holder, ([row]) => {
        const { id, command } = Holder.parse(row);
        const runs = command === null ? null : command !== 'Sleep';
        // KILL takes no placeholder; the id is the server's own number.
        const end = () => session.ask(`KILL ${String(id)}`);
        return {
          kind: 'busy',
          session: String(id ?? '?'),
          runs,
          ...(runs === false && id !== null && { end }),
        };
      });
    },
    isAtomic: async (session, statement) => {
      // A session that is gone has no settings.
      if (isSetting(statement)) return { kind: 'done', value: true };
      if (!isTransactionalInMysql(statement)) {
        undoable = undefined;
        return { kind: 'done', value: false };
      }
      if (undoable !== undefined) return { kind: 'done', value: undoable };
      return mapped(await session.ask(OTHER_ENGINES), (rows) => {
        undoable = rows.length === 0;
        return undoable;
      });
    },
    needsNoTransaction: () => false,
  };
}

/** A table of another engine keeps what a transaction that is undone wrote. */
const OTHER_ENGINES = `SELECT 1 FROM information_schema.tables
  WHERE table_type = 'BASE TABLE' AND engine <> 'InnoDB'
    AND table_schema NOT IN ('mysql', 'sys', 'information_schema', 'performance_schema') LIMIT 1`;

// MySQL 8 names the columns of information_schema in upper case.
const Holder = z.preprocess(
  (row) =>
    typeof row === 'object' && row !== null
      ? Object.fromEntries(Object.entries(row).map(([key, value]) => [key.toLowerCase(), value]))
      : row,
  z.object({ id: z.union([z.number(), z.string(), z.null()]), command: z.string().nullable() }),
);
