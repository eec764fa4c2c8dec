import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import type { AgentDatabase } from '../../demo/agent-file';
import { startDatabases } from '../../demo/database-server';
import type { DatabaseServer } from '../../demo/database-server';

describe('the database of the demo', () => {
  const directory = mkdtempSync(join(tmpdir(), 'interlock-demo-'));
  let server: DatabaseServer;
  const start = async (): Promise<void> => {
    server = await startDatabases(directory, ['shop'], ['SIT', 'UAT'], 0);
  };
  beforeAll(start, 120_000);
  afterAll(async () => {
    await server.program.stop();
    rmSync(directory, { recursive: true, force: true });
  }, 60_000);

  const ruleOf = (environment: string): AgentDatabase => {
    const rule = server.databases.find(({ environments }) => environments.includes(environment));
    if (!rule) throw new Error(`There is no database in ${environment}.`);
    return rule;
  };

  async function connect(environment: string, other: object = {}): Promise<Client> {
    const { host, port, database, user, passwordFile } = ruleOf(environment);
    const password = readFileSync(passwordFile, 'utf8');
    const client = new Client({ host, port, database, user, password, ...other });
    // Its connection is broken off on purpose.
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }

  async function ask(environment: string, sql: string): Promise<readonly unknown[]> {
    const client = await connect(environment);
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await client.end();
    }
  }

  test('lets nobody in without the password, which only its owner may read', async () => {
    await expect(connect('SIT', { password: 'guessed' })).rejects.toMatchObject({ code: '28P01' });
    await expect(connect('SIT', { user: 'postgres' })).rejects.toMatchObject({ code: '28P01' });
    await expect(connect('SIT', { database: 'template' })).rejects.toMatchObject({ code: '3D000' });
    expect(statSync(ruleOf('SIT').passwordFile).mode & 0o077).toBe(0);
  }, 60_000);

  test('keeps the environments apart, and what was written over a restart', async () => {
    await ask('SIT', 'CREATE TABLE product (name text)');
    await ask('SIT', `INSERT INTO product VALUES ('Rope')`);
    await server.program.stop();
    await start();

    expect(await ask('SIT', 'SELECT name FROM product')).toEqual([{ name: 'Rope' }]);
    await expect(ask('UAT', 'SELECT name FROM product')).rejects.toThrow(/does not exist/);
  }, 120_000);

  test('forgets the locks and the open transaction of a client that dies', async () => {
    const dying = await connect('SIT');
    await dying.query('CREATE TABLE lasting (number integer)');
    await dying.query('SELECT pg_advisory_lock(7)');
    await dying.query('BEGIN');
    await dying.query('INSERT INTO lasting VALUES (1)');
    const gone = new Promise((resolve) => dying.once('end', resolve));
    dying.connection.stream.destroy();
    await gone;

    const locks = `SELECT count(*)::int AS locks FROM pg_locks WHERE locktype = 'advisory'`;
    expect(await ask('SIT', locks)).toEqual([{ locks: 0 }]);
    expect(await ask('SIT', 'SELECT number FROM lasting')).toEqual([]);
  }, 60_000);
});
