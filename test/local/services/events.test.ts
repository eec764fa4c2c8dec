import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { AppEvent } from '../../../local/services/service';
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

const event = (kind: AppEvent['kind'], payload: AppEvent['payload']): AppEvent => ({
  kind,
  moduleKey: kind === 'post-function' ? 'echo' : 'issue-updated',
  moduleType: kind === 'post-function' ? 'jira:workflowPostFunction' : 'trigger',
  functionKey: 'note',
  payload,
});

describe.each(['post-function', 'product-event'] as const)('a %s', (kind) => {
  let host: FixtureHost;
  beforeAll(async () => {
    host = await startFixtureHost();
  }, START_DEADLINE_MS);
  beforeEach(() => void host.knobs.turn({ preset: 'calm' }));
  afterAll(() => host.end());

  const knob = kind === 'post-function' ? 'postFunctions' : 'productEvents';
  const value = async (key: string) => (await runChains(host, chain('get', [key])))[0]?.value;
  const seen = (mark: string, times: number) =>
    eventually(async () => (await callsOf(host, mark)) === times, `${times} × ${mark}`);
  const idle = () => eventually(() => host.deliveries().running === 0, 'the run to end');

  test('reaches its function after the fact', async () => {
    host.app.deliver(event(kind, { mark: 'plain', issue: { key: 'REL-1' } }));
    await seen('plain', 1);
    expect(await value('last.plain')).toMatchObject({ event: { issue: { key: 'REL-1' } } });
  });

  test('comes late', async () => {
    host.knobs.turn({ [knob]: { leastMs: 5_000, mostMs: 6_000 } });
    host.app.deliver(event(kind, { mark: 'late' }));
    host.clock.advance(4_500);
    expect(await callsOf(host, 'late')).toBe(0);
    host.clock.advance(1_500);
    await seen('late', 1);
  });

  test('comes twice, or never, when chance says so', async () => {
    host.knobs.turn({ [knob]: { doubled: 1 } });
    host.app.deliver(event(kind, { mark: 'twice' }));
    await seen('twice', 2);

    host.knobs.turn({ [knob]: { doubled: 0, lost: 1 } });
    host.app.deliver(event(kind, { mark: 'lost' }));
    expect(host.lines).toContain(`Rude: an event of ${kind} was lost.`);
    await idle();
    expect(host.deliveries()).toEqual({ waiting: 0, running: 0 });
  });

  test('comes again at most four times when the app asks for it', async () => {
    host.app.deliver(event(kind, { mark: 'again', ask: 'retry' }));
    for (const times of [1, 2, 3, 4, 5]) {
      await seen('again', times);
      await idle();
      host.clock.advance(2_000);
    }
    await eventually(() => host.deliveries().waiting === 0, 'the event to be dropped');
    expect(await callsOf(host, 'again')).toBe(5);
    expect(await value('last.again')).toMatchObject({
      event: {
        retryContext: {
          retryCount: 4,
          retryReason: 'FUNCTION_RETRY_REQUEST',
          retryData: { askedBefore: 3 },
        },
      },
    });
  });

  test('runs as nobody: asUser is refused', async () => {
    const input = { path: '/rest/api/3/issue/REL-1', as: 'user' };
    const asking = event(kind, { ask: 'jira', input });
    host.app.deliver({ ...asking, functionKey: 'probe', accountId: 'account-dev' });
    await eventually(
      () => host.lines.some((line) => line.includes('Authentication Required')),
      'the refusal',
    );
  });

  test('does not come again when the function throws', async () => {
    host.app.deliver(event(kind, { mark: 'throws', ask: 'throw' }));
    await seen('throws', 1);
    await eventually(() => host.deliveries().waiting + host.deliveries().running === 0, 'its end');
    expect(host.lines.some((line) => line.includes('is not called again: asked to throw'))).toBe(
      true,
    );
  });
});
