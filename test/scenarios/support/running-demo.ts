/** What `npm start` runs once the pages are built, as a process on ports and a directory of its own. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { waitFor } from '../../../demo/jira-client';
import { memoryOf } from '../../../demo/memory';
import type { Memory } from '../../../demo/memory';
import { servicePid } from '../../../demo/service';
import { freePort } from '../../support/free-port';
import { ROOT } from './stand';

const START_SECONDS = 240;
const HOSTS = ['web-1', 'web-2', 'web-3'];
const ADDRESSES = ['127.0.0.2', '127.0.0.3', '127.0.0.4'];
const SERVICE_PORT_ABOVE = 21;

export interface RunningDemo {
  readonly siteUrl: string;
  /** Where it keeps everything. */
  readonly state: string;
  /** What it has printed since its last start. */
  lines(): readonly string[];
  pid(): number;
  /** Starts it; the line that it prints last. */
  start(...args: readonly string[]): Promise<string>;
  /** A line like this, now or later. */
  said(pattern: RegExp, deadlineSeconds?: number): Promise<string>;
  /** What every host answers in an environment, from 0. */
  answers(environment: number, path: string): Promise<readonly string[]>;
  /** What all its processes hold now, with the services on its hosts. */
  memory(): Memory;
  /** Its exit code, once it has ended by itself. */
  ended(): Promise<number | null>;
  stop(): Promise<void>;
  /** Stops it and forgets its state. */
  remove(): Promise<void>;
}

/** Nothing runs before its `start`. */
export async function makeDemo(): Promise<RunningDemo> {
  const state = mkdtempSync(join(tmpdir(), 'interlock-demo-'));
  const port = await freePort();
  const lines: string[] = [];
  let running: ChildProcess | undefined;

  const said = (pattern: RegExp, deadlineSeconds = 60): Promise<string> =>
    waitFor(
      `${String(pattern)} after:\n${lines.slice(-5).join('\n')}`,
      () => {
        if (running?.exitCode !== null) throw new Error(`It has ended:\n${lines.join('\n')}`);
        return Promise.resolve(lines.find((line) => pattern.test(line)));
      },
      deadlineSeconds,
      50,
    );
  const pid = (): number => running?.pid ?? 0;
  const services = (): readonly number[] =>
    HOSTS.flatMap((host) =>
      ['sit', 'uat', 'stage', 'prod'].map((place) =>
        servicePid(join(state, 'demo', host, 'srv', place, 'shop')),
      ),
    ).filter((found) => found !== undefined);
  const stop = async (): Promise<void> => {
    const child = running;
    running = undefined;
    if (!child || child.exitCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  };

  return {
    siteUrl: `http://127.0.0.1:${String(port)}`,
    state,
    lines: () => lines,
    pid,
    start: (...args) => {
      lines.length = 0;
      const main = join(ROOT, 'demo/start.ts');
      const child = spawn(process.execPath, ['--import', 'tsx', main, '--state', state, ...args], {
        cwd: ROOT,
        env: { ...process.env, PORT: String(port) },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      running = child;
      for (const stream of [child.stdout, child.stderr])
        createInterface({ input: stream }).on('line', (line) => lines.push(line));
      return said(/^All of it takes .*/, START_SECONDS);
    },
    said,
    answers: (environment, path) =>
      Promise.all(
        ADDRESSES.map(async (address) => {
          const place = `http://${address}:${String(port + SERVICE_PORT_ABOVE + environment)}`;
          return (await (await fetch(`${place}${path}`)).text()).trim();
        }),
      ),
    memory: () => memoryOf([pid(), ...services()]),
    ended: async () => {
      if (!running) throw new Error('It was never started.');
      if (running.exitCode === null)
        await once(running, 'exit', { signal: AbortSignal.timeout(60_000) });
      return running.exitCode;
    },
    stop,
    remove: async () => {
      await stop();
      rmSync(state, { recursive: true, force: true });
    },
  };
}
