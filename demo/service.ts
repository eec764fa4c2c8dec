/** The service on a demo host: ends when its host is switched off, and comes back when it boots. */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Line of the helper's own note: kind, pid, begin, digest, job. */
const NOTE = /^\S+ (?<pid>\d+) \S+ (?<digest>[0-9a-f]{64}) (?<job>\S+)$/m;

interface Running {
  readonly pid: number;
  readonly digest: string;
  readonly job: string;
}

/** The process of the service below a base path; undefined where none was ever started. */
export const servicePid = (basePath: string): number | undefined => readNote(basePath)?.pid;

/** Ends the service below a base path, if there is one, and waits until it is gone. */
export async function stopService(basePath: string): Promise<void> {
  const running = readNote(basePath);
  if (!running) return;
  const signals: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGKILL'];
  for (const signal of signals) {
    if (!signalled(running.pid, signal)) return;
    for (let look = 0; look < 40; look += 1) {
      if (!signalled(running.pid, 0)) return;
      await sleep(50);
    }
  }
}

/** False when there is no such process any more. */
function signalled(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

/** Starts again what ran when the host was switched off, as the host's init system would. */
export function bootService(basePath: string, address: string, port: number): void {
  const last = readNote(basePath);
  const helper = existsSync(homeOf(basePath))
    ? readdirSync(homeOf(basePath)).find((name) => /^helper-[0-9a-f]{64}$/.test(name))
    : undefined;
  if (!last || helper === undefined) return;
  const fence = readFileSync(join(homeOf(basePath), 'fence'), 'utf8').trim();
  const words = [
    join(homeOf(basePath), helper),
    'launch',
    basePath,
    fence,
    last.job,
    last.digest,
    'boot',
    String(port),
    'setsid',
  ];
  spawn('sh', words, {
    detached: true,
    stdio: 'ignore',
    env: { ...process.env, BIND_ADDRESS: address },
  }).unref();
}

function readNote(basePath: string): Running | undefined {
  const file = join(homeOf(basePath), 'run');
  const found = existsSync(file) ? NOTE.exec(readFileSync(file, 'utf8'))?.groups : undefined;
  if (!found) return undefined;
  const { pid = '', digest = '', job = '' } = found;
  return { pid: Number(pid), digest, job };
}

const homeOf = (basePath: string): string => join(basePath, '.interlock');
