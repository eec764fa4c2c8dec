import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { click, untilStatus } from '../../demo/issues';
import { waitFor } from '../../demo/jira-client';
import { differencesLeft } from './support/agreed';
import { startStand } from './support/stand';
import type { Stand } from './support/stand';
import { tracesOf } from './support/traces';

describe('parts that come and go', () => {
  let stand: Stand;
  beforeAll(async () => {
    stand = await startStand('restarts');
  }, 300_000);
  afterAll(() => stand.stop(), 60_000);

  test('an agent that was replaced while it was idle goes on where the other ended [S0-27]', async () => {
    const first = await stand.ready('1.0.0');
    // Before it has begun it hears no signal: it would be ended by it, not asked to end.
    await stand.agent().says(/The app gives this agent work/);
    await stand.agent().stop();
    expect(stand.agent().process.exitCode).toBe(0);
    stand.startAgent();

    await click(stand.as('leader'), first, 'Start');

    await untilStatus(stand.as('leader'), first, 'Deployed');
    expect(await stand.served()).toBe('1.0.0');
  }, 180_000);

  test('Jira killed in the middle of a job finds the job done when it is back', async () => {
    const key = await stand.ready('1.1.0');
    stand.ssh.holdBack(`'activate'`);
    await click(stand.as('leader'), key, 'Start');
    await waitFor('the held switch', () =>
      Promise.resolve(stand.ssh.held() > 0 ? true : undefined),
    );

    await stand.killJira();
    stand.ssh.letGo();

    await untilStatus(stand.as('leader'), key, 'Deployed', 150);
    expect(await stand.served()).toBe('1.1.0');
    const { acts, comments } = await tracesOf(stand, key);
    expect(acts).toEqual({ stage: 1, activate: 1, start: 1 });
    expect(comments).toBe(1);
    expect(await differencesLeft(stand, key)).toEqual([]);
  }, 300_000);
});
