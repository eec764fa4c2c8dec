/** What agents tell stays within what the app takes, whatever was meant and whatever stands in the journal's rows. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ACT_RESULTS, ACTS } from '#core/act-chain';
import { FinishOutcome, HostState, ReportEntry } from '#wire/agent';
import { liveAgent } from '../../agent/agent-loop';
import { createRedaction, withRedaction } from '../../agent/redaction';
import { tellableEntry, tellableOutcome } from '../../agent/tellable';
import { aJournal, anAgent } from './support/an-agent';
import { createFakeApp } from './support/fake-app';
import { createFleet } from './support/fake-hosts';
import { aPlan } from './support/plans';
import { createVirtualClock } from './support/virtual-clock';

const JOB = '10001.9';

const ENTRY = {
  at: 1_800_000_000,
  step: 'code-1',
  host: 'web-1',
  state: 'staging',
  note: 'staging',
  milliseconds: 12,
} as const;

const anyText = fc.string({ maxLength: 3_000, unit: 'binary' });
const anyNumber = fc.oneof(fc.double(), fc.integer(), fc.maxSafeInteger());
const anyEntry = fc.record({
  at: anyNumber,
  step: anyText,
  host: anyText,
  state: fc.constantFrom(...HostState.options),
  note: anyText,
  milliseconds: anyNumber,
  acts: fc.array(
    fc.record(
      {
        what: fc.constantFrom(...ACTS),
        result: fc.constantFrom(...ACT_RESULTS),
        fence: anyNumber,
        of: anyText,
        first: anyNumber,
        last: anyNumber,
        found: fc.boolean(),
      },
      { requiredKeys: ['what', 'result', 'fence', 'of'] },
    ),
    { maxLength: 30 },
  ),
});

describe('what is to tell', () => {
  test('is told as it was meant where the app takes it', () => {
    const acts = [{ what: 'stage', result: 'done', fence: 3, of: '1.1.0 b' }] as const;

    expect(tellableEntry({ ...ENTRY, acts })).toEqual({ ...ENTRY, acts });
    expect(tellableEntry(ENTRY)).toEqual(ENTRY);
    const failure = { class: 'health', sentence: 'Not healthy.' };
    expect(tellableOutcome({ kind: 'failed', failure })).toEqual({ kind: 'failed', failure });
  });

  test('keeps everything of an end that the app knows of ends, in the journal and on the way', async () => {
    const ends: readonly FinishOutcome[] = [
      { kind: 'succeeded' },
      { kind: 'failed', failure: { class: 'SQL', sentence: 'It failed.' }, fenceSeen: 7 },
      { kind: 'unknown', question: 'Has CALL a() run?', isStatement: true },
    ];
    expect(ends.map((end) => Object.keys(end))).toEqual(
      FinishOutcome.options.map(({ shape }) => Object.keys(shape)),
    );

    for (const outcome of ends) {
      const { journal } = aJournal();
      await journal.beginJob({ job: JOB, fence: 1 }, 0);
      await journal.finishJob(JOB, outcome);

      expect(await journal.openJobs()).toEqual([{ job: JOB, fence: 1, outcome }]);
      expect(await journal.nextMessage(JOB)).toMatchObject({ kind: 'finish', outcome });
    }
  });

  test('can be written, sent and read again, however long its words and however wild its numbers are', async () => {
    await fc.assert(
      fc.asyncProperty(anyEntry, anyText, async (entry, words) => {
        const { journal } = aJournal();
        await journal.beginJob({ job: JOB, fence: 1 }, 0);
        await journal.tell(JOB, entry);
        await journal.finishJob(JOB, { kind: 'unknown', question: words });

        const message = await journal.nextMessage(JOB);
        await journal.acknowledge(JOB, 1);

        const told = message?.kind === 'report' ? message.entries : [];
        expect(told).toHaveLength(1);
        expect(ReportEntry.safeParse(told[0]).success).toBe(true);
        expect(told[0]?.acts?.length ?? 0).toBe(Math.min(entry.acts.length, 16));
        const [job] = await journal.openJobs();
        expect(FinishOutcome.safeParse(job?.outcome).success).toBe(true);
        expect(await journal.nextMessage(JOB)).toMatchObject({ outcome: job?.outcome });
      }),
      { numRuns: 50 },
    );
  });

  test('why a host goes back can be read again, however long a host has said it', async () => {
    const { journal } = aJournal();
    await journal.beginJob({ job: JOB, fence: 1 }, 0);
    const failure = { class: 'health', sentence: 'x'.repeat(5_000) } as const;
    const intent = { job: JOB, fence: 1, step: 'code-1', host: 'web-1' };
    const act = { act: 'return-start', digest: 'd', version: '1', failure } as const;

    await journal.writeIntent({ ...intent, ...act }, ENTRY);

    expect(await journal.intentsOf(JOB)).toMatchObject([
      { failure: { class: 'health', sentence: 'x'.repeat(2_000) } },
    ]);
  });
});

describe('a row of the journal that an agent of yesterday has written', () => {
  const aRow = async (kind: 'entry' | 'finish', json: string) => {
    const { journal, database } = aJournal();
    await journal.beginJob({ job: JOB, fence: 1 }, 0);
    database
      .prepare(`INSERT INTO outbox (job, fence, kind, json, state) VALUES (?, 1, ?, ?, 'waiting')`)
      .run(JOB, kind, json);
    return { journal, database };
  };

  test('is told as the app takes it, where it is too long or too late', async () => {
    const entry = { ...ENTRY, note: 'x'.repeat(1_001), milliseconds: 2 ** 40 };
    const { journal } = await aRow('entry', JSON.stringify(entry));

    expect(await journal.nextMessage(JOB)).toMatchObject({
      entries: [{ ...ENTRY, note: 'x'.repeat(1_000), milliseconds: 2 ** 31 - 1 }],
    });
  });

  test.each(['{', 'null', '[]', '"text"'])(
    'is passed over where nothing can be read: %s',
    async (json) => {
      const { journal } = await aRow('entry', json);
      await journal.tell(JOB, ENTRY);

      expect(await journal.nextMessage(JOB)).toMatchObject({ seq: 1, entries: [ENTRY] });
      await journal.acknowledge(JOB, 1);
      expect(await journal.nextMessage(JOB)).toBeUndefined();
    },
  );

  test('is a question where it is an end that cannot be read', async () => {
    const { journal, database } = await aRow('finish', '{"kind":"over"}');
    database.exec(`UPDATE jobs SET state = 'finished', outcome = '{'`);

    const outcome = { kind: 'unknown', question: expect.stringMatching(/^Known: .* cannot read/) };
    expect(await journal.openJobs()).toEqual([{ job: JOB, fence: 1, outcome }]);
    expect(await journal.nextMessage(JOB)).toMatchObject({ kind: 'finish', outcome });
  });

  test('of what was meant is passed over where it cannot be read', async () => {
    const { journal, database } = aJournal();
    await journal.beginJob({ job: JOB, fence: 1 }, 0);
    database.exec(
      `INSERT INTO journal (job, fence, step, host, kind, json) VALUES ('${JOB}', 1, 's', 'h', 'INTENT', '{')`,
    );

    expect(await journal.intentsOf(JOB)).toEqual([]);
  });
});

describe('an agent', () => {
  function aWorld() {
    const clock = createVirtualClock();
    let ahead = 0;
    const app = createFakeApp(clock, aPlan());
    const fleet = createFleet();
    const { journal } = aJournal();
    const own = { ...clock, wallMilliseconds: () => clock.wallMilliseconds() + ahead };
    const redaction = createRedaction();
    const agent = withRedaction({
      ...anAgent({ clock: own, app, fleet, journal }),
      redact: redaction.redact,
    });
    const live = async (): Promise<void> => {
      const stopping = new AbortController();
      const watch = async (): Promise<void> => {
        while (app.outcome === null && clock.milliseconds < 600_000) await clock.sleep(500);
        stopping.abort();
      };
      await clock.drive(Promise.all([liveAgent(agent, stopping.signal), watch()]));
    };
    const setAhead = (milliseconds: number): void => void (ahead = milliseconds);
    return { clock, app, fleet, redaction, live, setAhead };
  }

  test('tells what a host said at length, where a secret is a word of the mask', async () => {
    const { app, fleet, redaction, live } = aWorld();
    redaction.learn('secret');
    const sentence = `Host web-1: secret ${'x'.repeat(1_100)}`;
    fleet.refuse = (host, act) =>
      host === 'web-1' && act === 'activate'
        ? { kind: 'refused', failure: { class: 'permission', sentence } }
        : undefined;

    await live();

    const told = `Host web-1: [secret] ${'x'.repeat(1_100)}`;
    expect(app.outcome).toEqual({
      kind: 'failed',
      failure: { class: 'permission', sentence: told },
    });
    expect(app.entries.map(({ note }) => note)).toContain(told.slice(0, 1_000));
  });

  test('tells an act in which the clock jumped by a month and was set back', async () => {
    const { app, fleet, live, setAhead, clock } = aWorld();
    fleet.disturb = (moment, host, act) => {
      if (host !== 'web-1' || act !== 'activate') return undefined;
      setAhead(moment === 'before' ? 30 * 86_400_000 : 0);
      if (moment === 'after') setAhead(30 * 86_400_000);
      void clock.sleep(5_000).then(() => setAhead(0));
      return undefined;
    };

    await live();

    expect(app.outcome).toEqual({ kind: 'succeeded' });
  });
});
