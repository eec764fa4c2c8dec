/** What a killed agent's scripts have done to a real database: how many of their statements. */
import { readFileSync } from 'node:fs';
import { createConnection } from 'mysql2/promise';
import { Client } from 'pg';
import { z } from 'zod';
import type { DatabaseRule } from '../../../agent/sql/database-rule';

/** In and out of a transaction; done twice, the third one shows. */
export const SCRIPTS = {
  postgresql: [
    'CREATE TABLE crashed (id int PRIMARY KEY, note text)',
    "INSERT INTO crashed VALUES (1, 'x'), (2, 'x')",
    "UPDATE crashed SET note = note || '+'",
    'CREATE INDEX CONCURRENTLY by_note ON crashed (note)',
  ],
  mysql: [
    'CREATE TABLE crashed (id int PRIMARY KEY, note varchar(20))',
    "INSERT INTO crashed VALUES (1, 'x'), (2, 'x')",
    "UPDATE crashed SET note = CONCAT(note, '+')",
    'CREATE INDEX by_note ON crashed (note)',
  ],
} as const;

const INDEXED = {
  postgresql: `SELECT 1 AS found FROM pg_index WHERE indexrelid = to_regclass('by_note') AND indisvalid`,
  mysql: `SELECT 1 AS found FROM information_schema.statistics WHERE table_schema = database() AND index_name = 'by_note'`,
};

const LEDGER = `SELECT script_id, script_digest, statement_number, job, fence, state
  FROM interlock_ledger ORDER BY script_digest, statement_number`;

/** The places of a script's notes after each statement; null: no table. */
const STATES = [null, '', 'x x', 'x+ x+'];

const ScriptRows = z.array(
  z
    .object({
      script_id: z.string(),
      script_digest: z.string(),
      statement_number: z.coerce.number(),
      job: z.string(),
      fence: z.coerce.number(),
      state: z.enum(['intent', 'asked', 'done', 'failed']),
    })
    .transform(({ script_id, script_digest, statement_number, job, fence, state }) => ({
      ...{ script: script_id, digest: script_digest, number: statement_number },
      ...{ job, fence, state },
    })),
);
/** What the ledger there says of a statement. */
export type ScriptRow = z.infer<typeof ScriptRows>[number];

/** How many statements have taken effect, and what the ledger has of each. */
export async function effectsIn(
  rule: DatabaseRule,
): Promise<{ readonly statements: number; readonly ledger: readonly ScriptRow[] }> {
  const notes = await ask(rule, 'SELECT note FROM crashed ORDER BY id').then(
    (rows) => rows.map(({ note }) => String(note)).join(' '),
    () => null,
  );
  const indexed = (await ask(rule, INDEXED[rule.engine])).length;
  const ledger = await ask(rule, LEDGER).catch(() => []);
  return {
    // What no order of the statements leads to is less than nothing.
    statements: STATES.indexOf(notes) + indexed,
    ledger: ScriptRows.parse(ledger),
  };
}

export interface DatabasePool {
  /** An empty database that nobody else uses. */
  take(): Promise<DatabaseRule>;
  giveBack(rule: DatabaseRule): Promise<void>;
}

/** PostgreSQL makes a database by copying one: what was used is emptied for the next point. */
export function databasePool(rule: DatabaseRule): DatabasePool {
  const free: DatabaseRule[] = [];
  let made = 0;
  return {
    take: async () => {
      const used = free.pop();
      if (used) return used;
      made += 1;
      const database = `point_${String(made)}`;
      await ask(rule, `CREATE DATABASE ${database}`);
      return { ...rule, database };
    },
    giveBack: async (used) => {
      if (rule.engine === 'postgresql') {
        await ask(used, 'DROP SCHEMA public CASCADE');
        await ask(used, 'CREATE SCHEMA public');
      } else {
        await ask(rule, `DROP DATABASE ${used.database}`);
        await ask(rule, `CREATE DATABASE ${used.database}`);
      }
      free.push(used);
    },
  };
}

const Rows = z.array(z.record(z.string(), z.unknown())).catch([]);

async function ask(rule: DatabaseRule, sql: string) {
  const { host, port, user, database } = rule;
  const password = readFileSync(rule.passwordFile, 'utf8').trim();
  if (rule.engine === 'postgresql') {
    const client = new Client({ host, port, user, database, password });
    await client.connect();
    try {
      return Rows.parse((await client.query(sql)).rows);
    } finally {
      await client.end();
    }
  }
  const connection = await createConnection({ host, port, user, database, password });
  try {
    return Rows.parse((await connection.query(sql))[0]);
  } finally {
    await connection.end();
  }
}
