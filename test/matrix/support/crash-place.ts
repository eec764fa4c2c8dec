/** What all points of the crash matrix share: two databases, an OpenSSH host, packages, the agent's program. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { sha256Hex } from '../../../agent/keys';
import type { DatabaseRule } from '../../../agent/sql/database-rule';
import { startOpenSsh } from '../../scenarios/support/openssh';
import type { OpenSsh } from '../../scenarios/support/openssh';
import { buildProgram, HOST_HELPER } from '../../support/build-program';
import { servers } from '../../support/database-servers';
import { databasePool } from './target-database';
import type { DatabasePool } from './target-database';

export interface CrashPlace {
  readonly directory: string;
  readonly ssh: OpenSsh;
  readonly databases: Readonly<Record<DatabaseRule['engine'], DatabasePool>>;
  /** SHA-256 of the packages in the store, by their version. */
  readonly packages: Readonly<Record<string, string>>;
  /** A host's directory in which 1.0.0 is current and nothing runs. */
  readonly servedBefore: string;
  readonly helper: string;
  /** The agent's program as one file: it starts in a fifth of the time. */
  readonly program: string;
  close(): Promise<void>;
}

/** Says that it has begun, where the host's own files are. */
const RUN = '#!/bin/sh\necho "$INTERLOCK_VERSION" >>../../booted\nexec sleep 1000000\n';

/** What put 1.0.0 on the host, before any release. */
export const EARLIER_JOB = 'earlier.1';

/** The version whose process ends as soon as it has begun. */
export const BROKEN = '1.2.0';

/** Starts everything; whoever does closes it. */
export async function openCrashPlace(): Promise<CrashPlace> {
  const directory = mkdtempSync(join(tmpdir(), 'interlock-crash-'));
  const program = join(directory, 'agent.cjs');
  const [ssh, postgresql, mariadb] = await Promise.all([
    startOpenSsh(join(directory, 'ssh'), { address: '127.0.0.1', root: '', isPlain: true }),
    servers.postgresql(),
    servers.mariadb(),
    // Hundreds of lives begin with reading it.
    buildProgram('test/matrix/support/mortal-program.ts', program, ['--minify']),
  ]);
  const store = join(directory, 'packages');
  const packages = Object.fromEntries(
    ['1.0.0', '1.1.0', BROKEN].map((version) => [version, aPackage(store, version)]),
  );
  const servedBefore = join(directory, 'template');
  mkdirSync(servedBefore);
  const words = [servedBefore, '1', EARLIER_JOB, packages['1.0.0'] ?? '', '1.0.0'];
  const input = readFileSync(join(store, 'shop-1.0.0.tar.gz'));
  execFileSync('sh', [HOST_HELPER, 'stage', ...words, String(input.length + 1_000), '5'], {
    input,
  });
  execFileSync('sh', [HOST_HELPER, 'activate', ...words, '-']);
  return {
    directory,
    ssh,
    databases: { postgresql: databasePool(postgresql.rule), mysql: databasePool(mariadb.rule) },
    packages,
    servedBefore,
    helper: HOST_HELPER,
    program,
    close: async () => {
      await Promise.all([ssh.stop(), postgresql.close(), mariadb.close()]);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** The shop in a version, as the store keeps it; its digest. */
function aPackage(store: string, version: string): string {
  const source = join(store, `${version}.source`);
  const run = join(source, 'bin/run');
  mkdirSync(dirname(run), { recursive: true });
  writeFileSync(run, version === BROKEN ? RUN.replace(/^exec .*\n/m, '') : RUN);
  chmodSync(run, 0o755);
  writeFileSync(join(source, 'VERSION'), version);
  const file = join(store, `shop-${version}.tar.gz`);
  execFileSync('tar', ['-czf', file, '-C', source, '.']);
  return sha256Hex(readFileSync(file));
}
