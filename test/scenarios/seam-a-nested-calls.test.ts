import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { waitFor } from '../../demo/jira-client';
import { childrenOf, commandOf } from './support/processes';
import { startStand } from './support/stand';
import type { Stand } from './support/stand';

const Info = z.object({ workers: z.number(), webTriggers: z.record(z.string(), z.string()) });

describe('seam a: a machine transition made from inside a function', () => {
  let stand: Stand;
  beforeAll(async () => {
    stand = await startStand('seam-a');
  }, 300_000);
  afterAll(() => stand.stop(), 60_000);

  test('passes its own validator while one of three workers is held busy', async () => {
    const info = Info.parse(await stand.as('admin').request('GET', '/local/info'));
    expect(info.workers).toBeGreaterThanOrEqual(3);
    const [held = 0] = childrenOf(stand.jira().program.process.pid ?? 0).filter((pid) =>
      commandOf(pid).includes('runner'),
    );

    // A frozen worker keeps the call that it gets: sooner or later one of several at once is given to it.
    process.kill(held, 'SIGSTOP');
    let sent = 0;
    let answered = 0;
    const count = (): void => {
      answered += 1;
    };
    const trigger = info.webTriggers['agent'] ?? '';
    await waitFor('a call that the frozen worker keeps', async () => {
      for (let call = 0; call < info.workers; call += 1) {
        sent += 1;
        void fetch(trigger, { method: 'POST', body: '{}' }).then(count, count);
      }
      await sleep(2_000);
      return answered < sent ? true : undefined;
    });

    // Submit is followed by «Approved», which the app performs from inside a function.
    await stand.ready('1.0.0');

    expect(answered).toBeLessThan(sent);
    process.kill(held, 'SIGCONT');
  }, 120_000);
});
