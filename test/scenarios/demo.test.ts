import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import process from 'node:process';
import { statusOf } from '../../demo/issues';
import { jiraAs, waitFor } from '../../demo/jira-client';
import { childrenOf, commandOf } from './support/processes';
import { makeDemo } from './support/running-demo';
import type { RunningDemo } from './support/running-demo';

const MEGABYTES_MAX = 1_536;

describe('npm start', () => {
  let demo: RunningDemo;
  beforeAll(async () => {
    demo = await makeDemo();
  });
  afterAll(() => demo.remove(), 60_000);

  const statuses = (): Promise<readonly string[]> =>
    Promise.all(
      [1, 2, 3, 4].map((number) => statusOf(jiraAs(demo.siteUrl, 'dev'), `REL-${String(number)}`)),
    );
  const child = (file: string): number | undefined =>
    childrenOf(demo.pid()).find((pid) => commandOf(pid).includes(file));
  const agent = (): number | undefined => child('agent/main');
  const FIRST = ['Deployed', 'Ready', 'SQL pending', 'Draft'];

  test('ends with one release deployed, one ready, one that waits for the DBA and one to write on', async () => {
    const memory = await demo.start();

    expect(await statuses()).toEqual(FIRST);
    const said = demo.lines().join('\n');
    for (const word of ['REL-2 is ready', 'REL-3 waits for the DBA', 'local-dba', '--reset'])
      expect(said).toContain(word);
    expect(await demo.answers(0, '/config')).toEqual(
      Array(3).fill('{"greeting":"Welcome to the shop (SIT)"}'),
    );
    process.stderr.write(`demo: ${memory}\n`);
    const [, counted = '', each = ''] = /takes (\d+) MB .*\((\d+) MB/.exec(memory) ?? [];
    expect(Number(counted)).toBeGreaterThan(100);
    expect(Number(each)).toBeLessThanOrEqual(MEGABYTES_MAX);
  }, 300_000);

  test('says so when its agent is killed, and starts it again', async () => {
    const first = agent();
    expect(first).toBeDefined();

    process.kill(first ?? 0, 'SIGKILL');

    expect(await demo.said(/^The agent has ended/)).toContain('SIGKILL');
    await waitFor('another agent', () => Promise.resolve(agent()));
  }, 60_000);

  test('ends with a sentence when Local Jira is killed', async () => {
    process.kill(child('local/main') ?? 0, 'SIGKILL');

    expect(await demo.ended()).toBe(1);
    expect(demo.lines().join('\n')).toContain('Local Jira has ended by itself');
  }, 90_000);

  test('keeps everything for the next start, and begins anew with --reset', async () => {
    await demo.start();
    expect(await statuses()).toEqual(FIRST);
    const said = demo.lines().join('\n');
    expect(said).toContain('The releases stand where you left them.');
    expect(said).not.toContain('REL-2 is ready');
    await demo.stop();

    await demo.start('--reset');

    expect(await statuses()).toEqual(FIRST);
  }, 300_000);
});
