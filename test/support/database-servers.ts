/** Real database servers of a test's own, on ports that the system chose. */
import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createConnection } from 'mysql2/promise';
import { Client } from 'pg';
import { z } from 'zod';
import type { DatabaseRule } from '../../agent/sql/database-rule';
import { startDatabases } from '../../demo/database-server';
import { freePort } from './free-port';

export interface DatabaseServer {
  /** How an agent.yml names its one database. */
  readonly rule: DatabaseRule;
  /** Who signed the certificate that the server shows to those who want encrypted sessions. */
  readonly caFile: string;
  /** Asks with a session of its own. */
  query(sql: string): Promise<readonly Record<string, unknown>[]>;
  close(): Promise<void>;
}

/** A server that may be away for a while, with what it stored. */
export interface RestartableServer extends DatabaseServer {
  stop(): Promise<void>;
  /** Waits until it answers. */
  start(): Promise<void>;
}

const PASSWORD = 'a secret of the tests';
const READY_SECONDS = 60;

export const servers = {
  postgresql: startPostgresql,
  mariadb: startMariadb,
  pglite: startPglite,
} as const satisfies Record<string, () => Promise<DatabaseServer>>;

async function startPostgresql(): Promise<RestartableServer> {
  const { directory, rule, certificate } = await aPlace('postgresql');
  const data = join(directory, 'data');
  const bin = postgresqlBin();
  // PostgreSQL refuses to run as root.
  const user = process.getuid?.() === 0 ? asUser('postgres') : undefined;
  if (user) execFileSync('chown', ['-R', String(user.uid), directory]);
  execFileSync(
    join(bin, 'initdb'),
    ['-D', data, '-U', rule.user, '-A', 'scram-sha-256', `--pwfile=${rule.passwordFile}`, '-N'],
    { ...user, cwd: directory, stdio: 'ignore' },
  );
  if (user) execFileSync('chown', ['0', rule.passwordFile]);
  const settings = [
    'listen_addresses=127.0.0.1',
    'fsync=off',
    `unix_socket_directories=${directory}`,
    'ssl=on',
    `ssl_cert_file=${certificate.file}`,
    `ssl_key_file=${certificate.keyFile}`,
  ];
  const launch = () =>
    spawn(
      join(bin, 'postgres'),
      ['-D', data, '-p', String(rule.port), ...settings.flatMap((setting) => ['-c', setting])],
      { ...user, cwd: directory, stdio: 'ignore' },
    );
  let server = launch();
  await ready(() => postgresqlQuery({ ...rule, database: 'postgres' }, 'CREATE DATABASE orders'));
  return {
    rule,
    caFile: certificate.file,
    query: (sql) => postgresqlQuery(rule, sql),
    stop: () => gone(server, 'SIGQUIT'),
    start: async () => {
      server = launch();
      await ready(() => postgresqlQuery(rule, 'SELECT 1'));
    },
    close: () => end(server, 'SIGQUIT', directory),
  };
}

async function startMariadb(): Promise<DatabaseServer> {
  const { directory, rule, certificate } = await aPlace('mysql');
  const data = join(directory, 'data');
  const socketPath = join(directory, 'socket');
  const user = execFileSync('id', ['-un'], { encoding: 'utf8' }).trim();
  // Each server that starts removes the temporary tables of all others whose directory for them is the same.
  const temporary = join(directory, 'temporary');
  mkdirSync(temporary);
  const env = {
    ...process.env,
    TMPDIR: temporary,
    PATH: `${process.env['PATH'] ?? ''}:/usr/sbin`,
  };
  execFileSync(
    'mariadb-install-db',
    [
      '--no-defaults',
      `--datadir=${data}`,
      `--user=${user}`,
      '--auth-root-authentication-method=normal',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'], env },
  );
  const server = spawn(
    'mariadbd',
    [
      '--no-defaults',
      `--datadir=${data}`,
      `--socket=${socketPath}`,
      `--port=${String(rule.port)}`,
      '--bind-address=127.0.0.1',
      '--skip-name-resolve',
      `--user=${user}`,
      `--ssl-cert=${certificate.file}`,
      `--ssl-key=${certificate.keyFile}`,
      '--innodb-flush-log-at-trx-commit=0',
    ],
    { stdio: 'ignore', env },
  );
  await ready(async () => {
    const root = await createConnection({ socketPath, user: 'root' });
    await root.query('CREATE DATABASE orders');
    await root.query(`CREATE USER '${rule.user}'@'%' IDENTIFIED BY '${PASSWORD}'`);
    await root.query(`GRANT ALL ON *.* TO '${rule.user}'@'%' WITH GRANT OPTION`);
    await root.end();
  });
  return {
    rule,
    caFile: certificate.file,
    query: (sql) => mysqlQuery(rule, sql),
    close: () => end(server, 'SIGKILL', directory),
  };
}

/** The demo's: PostgreSQL compiled to WebAssembly, behind a socket. */
async function startPglite(): Promise<DatabaseServer> {
  const directory = mkdtempSync(join(tmpdir(), 'interlock-db-'));
  const { program, databases } = await startDatabases(directory, ['orders'], ['SIT'], 0);
  const [rule] = databases;
  if (!rule) throw new Error('no database');
  return {
    rule: { ...rule, environments: [...rule.environments] },
    caFile: '',
    query: (sql) => postgresqlQuery({ ...rule, environments: [] }, sql),
    close: async () => {
      await program.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

interface Place {
  readonly directory: string;
  readonly rule: DatabaseRule;
  readonly certificate: Certificate;
}

async function aPlace(engine: DatabaseRule['engine']): Promise<Place> {
  const directory = mkdtempSync(join(tmpdir(), 'interlock-db-'));
  // The server may run as another user.
  chmodSync(directory, 0o755);
  mkdirSync(join(directory, 'data'));
  const passwordFile = join(directory, 'password');
  writeFileSync(passwordFile, `${PASSWORD}\n`, { mode: 0o600 });
  const rule = {
    id: 'orders',
    environments: ['SIT'],
    engine,
    host: '127.0.0.1',
    port: await freePort(),
    database: 'orders',
    user: 'release',
    passwordFile,
  };
  return { directory, rule, certificate: aCertificate(directory) };
}

interface Certificate {
  readonly file: string;
  readonly keyFile: string;
}

/** For this machine, signed by itself. */
function aCertificate(directory: string): Certificate {
  const [file, keyFile] = [join(directory, 'server.pem'), join(directory, 'server.key')];
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
      ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'],
      ...['-days', '2', '-out', file, '-keyout', keyFile],
    ],
    { stdio: 'ignore' },
  );
  return { file, keyFile };
}

/** The newest server that is installed. */
function postgresqlBin(): string {
  const [newest] = readdirSync('/usr/lib/postgresql').sort((a, b) => Number(b) - Number(a));
  if (newest === undefined) throw new Error('PostgreSQL is not installed.');
  return join('/usr/lib/postgresql', newest, 'bin');
}

function asUser(name: string): { readonly uid: number; readonly gid: number } {
  const id = (of: string): number =>
    Number(execFileSync('id', [of, name], { encoding: 'utf8' }).trim());
  return { uid: id('-u'), gid: id('-g') };
}

async function postgresqlQuery(
  { host, port, database, user, passwordFile }: DatabaseRule,
  sql: string,
): Promise<readonly Record<string, unknown>[]> {
  const password = readFileSync(passwordFile, 'utf8').trim();
  const client = new Client({ host, port, database, user, password });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

async function mysqlQuery(
  { host, port, database, user }: DatabaseRule,
  sql: string,
): Promise<readonly Record<string, unknown>[]> {
  const connection = await createConnection({ host, port, database, user, password: PASSWORD });
  try {
    const [rows] = await connection.query(sql);
    return Rows.parse(rows);
  } finally {
    await connection.end();
  }
}

/** A statement without rows answers a header. */
const Rows = z.array(z.record(z.string(), z.unknown())).catch([]);

async function ready(look: () => Promise<unknown>): Promise<void> {
  const deadline = Date.now() + READY_SECONDS * 1_000;
  for (;;) {
    try {
      await look();
      return;
    } catch (cause) {
      if (Date.now() > deadline) throw cause;
      await sleep(100);
    }
  }
}

async function end(
  server: ReturnType<typeof spawn>,
  signal: NodeJS.Signals,
  directory: string,
): Promise<void> {
  await gone(server, signal);
  rmSync(directory, { recursive: true, force: true });
}

async function gone(server: ReturnType<typeof spawn>, signal: NodeJS.Signals): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = new Promise((resolve) => server.once('exit', resolve));
  server.kill(signal);
  await ended;
}
