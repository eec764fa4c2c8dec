/** Databases of a real server, one per environment, as agent.yml names them and as a test looks into them. */
import { readFileSync } from 'node:fs';
import { createConnection } from 'mysql2/promise';
import { Client } from 'pg';
import type { AgentDatabase } from '../../../demo/agent-file';
import type { DatabaseServer } from '../../support/database-servers';

export interface EnvironmentDatabases {
  readonly rules: readonly AgentDatabase[];
  /** The rows of a query in the database of an environment. */
  rows(environment: string, sql: string): Promise<readonly Record<string, unknown>[]>;
}

/** Makes a database per environment on the server; `id` is what releases call it. */
export async function databasesFor(
  server: DatabaseServer,
  id: string,
  environments: readonly string[],
): Promise<EnvironmentDatabases> {
  const rules = environments.map((environment): AgentDatabase => {
    const database = `${id}_${environment.toLowerCase()}`;
    return { ...server.rule, id, environments: [environment], database };
  });
  for (const { database } of rules) await server.query(`CREATE DATABASE ${database}`);
  return {
    rules,
    rows: (environment, sql) => {
      const rule = rules.find((candidate) => candidate.environments.includes(environment));
      if (!rule) throw new Error(`There is no database ${id} in ${environment}.`);
      return rule.engine === 'postgresql' ? askPostgresql(rule, sql) : askMysql(rule, sql);
    },
  };
}

async function askPostgresql(
  rule: AgentDatabase,
  sql: string,
): Promise<readonly Record<string, unknown>[]> {
  const { host, port, database, user } = rule;
  const client = new Client({ host, port, database, user, password: passwordOf(rule) });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

async function askMysql(
  rule: AgentDatabase,
  sql: string,
): Promise<readonly Record<string, unknown>[]> {
  const { host, port, database, user } = rule;
  const account = { user, password: passwordOf(rule) };
  const connection = await createConnection({ host, port, database, ...account });
  try {
    const [rows] = await connection.query(sql);
    return Array.isArray(rows) ? rows.map((row) => Object.fromEntries(Object.entries(row))) : [];
  } finally {
    await connection.end();
  }
}

const passwordOf = ({ passwordFile }: AgentDatabase): string =>
  readFileSync(passwordFile, 'utf8').trim();
