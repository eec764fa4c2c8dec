/** What stops a start, in one clear sentence; and what a start finds again. */
import { afterAll, afterEach, describe, expect, jest, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  callsOf,
  chain,
  eventually,
  runChains,
  startFixtureHost,
  type FixtureHost,
} from '../support/fixture-host';
import type { LocalJiraSettings } from '../../local/host';
import { changedApp } from '../support/changed-app';
import { PROGRAM } from '../support/run-fixture-host';
import { START_DEADLINE_MS } from '../support/start-deadline';

jest.setTimeout(START_DEADLINE_MS);

const scratch: string[] = [];
const folder = () => {
  const directory = mkdtempSync(join(tmpdir(), 'local-jira-'));
  scratch.push(directory);
  return directory;
};
afterAll(() => scratch.forEach((directory) => rmSync(directory, { recursive: true, force: true })));

const hosts: FixtureHost[] = [];
const start = async (settings: Partial<LocalJiraSettings> = {}) => {
  const host = await startFixtureHost(settings);
  hosts.push(host);
  return host;
};
afterEach(async () => {
  for (const host of hosts.splice(0)) await host.end();
});

function changed(file: string, change: (text: string) => string): string {
  const directory = changedApp(file, change);
  scratch.push(directory);
  return directory;
}

describe('a start is refused', () => {
  test('for a module type that Local Jira does not run', async () => {
    const appDirectory = changed('manifest.yml', (text) =>
      text.replace('jira:issuePanel:', 'jira:issueActivity:'),
    );
    await expect(start({ appDirectory })).rejects.toThrow(
      'Module "panel" of manifest.yml has the type "jira:issueActivity", which Local Jira does not run',
    );
  });

  test('for what Forge’s own validation finds, with the line', async () => {
    const appDirectory = changed('manifest.yml', (text) => text.replace('fiveMinute', 'minute'));
    await expect(start({ appDirectory, bundleDirectory: folder() })).rejects.toThrow(
      /manifest\.yml:\d+:\d+ .*interval/,
    );
  });

  test('on a port that is taken', async () => {
    const host = await start();
    const port = Number(new URL(host.siteUrl).port);
    await expect(start({ port })).rejects.toThrow('EADDRINUSE');
  });

  test('on a state that another host uses', async () => {
    const host = await start();
    const { stateDirectory } = host;
    await expect(start({ stateDirectory })).rejects.toThrow(
      /^Another Local Jira uses .*; stop it, or choose another state directory\.$/,
    );
  });
});

describe('a restart', () => {
  test('finds records, secrets, addresses and waiting calls again', async () => {
    const stateDirectory = folder();
    const before = await start({ stateDirectory });
    await runChains(before, chain('set', ['k', 'kept']), chain('setSecret', ['s', 'hidden']));
    const ids = Object.values(before.webTriggerUrls()).map((url) => new URL(url).pathname);
    await before.probe('push', { events: [{ body: { mark: 'waiting' }, delayInSeconds: 600 }] });
    await before.stop();

    const after = await start({ stateDirectory });
    expect(await runChains(after, chain('get', ['k']), chain('getSecret', ['s']))).toEqual([
      { value: 'kept' },
      { value: 'hidden' },
    ]);
    expect(Object.values(after.webTriggerUrls()).map((url) => new URL(url).pathname)).toEqual(ids);
    after.clock.advance(601_000);
    await eventually(async () => (await callsOf(after, 'waiting')) === 1, 'the waiting call');
  });

  test('after kill -9 delivers what was on the way', async () => {
    const stateDirectory = folder();
    const child = spawn(process.execPath, ['--import', 'tsx', PROGRAM, stateDirectory], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const printed: string[] = [];
    child.stdout.on('data', (chunk: Buffer) => printed.push(chunk.toString()));
    await eventually(() => printed.join('').includes('pushed'), 'the event to be pushed', 60_000);
    child.kill('SIGKILL');
    await once(child, 'exit');

    const after = await start({ stateDirectory });
    after.clock.advance(601_000);
    await eventually(async () => (await callsOf(after, 'survivor')) === 1, 'the surviving call');
  });

  test('with reset finds nothing', async () => {
    const stateDirectory = folder();
    const before = await start({ stateDirectory });
    await runChains(before, chain('set', ['k', 'kept']));
    await before.stop();

    const after = await start({ stateDirectory, reset: true });
    expect(await runChains(after, chain('get', ['k']))).toEqual([{}]);
  });

  test('from the cache of bundles takes less than 15 s', async () => {
    const startedMs = performance.now();
    await start();
    const seconds = (performance.now() - startedMs) / 1_000;
    console.info(`Later start of Local Jira: ${seconds.toFixed(1)} s (≤ 15).`);
    expect(seconds).toBeLessThanOrEqual(15);
  });
});
