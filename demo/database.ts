/**
 * The demo's database server: PostgreSQL compiled to WebAssembly (PGlite), so that no system package is needed.
 * Each database is an engine of its own and lives as long as connections to it: one takes 150 MB of memory.
 *
 *   node --liftoff-only --expose-gc --import tsx demo/database.ts --port 0 --directory <dir> --user shop --password-file <file> --database shop_sit
 */
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import { admit } from './database-door';
import type { Account } from './database-door';

const TEMPLATE = 'template';

interface Engine {
  readonly path: string;
  close(): Promise<void>;
}

interface Engines {
  /** A connection to the engine of a database. */
  connect(database: string): Promise<Socket>;
  close(): Promise<void>;
}

/** Opens engines on demand; one whose last connection has gone is closed, and with it its session and its locks. */
function openEngines(directory: string): Engines {
  const sockets = mkdtempSync(join(tmpdir(), 'interlock-demo-'));
  const open = new Map<string, { connections: number; readonly engine: Promise<Engine> }>();
  const closing = new Map<string, Promise<void>>();

  const acquire = (database: string): Promise<Engine> => {
    const known = open.get(database);
    if (known) {
      known.connections += 1;
      return known.engine;
    }
    const engine = (closing.get(database) ?? Promise.resolve()).then(() =>
      openEngine(join(directory, database), join(sockets, database)),
    );
    open.set(database, { connections: 1, engine });
    return engine;
  };
  const release = (database: string): void => {
    const known = open.get(database);
    if (!known) return;
    known.connections -= 1;
    if (known.connections > 0) return;
    open.delete(database);
    closing.set(
      database,
      known.engine.then((engine) => engine.close()),
    );
  };

  return {
    connect: async (database) => {
      const { path } = await acquire(database);
      const inner = connect(path);
      inner.once('close', () => release(database));
      await once(inner, 'connect');
      return inner;
    },
    close: async () => {
      for (const { engine } of open.values()) await (await engine).close();
      await Promise.all(closing.values());
      rmSync(sockets, { recursive: true, force: true });
    },
  };
}

/** A new database is a copy of the template: making one from nothing takes 5 s. */
async function provideData(template: string, dataDir: string): Promise<void> {
  if (existsSync(dataDir)) return;
  if (existsSync(template)) cpSync(template, `${dataDir}.new`, { recursive: true, force: true });
  else await (await PGlite.create({ dataDir: `${dataDir}.new` })).close();
  renameSync(`${dataDir}.new`, dataDir);
}

async function openEngine(dataDir: string, path: string): Promise<Engine> {
  await provideData(join(dataDir, '..', TEMPLATE), dataDir);
  const db = await PGlite.create({ dataDir });
  const server = new PGLiteSocketServer({ db, path, maxConnections: 20 });
  await server.start();
  return {
    path,
    close: async () => {
      await server.stop();
      await db.close();
      rmSync(path, { force: true });
      // The engine's memory is free to go, and nothing else here would make Node look.
      globalThis.gc?.();
    },
  };
}

async function serve(
  socket: Socket,
  account: Account,
  databases: readonly string[],
  engines: Engines,
): Promise<void> {
  // A client that breaks off is no concern of ours.
  socket.on('error', () => undefined);
  const guest = await admit(socket, account, databases);
  if (!guest) return;
  const inner = await engines.connect(guest.database);
  inner.on('error', () => undefined);
  inner.once('close', () => socket.destroy());
  socket.once('close', () => inner.destroy());
  if (socket.destroyed) inner.destroy();
  inner.write(guest.startup);
  socket.pipe(inner).pipe(socket);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' },
      directory: { type: 'string' },
      user: { type: 'string' },
      'password-file': { type: 'string' },
      database: { type: 'string', multiple: true },
    },
  });
  const { directory, user, database: databases, 'password-file': passwordFile } = values;
  if (!directory || !user || !passwordFile || !databases) {
    throw new Error('database needs --directory, --user, --password-file and --database.');
  }
  const account = { user, password: readFileSync(passwordFile, 'utf8').trim() };
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  await provideData('', join(directory, TEMPLATE));
  globalThis.gc?.();
  const engines = openEngines(directory);
  const server = createServer((socket) => {
    serve(socket, account, databases, engines).catch((error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      socket.destroy();
    });
  });
  server.listen(Number(values.port), '127.0.0.1', () => {
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    process.stdout.write(`database 127.0.0.1 port ${String(port)}\n`);
  });
  process.once('SIGTERM', () => {
    server.close();
    void engines.close().then(() => process.exit(0));
  });
}

if (require.main === module) void main();
