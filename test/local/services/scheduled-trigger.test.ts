import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { heldClock } from '../../../local/clock';
import {
  callsOf,
  chain,
  eventually,
  runChains,
  startFixtureHost,
  type FixtureHost,
} from '../../support/fixture-host';
import { START_DEADLINE_MS } from '../../support/start-deadline';

jest.setTimeout(30_000);

describe('a schedule of five minutes', () => {
  let host: FixtureHost;
  beforeAll(async () => {
    host = await startFixtureHost({ clock: heldClock(Date.parse('2026-11-20T10:00:00Z')) });
  }, START_DEADLINE_MS);
  beforeEach(() => void host.knobs.turn({ preset: 'calm' }));
  afterAll(() => host.end());

  const ran = (times: number) =>
    eventually(async () => (await callsOf(host, 'sweep')) === times, `${times} runs`);

  test('runs every five minutes and not before', async () => {
    host.clock.advance(299_000);
    expect(await callsOf(host, 'sweep')).toBe(0);
    host.clock.advance(1_000);
    await ran(1);
    host.clock.advance(300_000);
    await ran(2);
  });

  test('tells the function site and module', async () => {
    const [last] = await runChains(host, chain('get', ['last.sweep']));
    expect(last?.value).toMatchObject({
      event: {
        context: { cloudId: host.small.parts.cloudId, moduleKey: 'sweep' },
        contextToken: expect.any(String),
      },
    });
  });

  test('runs late and twice when rude', async () => {
    const before = await callsOf(host, 'sweep');
    host.knobs.turn({ schedules: { leastMs: 1_000, mostMs: 2_000, doubled: 1 } });
    host.clock.advance(300_000);
    expect(await callsOf(host, 'sweep')).toBe(before);
    host.clock.advance(2_000);
    await ran(before + 2);
  });
});
