import { describe, expect, test } from '@jest/globals';
import { liveAgent } from '../../agent/agent-loop';
import { aJournal, anAgent } from './support/an-agent';
import { createFakeApp } from './support/fake-app';
import { createFleet } from './support/fake-hosts';
import { aPlan } from './support/plans';
import { createVirtualClock } from './support/virtual-clock';

/** An agent whose app asks to stop while one act on one host is under way, for longer than a heartbeat takes. */
async function stoppedDuring(act: string, host: string) {
  const clock = createVirtualClock();
  const app = createFakeApp(clock, aPlan());
  const fleet = createFleet();
  const agent = anAgent({ clock, app, fleet, journal: aJournal().journal });
  const connect = fleet.connect.bind(fleet);
  fleet.connect = async (target) => {
    const line = await connect(target);
    if (line.kind !== 'connected' || target.host.name !== host) return line;
    const { session } = line;
    const slowly = async <Answer>(name: string, work: () => Promise<Answer>): Promise<Answer> => {
      if (name === act) {
        app.askToStop();
        await clock.sleep(25_000);
      }
      return work();
    };
    return {
      kind: 'connected',
      session: {
        ...session,
        stage: (order, artifact) => slowly('stage', () => session.stage(order, artifact)),
        activate: (order, former) => slowly('activate', () => session.activate(order, former)),
        start: (order, start) => slowly('start', () => session.start(order, start)),
      },
    };
  };
  const stopping = new AbortController();
  const watch = async (): Promise<void> => {
    while (app.outcome === null) await clock.sleep(500);
    stopping.abort();
  };
  await clock.drive(Promise.all([liveAgent(agent, stopping.signal), watch()]));
  return { app, effects: fleet.effects };
}

const STOPPED = {
  kind: 'failed',
  failure: { class: 'stopped', sentence: expect.stringContaining('the issue of this release') },
};

describe('an agent that is asked to stop', () => {
  test('while it copies switches no host', async () => {
    const { app, effects } = await stoppedDuring('stage', 'web-2');

    expect(app.outcome).toEqual(STOPPED);
    expect(effects.filter((effect) => !effect.includes(' stage '))).toEqual([]);
  });

  test('while it switches a host brings that host to its end, and touches no other', async () => {
    const { app, effects } = await stoppedDuring('activate', 'web-1');

    expect(app.outcome).toEqual(STOPPED);
    expect(effects.filter((effect) => !effect.includes(' stage '))).toEqual([
      'web-1 activate 1.1.0',
      'web-1 start 1.1.0',
    ]);
    const states = app.entries.filter(({ host }) => host === 'web-1').map(({ state }) => state);
    expect(states.at(-1)).toBe('healthy');
  });

  test('while it starts the gatekeeper says that it is healthy before it ends', async () => {
    const { app, effects } = await stoppedDuring('start', 'web-1');

    expect(app.outcome).toEqual(STOPPED);
    expect(effects.filter((effect) => effect.startsWith('web-2 a'))).toEqual([]);
  });
});
