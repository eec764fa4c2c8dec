/** A directory of a test's own, and packages and services in it. */
import { afterAll } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { sha256Hex } from '../../../agent/keys';

/** A directory that is removed after the file's tests, with the services that were started in it. */
export function scratch(): string {
  const directory = mkdtempSync(join(tmpdir(), 'interlock-'));
  afterAll(() => {
    for (const line of runRecords(directory)) endGroup(line);
    rmSync(directory, { recursive: true, force: true });
  });
  return directory;
}

export interface TestPackage {
  readonly file: string;
  readonly digest: string;
  readonly bytes: Buffer;
}

type Files = Readonly<Record<string, string>>;

/** Packs files; those in bin/ can be executed. */
export function aPackage(directory: string, name: string, files: Files): TestPackage {
  const source = join(directory, `${name}.source`);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(source, path)), { recursive: true });
    writeFileSync(join(source, path), text);
    if (path.startsWith('bin/')) chmodSync(join(source, path), 0o755);
  }
  const file = join(directory, `${name}.tar.gz`);
  execFileSync('tar', ['-czf', file, '-C', source, '.']);
  const bytes = readFileSync(file);
  return { file, digest: sha256Hex(bytes), bytes };
}

/** Sleeps for ever, as a service with nothing to do. */
export const SLEEPS_FOREVER =
  '#!/bin/sh\necho "began $INTERLOCK_VERSION on $PORT"\nexec sleep 1000000\n';

/** Ignores being asked to end. */
export const STAYS = "#!/bin/sh\ntrap '' TERM\nwhile :; do sleep 0.1; done\n";

/** Ends at once. */
export const EXITS_7 = '#!/bin/sh\necho "no database" >&2\nexit 7\n';

function runRecords(directory: string): readonly string[] {
  const found = execFileSync('find', [directory, '-path', '*/.interlock/run'], {
    encoding: 'utf8',
  });
  return found
    .split('\n')
    .filter((path) => path !== '')
    .map((path) => readFileSync(path, 'utf8'));
}

function endGroup(record: string): void {
  const [kind, pid] = record.split(' ');
  if (kind !== 'setsid' || pid === undefined) return;
  try {
    process.kill(-Number(pid), 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
