import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from '../support/free-port';
import { ROOT } from '../scenarios/support/stand';

const FIRST_START_SECONDS = 240;
const LATER_START_SECONDS = 15;

/** A person's shell: nothing of the npm that runs this test, and the machine's own Node. */
const SHELL = Object.fromEntries(
  Object.entries(process.env)
    .filter(
      ([name]) =>
        !name.toLowerCase().startsWith('npm_') && name !== 'NODE_ENV' && name !== 'INIT_CWD',
    )
    .map(([name, value]) =>
      name === 'PATH'
        ? [
            name,
            (value ?? '')
              .split(':')
              .filter((part) => !part.includes('node_modules'))
              .join(':'),
          ]
        : [name, value],
    ),
);

describe('seam d: a fresh clone', () => {
  const directory = mkdtempSync(join(tmpdir(), 'interlock-clone-'));
  const clone = join(directory, 'interlock');
  let port = 0;
  let running: ChildProcess | undefined;
  beforeAll(async () => {
    port = await freePort();
    execFileSync('git', ['clone', '--quiet', `file://${ROOT}`, clone]);
  });
  afterAll(async () => {
    await stop();
    rmSync(directory, { recursive: true, force: true });
  }, 60_000);

  /** Runs `npm start` until the site answers; the seconds that it took. */
  async function secondsToPage(): Promise<number> {
    const began = performance.now();
    const child = spawn('npm', ['start'], {
      cwd: clone,
      env: { ...SHELL, PORT: String(port) },
      detached: true,
    });
    running = child;
    const lines: string[] = [];
    await new Promise<void>((resolve, reject) => {
      createInterface({ input: child.stdout }).on('line', (line) => {
        lines.push(line);
        if (line.startsWith('Local Jira is open at')) resolve();
      });
      createInterface({ input: child.stderr }).on('line', (line) => lines.push(line));
      child.once('exit', () =>
        reject(new Error(`npm start ended:\n${lines.slice(-30).join('\n')}`)),
      );
    });
    const page = await fetch(`http://127.0.0.1:${String(port)}/`);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('Local Jira');
    return (performance.now() - began) / 1_000;
  }

  async function stop(): Promise<void> {
    const child = running;
    running = undefined;
    if (!child?.pid || child.exitCode !== null) return;
    const gone = once(child, 'exit');
    process.kill(-child.pid, 'SIGTERM');
    await gone;
  }

  test(`is usable by npm ci && npm start within ${FIRST_START_SECONDS} s, and again within ${LATER_START_SECONDS} s`, async () => {
    const began = performance.now();
    execFileSync('npm', ['ci'], { cwd: clone, env: SHELL, stdio: 'ignore' });
    const installed = (performance.now() - began) / 1_000;
    const first = installed + (await secondsToPage());
    await stop();
    const later = await secondsToPage();

    process.stderr.write(
      `fresh clone: npm ci ${installed.toFixed(0)} s, usable after ${first.toFixed(0)} s, later start ${later.toFixed(1)} s\n`,
    );
    expect(first).toBeLessThanOrEqual(FIRST_START_SECONDS);
    expect(later).toBeLessThanOrEqual(LATER_START_SECONDS);
  }, 600_000);
});
