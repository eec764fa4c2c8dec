/** What every journal of an agent does, whoever implements it. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import { REPORT_ENTRIES_MAX } from '#wire/agent';
import type { FinishOutcome, ReportEntry } from '#wire/agent';
import type { Intent, Journal } from '../../agent/ports/journal';

const JOB = '10101.8';
const DONE: FinishOutcome = { kind: 'succeeded' };

export const anEntry = (note: string): ReportEntry => ({
  at: 1_800_000_000,
  step: 'code-1',
  host: 'h1',
  state: 'staging',
  note,
  milliseconds: 0,
});

export const anIntent = (over: Partial<Intent> = {}): Intent => ({
  job: JOB,
  fence: 3,
  step: 'code-1',
  host: 'h1',
  act: 'activate',
  digest: 'a'.repeat(64),
  version: '1.0.0',
  ...over,
});

export function describeJournal(name: string, open: () => Journal): void {
  describe(`the journal ${name}`, () => {
    let journal: Journal;
    beforeEach(async () => {
      journal = open();
      await journal.beginJob({ job: JOB, fence: 3 }, 0);
    });

    test('knows the jobs that nobody has seen the end of, oldest first', async () => {
      await journal.beginJob({ job: 'second', fence: 1 }, 0);

      expect(await journal.openJobs()).toEqual([
        { job: JOB, fence: 3, outcome: null },
        { job: 'second', fence: 1, outcome: null },
      ]);
    });

    test('remembers what was meant and what came of it', async () => {
      const first = await journal.writeIntent(anIntent(), anEntry('begun'));
      await journal.writeIntent(anIntent({ act: 'start' }), anEntry('begun'));
      await journal.writeResult(first, 'done', anEntry('done'));

      expect(await journal.intentsOf(JOB)).toMatchObject([
        { ...anIntent(), result: 'done' },
        { ...anIntent({ act: 'start' }), result: null },
      ]);
    });

    test('keeps why a host goes back', async () => {
      const failure = { class: 'health', sentence: 'It never got healthy.' } as const;

      await journal.writeIntent(anIntent({ act: 'return-start', failure }), anEntry('back'));

      expect(await journal.intentsOf(JOB)).toMatchObject([{ failure }]);
    });

    test('tells everything once, in its order, the finish last and alone', async () => {
      await journal.writeIntent(anIntent(), anEntry('one'));
      await journal.tell(JOB, anEntry('two'));
      await journal.finishJob(JOB, DONE);

      const report = await journal.nextMessage(JOB);
      expect(report).toMatchObject({ kind: 'report', seq: 1, fence: 3 });
      expect(report?.kind === 'report' && report.entries.map(({ note }) => note)).toEqual([
        'one',
        'two',
      ]);
      await journal.acknowledge(JOB, 1);
      expect(await journal.nextMessage(JOB)).toEqual({
        job: JOB,
        fence: 3,
        seq: 2,
        kind: 'finish',
        outcome: DONE,
      });
    });

    test('gives the same message until it is acknowledged, whatever is told meanwhile', async () => {
      await journal.tell(JOB, anEntry('one'));
      const first = await journal.nextMessage(JOB);

      await journal.tell(JOB, anEntry('two'));

      expect(await journal.nextMessage(JOB)).toEqual(first);
    });

    test('sends no more in one message than the app takes', async () => {
      for (let entry = 0; entry <= REPORT_ENTRIES_MAX; entry += 1)
        await journal.tell(JOB, anEntry(String(entry)));

      const first = await journal.nextMessage(JOB);
      await journal.acknowledge(JOB, 1);
      const second = await journal.nextMessage(JOB);

      expect(first?.kind === 'report' && first.entries).toHaveLength(REPORT_ENTRIES_MAX);
      expect(second).toMatchObject({ seq: 2, entries: [{ note: String(REPORT_ENTRIES_MAX) }] });
    });

    test('closes a job when its finish is acknowledged', async () => {
      await journal.finishJob(JOB, DONE);
      expect(await journal.openJobs()).toEqual([{ job: JOB, fence: 3, outcome: DONE }]);
      await journal.nextMessage(JOB);

      await journal.acknowledge(JOB, 1);

      expect(await journal.openJobs()).toEqual([]);
      expect(await journal.nextMessage(JOB)).toBeUndefined();
    });

    test('goes on under a new claim: what the app has is not told again, the rest gets new numbers', async () => {
      await journal.tell(JOB, anEntry('had'));
      await journal.nextMessage(JOB);
      await journal.tell(JOB, anEntry('not had'));

      await journal.beginJob({ job: JOB, fence: 4 }, 1);

      expect(await journal.nextMessage(JOB)).toMatchObject({
        fence: 4,
        seq: 2,
        entries: [{ note: 'not had' }],
      });
    });

    test('tells once more what is in doubt when somebody else had the job in between', async () => {
      await journal.tell(JOB, anEntry('in doubt'));
      await journal.nextMessage(JOB);

      await journal.beginJob({ job: JOB, fence: 6 }, 5);

      expect(await journal.nextMessage(JOB)).toMatchObject({
        fence: 6,
        seq: 6,
        entries: [{ note: 'in doubt' }],
      });
    });

    test('sends again what the app misses, as far as it was this claim’s', async () => {
      for (const note of ['one', 'two', 'three']) {
        await journal.tell(JOB, anEntry(note));
        const message = await journal.nextMessage(JOB);
        await journal.acknowledge(JOB, message?.seq ?? 0);
      }

      expect(await journal.sendAgainFrom(JOB, 7)).toBe(false);
      expect(await journal.sendAgainFrom(JOB, 2)).toBe(true);

      expect(await journal.nextMessage(JOB)).toMatchObject({ seq: 2, entries: [{ note: 'two' }] });
    });

    test('forgets what a dropped job had to tell, not what it meant to do', async () => {
      await journal.writeIntent(anIntent(), anEntry('begun'));

      await journal.dropJob(JOB, 'another agent has it');

      expect(await journal.openJobs()).toEqual([]);
      expect(await journal.nextMessage(JOB)).toBeUndefined();
      expect(await journal.intentsOf(JOB)).toMatchObject([anIntent()]);
    });

    test('begins a dropped job anew when it is claimed again', async () => {
      await journal.finishJob(JOB, DONE);
      await journal.dropJob(JOB, 'another agent has it');

      expect(await journal.beginJob({ job: JOB, fence: 9 }, 4)).toEqual({
        job: JOB,
        fence: 9,
        outcome: null,
      });
      await journal.tell(JOB, anEntry('anew'));
      expect(await journal.nextMessage(JOB)).toMatchObject({ fence: 9, seq: 5 });
    });
  });
}
