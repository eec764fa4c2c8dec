import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { statusOf } from '../../demo/issues';
import { jiraAs, waitFor } from '../../demo/jira-client';
import { freePort } from '../support/free-port';
import { childrenOf, commandOf } from './support/processes';
import { ROOT } from './support/stand';

const MEGABYTES_MAX = 1_536;

describe('npm start', () => {
  const state = mkdtempSync(join(tmpdir(), 'interlock-demo-'));
  const lines: string[] = [];
  let port = 0;
  let running: ChildProcess | undefined;
  beforeAll(async () => {
    port = await freePort();
  });
  afterAll(async () => {
    await stop();
    rmSync(state, { recursive: true, force: true });
  }, 60_000);

  /** What `npm start` runs, once the pages are built; waits for its last line. */
  async function start(...args: readonly string[]): Promise<string> {
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
    return said(/^All of it takes .*/, 240);
  }

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

  async function stop(): Promise<void> {
    const child = running;
    running = undefined;
    if (!child || child.exitCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  }

  const siteUrl = (): string => `http://127.0.0.1:${String(port)}`;
  const statuses = (): Promise<readonly string[]> =>
    Promise.all(
      [1, 2, 3, 4].map((number) => statusOf(jiraAs(siteUrl(), 'dev'), `REL-${String(number)}`)),
    );
  const FIRST = ['Deployed', 'Ready', 'SQL pending', 'Draft'];

  test('ends with one release deployed, one ready, one that waits for the DBA and one to write on', async () => {
    const memory = await start();

    expect(await statuses()).toEqual(FIRST);
    const said = lines.join('\n');
    for (const word of ['REL-2 is ready', 'REL-3 waits for the DBA', 'local-dba', '--reset'])
      expect(said).toContain(word);
    for (const address of ['127.0.0.2', '127.0.0.3', '127.0.0.4']) {
      const answer = await fetch(`http://${address}:${String(port + 21)}/config`);
      expect(await answer.json()).toEqual({ greeting: 'Welcome to the shop (SIT)' });
    }
    process.stdout.write(`demo: ${memory}\n`);
    const [, counted = '', each = ''] = /takes (\d+) MB .*\((\d+) MB/.exec(memory) ?? [];
    expect(Number(counted)).toBeGreaterThan(100);
    expect(Number(each)).toBeLessThanOrEqual(MEGABYTES_MAX);
  }, 300_000);

  test('says so when its agent is killed, and starts it again', async () => {
    const agent = childrenOf(running?.pid ?? 0).find((pid) =>
      commandOf(pid).includes('agent/main'),
    );
    expect(agent).toBeDefined();

    process.kill(agent ?? 0, 'SIGKILL');

    expect(await said(/^The agent has ended/)).toContain('SIGKILL');
    await waitFor('another agent', () =>
      Promise.resolve(
        childrenOf(running?.pid ?? 0).find((pid) => commandOf(pid).includes('agent/main')),
      ),
    );
  }, 60_000);

  test('keeps everything for the next start, and begins anew with --reset', async () => {
    await stop();
    await start();
    expect(await statuses()).toEqual(FIRST);
    await stop();

    await start('--reset');

    expect(await statuses()).toEqual(FIRST);
  }, 300_000);
});
