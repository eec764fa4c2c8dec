import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, startFixtureHost, type FixtureHost } from '../support/fixture-host';
import { START_DEADLINE_MS } from '../support/start-deadline';

// Shared machines are slow at times; no test here waits for a fixed time.
jest.setTimeout(30_000);

const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];

interface Now {
  readonly now: number;
  readonly iso: string;
  readonly isDate: boolean;
}

const judging = (wish: string, deadlineSeconds = 25) => ({
  moduleKey: 'gate',
  moduleType: 'jira:workflowValidator',
  functionKey: 'judge',
  payload: { issue: { key: 'REL-1' }, configuration: { wish } },
  deadlineSeconds,
});

describe('functions of the real bundle', () => {
  let host: FixtureHost;
  beforeAll(async () => {
    host = await startFixtureHost();
  }, START_DEADLINE_MS);
  afterAll(() => host.end());

  test('return what they return', async () => {
    expect(await host.call(judging('yes'))).toMatchObject({
      kind: 'returned',
      value: { result: true, errorMessage: 'The wish is yes.' },
    });
    expect(await host.call(judging('nothing'))).toMatchObject({
      kind: 'returned',
      value: undefined,
    });
  });

  test('answer a warm call within 50 ms, median of 60', async () => {
    const times: number[] = [];
    for (let time = 0; time < 60; time += 1) {
      const startedMs = performance.now();
      await host.call(judging('yes'));
      times.push(performance.now() - startedMs);
    }
    const warmMs = median(times) ?? Infinity;
    console.info(`Warm function call through Local Jira: ${warmMs.toFixed(2)} ms median (≤ 50).`);
    expect(warmMs).toBeLessThanOrEqual(50);
  });

  test('that throw give one sentence', async () => {
    expect(await host.call(judging('throw'))).toEqual({
      kind: 'threw',
      name: 'Error',
      message: 'asked to throw',
    });
  });

  test.each(['hang', 'spin'])('that %s are killed at their deadline', async (wish) => {
    const startedMs = performance.now();
    expect(await host.call(judging(wish, 0.4))).toEqual({
      kind: 'timed-out',
      deadlineSeconds: 0.4,
    });
    expect(performance.now() - startedMs).toBeLessThan(5_000);
    expect(await host.call(judging('yes'))).toMatchObject({ kind: 'returned' });
  });

  test('that end their process are told from those that throw', async () => {
    expect(await host.call(judging('crash'))).toEqual({
      kind: 'crashed',
      message: "The function's process ended with exit code 7.",
    });
    expect(await host.call(judging('yes'))).toMatchObject({ kind: 'returned' });
  });

  test('get nothing of the host’s environment, and 512 MB', async () => {
    expect(await host.probe('env')).toEqual({
      names: ['FORGE_CUSTOM_WRAPPER_FILE_NAME', 'FORGE_EFS_RUNTIME_PATH', '_HANDLER'],
      flags: ['--max-old-space-size=512'],
    });
  });

  test('may print what is no JSON', async () => {
    expect(await host.probe('print')).toBe('printed');
    await eventually(() => host.lines.some((line) => line.includes('no JSON at all')), 'the line');
    expect(host.lines.some((line) => line.includes('a line {"of":"log"}'))).toBe(true);
  });

  test('take and give 5 MB and no more', async () => {
    const limit = 5 * 1_024 * 1_024;
    const big = (bytes: number) =>
      host.call({
        ...judging('yes'),
        functionKey: 'probe',
        payload: { ask: 'big', input: { bytes } },
      });
    expect(await big(limit - 2)).toMatchObject({ kind: 'returned' });
    expect(await big(limit)).toMatchObject({ kind: 'threw', name: 'PayloadTooLarge' });

    const heavy = { ...judging('yes'), payload: 'x'.repeat(limit) };
    expect(await host.call(heavy)).toMatchObject({
      kind: 'threw',
      message: expect.stringContaining('Forge allows 5242880'),
    });
  });

  test('live in the time of the host', async () => {
    host.clock.advance(3_600_000);
    const { now, iso, isDate } = (await host.probe('now')) as Now;
    expect(Math.abs(now - host.clock.now())).toBeLessThan(10_000);
    expect(isDate).toBe(true);
    expect(Math.abs(Date.parse(iso) - host.clock.now())).toBeLessThan(10_000);
  });

  test('that nobody declared are not called', async () => {
    expect(await host.call({ ...judging('yes'), functionKey: 'unheard' })).toEqual({
      kind: 'threw',
      name: 'UnknownFunction',
      message: 'The manifest declares no function "unheard".',
    });
  });

  test('are byte for byte what Forge’s bundler made, whoever hosts them', async () => {
    const wrapper = readFileSync(join(__dirname, '../../local/runtime/wrapper.cjs'));
    expect(readFileSync(join(host.bundleDirectory, '__forge_wrapper__.cjs'))).toEqual(wrapper);
    const code = readFileSync(join(host.bundleDirectory, 'index.cjs'), 'utf8');
    expect(code).not.toContain('127.0.0.1');
    expect(code).toContain('__forge_fetch__');
  });
});

describe('nested calls', () => {
  let host: FixtureHost;
  beforeAll(async () => {
    host = await startFixtureHost();
  }, START_DEADLINE_MS);
  afterAll(() => host.end());

  /** Jira judges while the function that asked still waits, as with a transition made from inside the app. */
  const judgeInside = () => {
    host.small.answer = async () => {
      const outcome = await host.small.parts.app.call(judging('yes'));
      return { status: outcome.kind === 'returned' ? 200 : 500, body: {} };
    };
  };
  const ask = () => host.probe('jira', { path: '/rest/api/3/issue/REL-1' });

  test('are answered while a third worker is held busy', async () => {
    judgeInside();
    const held = host.call(judging('hang', 3));

    expect(await ask()).toMatchObject({ status: 200 });

    expect(await held).toMatchObject({ kind: 'timed-out' });
  });

  test('are answered although twenty functions ask at once', async () => {
    judgeInside();
    const answers = await Promise.all(Array.from({ length: 20 }, ask));
    expect(answers).toEqual(Array.from({ length: 20 }, () => ({ status: 200, text: '{}' })));
  });
});
