/** A database that is away when an agent comes back to a script in whose middle it was interrupted. */
import { describe, expect, test } from '@jest/globals';
import { liveAgent } from '../../../agent/agent-loop';
import { sha256Hex } from '../../../agent/keys';
import type { Agent } from '../../../agent/ports/agent';
import type { Databases } from '../../../agent/sql/database';
import type { DatabaseRule } from '../../../agent/sql/database-rule';
import { aJournal, anAgent } from '../support/an-agent';
import { createFakeApp } from '../support/fake-app';
import { createFleet } from '../support/fake-hosts';
import { aPlan } from '../support/plans';
import { runTestScripts, stepOf } from '../support/script-world';
import { createVirtualClock } from '../support/virtual-clock';

const RULE: DatabaseRule = {
  ...{ id: 'orders', environments: ['SIT'], engine: 'postgresql', host: 'db', port: 5432 },
  ...{ database: 'orders', user: 'release', passwordFile: '/none' },
};

/** Away for so many tries, then it refuses the password. */
function awayFor(tries: number) {
  let connects = 0;
  const databases: Databases = {
    connect: async () => {
      connects += 1;
      const isAway = connects <= tries;
      const failure = isAway
        ? ({ class: 'transport', sentence: 'Nobody listens there; start it.' } as const)
        : ({ class: 'permission', sentence: 'The password is wrong.' } as const);
      return { kind: 'failed', failure };
    },
  };
  return { databases, connects: () => connects };
}

async function run(tries: number, isResumed: boolean) {
  const clock = createVirtualClock();
  const { databases, connects } = awayFor(tries);
  const scripts = [{ id: 'p', text: 'CALL p()' }];
  const work = runTestScripts({ rule: RULE, scripts, isResumed }, { clock, databases });
  return { end: (await clock.drive(work)).end, connects: connects() };
}

test('is waited for, because only its ledger tells what was begun', async () => {
  expect(await run(4, true)).toEqual({
    connects: 5,
    end: { kind: 'failed', failure: { class: 'permission', sentence: 'The password is wrong.' } },
  });
});

test('that stays away leaves no doubt that a statement may have happened', async () => {
  const { end, connects } = await run(1_000, true);

  expect(connects).toBeGreaterThan(10);
  expect(end).toMatchObject({
    kind: 'failed',
    failure: {
      class: 'transport',
      sentence: expect.stringMatching(
        /^Nobody listens there; start it\. This job was interrupted before, and a statement that it had begun may have happened: retry, before/,
      ),
    },
  });
});

test('is a plain failure before anything of the job has begun', async () => {
  expect(await run(1_000, false)).toEqual({
    connects: 1,
    end: {
      kind: 'failed',
      failure: { class: 'transport', sentence: 'Nobody listens there; start it.' },
    },
  });
});

describe('a database that is away when an agent lives', () => {
  const JOB = '10001.9';
  const SCRIPT = { id: 'p', text: 'CALL p()' };

  const aWorld = (tries: number) => {
    const clock = createVirtualClock();
    const app = createFakeApp(
      clock,
      { ...aPlan(), steps: [stepOf(SCRIPT, 0)] },
      { job: JOB, stage: 'SQL', doneStatements: [] },
    );
    app.texts.set(sha256Hex(SCRIPT.text), SCRIPT.text);
    const { databases, connects } = awayFor(tries);
    const { journal } = aJournal();
    const base = anAgent({ clock, app, journal, fleet: createFleet() });
    const settings = { ...base.settings, databases: [RULE] };
    const agent: Agent = { ...base, databases, settings };
    const stopping = new AbortController();
    const live = async (isOver: () => boolean): Promise<void> => {
      const watch = async (): Promise<void> => {
        while (!isOver()) await clock.sleep(100);
        stopping.abort();
      };
      await clock.drive(Promise.all([liveAgent(agent, stopping.signal), watch()]));
    };
    return { clock, app, journal, connects, live };
  };

  test('is waited for where the journal has the job open, though the app was told nothing of it', async () => {
    const { app, journal, connects, live } = aWorld(4);
    await journal.beginJob({ job: JOB, fence: 0 }, 0);

    await live(() => app.outcome !== null);

    expect(app.outcome).toMatchObject({ kind: 'failed', failure: { class: 'permission' } });
    expect(connects()).toBe(5);
  });

  test('is waited for where the app was told of the job, though this journal has never seen it', async () => {
    const { app, connects, live } = aWorld(4);
    const claimed = await app.claim(JOB, 'boot0.1');
    const told = { at: 1, step: 'sql-1', host: 'p', note: '', milliseconds: 0 } as const;
    await app.report({ job: JOB, fence: app.fence }, 1, [{ ...told, state: 'running' }]);

    await live(() => app.outcome !== null);

    expect(claimed.kind).toBe('answered');
    expect(app.outcome).toMatchObject({ kind: 'failed', failure: { class: 'permission' } });
    expect(connects()).toBe(5);
  });

  test('is not waited for where the job is new to both', async () => {
    const { app, connects, live } = aWorld(4);

    await live(() => app.outcome !== null);

    expect(app.outcome).toMatchObject({ kind: 'failed', failure: { class: 'transport' } });
    expect(connects()).toBe(1);
  });

  test('holds nobody up who is asked to end: the job stays open and is no failure', async () => {
    const { app, clock, journal, connects, live } = aWorld(1_000);
    await journal.beginJob({ job: JOB, fence: 0 }, 0);

    await live(() => connects() >= 4 || app.outcome !== null);

    expect(clock.milliseconds).toBeLessThan(10_000);
    expect(app.outcome).toBeNull();
    expect(await journal.openJobs()).toEqual([{ job: JOB, fence: 1, outcome: null }]);
  });
});
