import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import {
  callsOf,
  chain,
  eventually,
  runChains,
  startFixtureHost,
  type FixtureHost,
} from '../../support/fixture-host';
import { START_DEADLINE_MS } from '../../support/start-deadline';

jest.setTimeout(60_000);

interface Seen {
  readonly event: {
    readonly retryContext?: {
      readonly retryCount: number;
      readonly retryReason: string;
      readonly retentionWindow: { readonly remainingTimeMs: number };
    };
  };
}

describe('queues below @forge/events', () => {
  let host: FixtureHost;
  beforeAll(async () => {
    host = await startFixtureHost();
  }, START_DEADLINE_MS);
  beforeEach(() => void host.knobs.turn({ preset: 'calm' }));
  afterAll(() => host.end());

  const push = (events: object[], queue = 'jobs') =>
    host.probe('push', { events, queue }) as Promise<{ jobId: string }>;
  const value = async (key: string) => (await runChains(host, chain('get', [key])))[0]?.value;
  const seen = (mark: string, times: number) =>
    eventually(async () => (await callsOf(host, mark)) === times, `${times} × ${mark}`);
  const last = async (mark: string) => (await value(`last.${mark}`)) as Seen;
  const stats = (jobId: string) => host.probe('stats', { jobId });

  test('call the consumer and count the job', async () => {
    const { jobId } = await push([{ body: { mark: 'plain' } }, { body: { mark: 'plain' } }]);
    await seen('plain', 2);
    await eventually(
      async () => JSON.stringify(await stats(jobId)) === '{"success":2,"inProgress":0,"failed":0}',
      'the statistics',
    );
  });

  test('wait as long as the event asks', async () => {
    await push([{ body: { mark: 'delayed' }, delayInSeconds: 600 }]);
    host.clock.advance(599_000);
    expect(await callsOf(host, 'delayed')).toBe(0);
    host.clock.advance(2_000);
    await seen('delayed', 1);
  });

  test('deliver again when the app asks, and say how often and why', async () => {
    await push([{ body: { mark: 'again', ask: 'retry' } }]);
    await seen('again', 1);
    await eventually(() => host.deliveries().running === 0, 'the first run to end');
    host.clock.advance(2_000);
    await seen('again', 2);

    expect((await last('again')).event.retryContext).toMatchObject({
      retryCount: 1,
      retryReason: 'FUNCTION_RETRY_REQUEST',
      retentionWindow: { remainingTimeMs: expect.any(Number) },
    });
  });

  test('deliver again after an error, with growing waits, until 24 hours are over', async () => {
    const { jobId } = await push([{ body: { mark: 'failing', ask: 'throw' } }]);
    for (const times of [1, 2, 3]) {
      await seen('failing', times);
      await eventually(() => host.deliveries().running === 0, 'the run to end');
      host.clock.advance(2 ** (times - 1) * 1_000);
    }
    await seen('failing', 4);
    await eventually(() => host.deliveries().running === 0, 'the run to end');
    host.clock.advance(24 * 3_600_000);
    await eventually(
      async () => JSON.stringify(await stats(jobId)) === '{"success":0,"inProgress":0,"failed":1}',
      'the event to be given up',
      45_000,
    );
  });

  test('run one at a time under a concurrency key of limit 1', async () => {
    await runChains(host, chain('set', ['busy', 0]), chain('set', ['busiest', 0]));
    const concurrency = { key: 'one', limit: 1 };
    await push(
      Array.from({ length: 5 }, () => ({ body: { mark: 'single', workMs: 30 }, concurrency })),
    );
    await seen('single', 5);
    expect(await value('busiest')).toBe(1);
  });

  test('drop what was cancelled before it ran', async () => {
    const { jobId } = await push([{ body: { mark: 'cancelled' }, delayInSeconds: 60 }]);
    await host.probe('cancel', { jobId });
    host.clock.advance(61_000);
    await eventually(() => host.deliveries().waiting === 0, 'the parcel to be gone');

    expect(await callsOf(host, 'cancelled')).toBe(0);
    expect(await stats(jobId)).toEqual({ success: 0, inProgress: 0, failed: 1 });
  });

  test('deliver some twice when rude', async () => {
    host.knobs.turn({ queue: { doubled: 1 } });
    await push([{ body: { mark: 'twice' } }]);
    await seen('twice', 2);
  });

  test('refuse a queue that no consumer reads', async () => {
    await expect(push([{ body: {} }], 'nobody')).rejects.toThrow(
      'No consumer module of the manifest reads the queue',
    );
  });

  test('refuse a job that never was', async () => {
    await expect(stats('unheard')).rejects.toThrow('was not found for the queue jobs');
  });

  test('refuse an event above 100 KB for a consumer that may run long, and take the others', async () => {
    const big = { body: { mark: 'big', text: 'x'.repeat(101 * 1_024) } };
    await expect(push([{ body: { mark: 'beside-big' } }, big])).rejects.toThrow(
      'Failed to process 1 event(s).',
    );
    await seen('beside-big', 1);
  });

  test('refuse more than 500 events a minute', async () => {
    host.clock.advance(60_000);
    const later = { body: { mark: 'many' }, delayInSeconds: 900 };
    const fifty = Array.from({ length: 50 }, () => later);
    await expect(
      (async () => {
        for (let time = 0; time < 11; time += 1) await push(fifty);
      })(),
    ).rejects.toThrow('Too many requests.');
  });
});
