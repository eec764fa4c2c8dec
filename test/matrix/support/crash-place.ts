/** What all points of the crash matrix share: two databases, an OpenSSH host, packages, the agent's program. */
import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { sha256Hex } from '../../../agent/keys';
import type { DatabaseRule } from '../../../agent/sql/database-rule';
import { startOpenSsh } from '../../scenarios/support/openssh';
import type { OpenSsh } from '../../scenarios/support/openssh';
import { servers } from '../../support/database-servers';

export interface CrashPlace {
  readonly directory: string;
  readonly ssh: OpenSsh;
  readonly rules: Readonly<Record<'postgresql' | 'mysql', DatabaseRule>>;
  /** SHA-256 of the packages in the store, by their version. */
  readonly packages: Readonly<Record<string, string>>;
  /** A host's directory in which 1.0.0 is current and nothing runs. */
  readonly servedBefore: string;
  readonly helper: string;
  /** The agent's program as one file: it starts in a fifth of the time. */
  readonly program: string;
  close(): Promise<void>;
}

const HELPER = join(__dirname, '../../../agent/host/interlock-host.sh');

/** Says that it has begun, where the host's own files are. */
const RUN = '#!/bin/sh\necho "$INTERLOCK_VERSION" >>../../booted\nexec sleep 1000000\n';

/** Starts everything; whoever does closes it. */
export async function openCrashPlace(): Promise<CrashPlace> {
  const directory = mkdtempSync(join(tmpdir(), 'interlock-crash-'));
  const program = join(directory, 'agent.cjs');
  const [ssh, postgresql, mariadb] = await Promise.all([
    startOpenSsh(join(directory, 'ssh')),
    servers.postgresql(),
    servers.mariadb(),
    buildProgram(program),
  ]);
  const store = join(directory, 'packages');
  const packages = Object.fromEntries(
    ['1.0.0', '1.1.0'].map((version) => [version, aPackage(store, version)]),
  );
  const servedBefore = join(directory, 'template');
  mkdirSync(servedBefore);
  const words = [servedBefore, '1', 'earlier.1', packages['1.0.0'] ?? '', '1.0.0'];
  const input = readFileSync(join(store, 'shop-1.0.0.tar.gz'));
  execFileSync('sh', [HELPER, 'stage', ...words, String(input.length + 1_000), '5'], { input });
  execFileSync('sh', [HELPER, 'activate', ...words, '-']);
  return {
    directory,
    ssh,
    rules: { postgresql: postgresql.rule, mysql: mariadb.rule },
    packages,
    servedBefore,
    helper: HELPER,
    program,
    close: async () => {
      await Promise.all([ssh.stop(), postgresql.close(), mariadb.close()]);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** esbuild as a program: its library refuses the globals of jest. */
async function buildProgram(file: string): Promise<void> {
  const helper = JSON.stringify(readFileSync(HELPER, 'utf8'));
  await promisify(execFile)(join(__dirname, '../../../node_modules/.bin/esbuild'), [
    join(__dirname, 'mortal-program.ts'),
    ...['--bundle', '--platform=node', '--target=node24', '--format=cjs', '--log-level=warning'],
    ...['--external:*.node', '--external:cpu-features', '--external:pg-native'],
    `--define:INTERLOCK_HOST_HELPER=${helper}`,
    `--outfile=${file}`,
  ]);
}

/** The shop in a version, as the store keeps it; its digest. */
function aPackage(store: string, version: string): string {
  const source = join(store, `${version}.source`);
  const run = join(source, 'bin/run');
  mkdirSync(dirname(run), { recursive: true });
  writeFileSync(run, RUN);
  chmodSync(run, 0o755);
  writeFileSync(join(source, 'VERSION'), version);
  const file = join(store, `shop-${version}.tar.gz`);
  execFileSync('tar', ['-czf', file, '-C', source, '.']);
  return sha256Hex(readFileSync(file));
}
