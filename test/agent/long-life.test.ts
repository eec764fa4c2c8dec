import { describe, expect, test } from '@jest/globals';
import { getEventListeners } from 'node:events';
import { liveAgent } from '../../agent/agent-loop';
import { aJournal, anAgent } from './support/an-agent';
import { createFakeApp } from './support/fake-app';
import { createFleet } from './support/fake-hosts';
import { aPlan } from './support/plans';
import { createVirtualClock } from './support/virtual-clock';

describe('an agent that lives for months', () => {
  test('keeps nothing of a job that has ended', async () => {
    const clock = createVirtualClock();
    const app = createFakeApp(clock, aPlan());
    const agent = anAgent({ clock, app, fleet: createFleet(), journal: aJournal().journal });
    const stopping = new AbortController();
    let left: number | undefined;
    const watch = async (): Promise<void> => {
      while (app.outcome === null) await clock.sleep(500);
      // The agent sleeps until the next poll by then, on the signal of either end.
      await clock.sleep(5_000);
      left = getEventListeners(stopping.signal, 'abort').length;
      stopping.abort();
    };
    const draining = new AbortController();
    await clock.drive(Promise.all([liveAgent(agent, stopping.signal, draining.signal), watch()]));

    expect(app.outcome).toMatchObject({ kind: 'succeeded' });
    expect(left).toBe(0);
  });
});
