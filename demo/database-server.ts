/** The demo's databases as its agent reaches them: one server, a database per purpose and environment. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentDatabase } from './agent-file';
import { startProgram } from './program';
import type { Program } from './program';

const USER = 'shop';
const PORT_ABOVE = 12;

/** V8's optimizing compiler takes 100 MB more for PostgreSQL than its baseline compiler. */
const NODE_FLAGS: readonly string[] = ['--liftoff-only', '--expose-gc'];

export interface DatabaseServer {
  readonly program: Program;
  readonly databases: readonly AgentDatabase[];
}

/** Starts the server on a port above the site's; its data and its password lie below the directory. */
export async function startDatabases(
  directory: string,
  ids: readonly string[],
  environments: readonly string[],
  sitePort: number,
): Promise<DatabaseServer> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const passwordFile = join(directory, 'password');
  if (!existsSync(passwordFile))
    writeFileSync(passwordFile, randomBytes(18).toString('base64url'), { mode: 0o600 });
  const port = sitePort === 0 ? 0 : sitePort + PORT_ABOVE;
  const names = ids.flatMap((id) => environments.map((environment) => nameOf(id, environment)));
  const program = startProgram(
    'database',
    join(__dirname, 'database.ts'),
    [
      ...['--port', String(port), '--directory', join(directory, 'data'), '--user', USER],
      ...['--password-file', passwordFile, ...names.flatMap((name) => ['--database', name])],
    ],
    { flags: NODE_FLAGS },
  );
  const [, bound] = await program.says(/^database 127\.0\.0\.1 port (\d+)/);
  const place = { host: '127.0.0.1', port: Number(bound), user: USER, passwordFile };
  const databases = ids.flatMap((id) =>
    environments.map((environment): AgentDatabase => ({
      id,
      environments: [environment],
      engine: 'postgresql',
      database: nameOf(id, environment),
      ...place,
    })),
  );
  return { program, databases };
}

const nameOf = (id: string, environment: string): string => `${id}_${environment.toLowerCase()}`;
