import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { click, untilStatus } from '../../demo/issues';
import { waitFor } from '../../demo/jira-client';
import { startStand } from '../scenarios/support/stand';
import type { Stand } from '../scenarios/support/stand';

/** Starts that are measured. */
const STARTS = 50;

/**
 * From one start to the next, at least: Forge lets an installation read 4,000 pieces of 10 KB a minute, and a release
 * takes some 200 of them from its draft to Deployed. A quick machine would measure what a 429 does.
 */
const PAUSE_MILLISECONDS = 4_000;

/** From the POST of Start to the first intent at the host, by the figures. */
const P95_MILLISECONDS = 3_000;

describe('the way from the click to the host', () => {
  let stand: Stand;
  beforeAll(async () => {
    stand = await startStand('start-to-intent');
  }, 300_000);
  afterAll(() => stand.stop(), 60_000);

  async function measure(key: string): Promise<number> {
    const before = stand.ssh.commands().length;
    // The panel of a person who is about to click is open: that is what makes the agent hot.
    await stand.panel(key);
    const posted = Date.now();
    await click(stand.as('leader'), key, 'Start');
    // Whichever comes first writes the first intent at the host: the copy, or the switch of what is there.
    const intent = await waitFor(`an intent of ${key} at the host`, () =>
      Promise.resolve(
        stand.ssh
          .commands()
          .slice(before)
          .find(({ command }) => command.includes(`'activate'`)),
      ),
    );
    return intent.at - posted;
  }

  test(`takes at most ${P95_MILLISECONDS} ms for 95 of 100 with a hot agent and rude post-functions`, async () => {
    const times: number[] = [];
    const ready = (start: number) => stand.ready(start % 2 === 0 ? '1.0.0' : '1.1.0');
    for (let [key, start] = [await ready(0), 0]; start < STARTS; start += 1) {
      times.push(await measure(key));
      // The next one is made ready while nothing is measured.
      const [next] = await Promise.all([
        ready(start + 1),
        untilStatus(stand.as('leader'), key, 'Deployed'),
        sleep(PAUSE_MILLISECONDS),
      ]);
      key = next;
    }

    const sorted = times.sort((left, right) => left - right);
    const at = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? Infinity;
    process.stderr.write(
      `start to intent, ${STARTS} starts: median ${at(0.5)} ms, p95 ${at(0.95)} ms, slowest ${at(1)} ms\n`,
    );
    expect(at(0.95)).toBeLessThanOrEqual(P95_MILLISECONDS);
  }, 900_000);
});
