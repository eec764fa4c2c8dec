import { describe, expect, test } from '@jest/globals';
import type { ReportEntry } from '#wire/agent';
import { REPORT_ENTRIES_MAX } from '#wire/agent';
import { deliverOutbox } from '../../agent/deliver-outbox';
import type { JobRef } from '../../agent/ports/app';
import type { Journal } from '../../agent/ports/journal';
import { aJournal, anAgent } from './support/an-agent';
import { createFakeApp } from './support/fake-app';
import { createFleet } from './support/fake-hosts';
import { aPlan } from './support/plans';
import { createVirtualClock } from './support/virtual-clock';

const JOB = '10001.9';

const entry = (serial: number): ReportEntry => ({
  at: 1,
  step: 'code-1',
  host: 'web-1',
  state: 'staging',
  note: String(serial),
  milliseconds: 0,
});

async function aWorld() {
  const clock = createVirtualClock();
  const app = createFakeApp(clock, aPlan());
  const { journal, database } = aJournal();
  const agent = anAgent({ clock, app, fleet: createFleet(), journal });
  const claim = await app.claim(JOB, 'first.1');
  if (claim.kind !== 'answered') throw new Error('not claimed');
  const ref: JobRef = { job: JOB, fence: claim.answer.fence };
  await journal.beginJob(ref, 0);
  const ended = AbortSignal.abort();
  const deliver = (of = ref) => {
    const hold = { ref: of, hear: () => undefined };
    const leave = new AbortController().signal;
    return clock.drive(deliverOutbox(agent, hold, ended, leave, () => undefined));
  };
  return { clock, app, journal, database, ref, deliver };
}

const notesOf = (entries: readonly ReportEntry[]): readonly string[] =>
  entries.map(({ note }) => note);

describe('the outbox', () => {
  test('delivers everything in its order, as many as fit in one report, the finish alone and last', async () => {
    const { app, journal, deliver } = await aWorld();
    for (let serial = 0; serial < REPORT_ENTRIES_MAX + 5; serial += 1)
      await journal.tell(JOB, entry(serial));
    await journal.finishJob(JOB, { kind: 'succeeded' });

    expect(await deliver()).toEqual({ kind: 'delivered' });

    expect(notesOf(app.entries)).toEqual(
      Array.from({ length: REPORT_ENTRIES_MAX + 5 }, (_, index) => String(index)),
    );
    expect(app.calls.filter((op) => op === 'report' || op === 'finish')).toEqual([
      'report',
      'report',
      'finish',
    ]);
    expect(app.lastSeq).toBe(3);
    expect(await journal.openJobs()).toEqual([]);
  });

  const MANY_ACTS = Array.from({ length: 13 }, () => ({
    ...({ what: 'stage', result: 'done', fence: 1 } as const),
    of: `1.1.0 ${'b'.repeat(64)}`,
  }));

  test.each([
    ['control characters', '\u0001'],
    ['Chinese', '\u4e2d'],
  ])('delivers long notes in %s in reports that the app’s door lets in', async (_, letter) => {
    const { app, journal, deliver } = await aWorld();
    for (let serial = 0; serial < REPORT_ENTRIES_MAX; serial += 1)
      await journal.tell(JOB, { ...entry(serial), note: letter.repeat(1_000), acts: MANY_ACTS });
    await journal.finishJob(JOB, { kind: 'succeeded' });

    expect(await deliver()).toEqual({ kind: 'delivered' });

    expect(app.entries).toHaveLength(REPORT_ENTRIES_MAX);
    expect(app.calls.filter((op) => op === 'report').length).toBeGreaterThan(1);
  });

  test('delivers a report of an agent of yesterday that the door had to refuse, in parts', async () => {
    const { app, journal, database, deliver } = await aWorld();
    for (let serial = 0; serial < REPORT_ENTRIES_MAX; serial += 1)
      await journal.tell(JOB, { ...entry(serial), note: '\u0001'.repeat(1_000) });
    database.exec('UPDATE outbox SET seq = 1; UPDATE jobs SET last_seq = 1');
    await journal.tell(JOB, entry(REPORT_ENTRIES_MAX));
    await journal.finishJob(JOB, { kind: 'succeeded' });

    expect(await deliver()).toEqual({ kind: 'delivered' });

    expect(app.entries).toHaveLength(REPORT_ENTRIES_MAX + 1);
    expect(app.entries.at(-1)).toEqual(entry(REPORT_ENTRIES_MAX));
    expect(app.outcome).toEqual({ kind: 'succeeded' });
  });

  test('applies each report once though every second answer is lost', async () => {
    const { app, journal, deliver } = await aWorld();
    let calls = 0;
    app.disturb = () => ((calls += 1) % 2 === 1 ? 'lost-answer' : undefined);
    await journal.tell(JOB, entry(1));
    await journal.finishJob(JOB, { kind: 'succeeded' });

    await deliver();

    expect(notesOf(app.entries)).toEqual(['1']);
    expect(app.outcome).toEqual({ kind: 'succeeded' });
  });

  test('gives a message the same number and content however often it is asked for', async () => {
    const { journal } = await aWorld();
    await journal.tell(JOB, entry(1));
    const first = await journal.nextMessage(JOB);
    await journal.tell(JOB, entry(2));

    expect(await journal.nextMessage(JOB)).toEqual(first);
    expect(first).toMatchObject({ seq: 1, entries: [entry(1)] });
  });

  test('sends again from where the app misses something', async () => {
    const { journal } = await aWorld();
    await fill(journal, 3);

    expect(await journal.sendAgainFrom(JOB, 2)).toBe(true);

    expect(await journal.nextMessage(JOB)).toMatchObject({ seq: 2, entries: [entry(2)] });
    expect(await journal.sendAgainFrom(JOB, 9)).toBe(false);
  });

  test('a new claim goes on after what the app has, and forgets nothing that it has not', async () => {
    const { app, journal, ref, deliver } = await aWorld();
    app.disturb = (op) => (op === 'report' ? 'lost-answer' : undefined);
    await journal.tell(JOB, entry(1));
    const message = await journal.nextMessage(JOB);
    if (message?.kind !== 'report') throw new Error('no report');
    await app.report(ref, message.seq, message.entries);
    await journal.tell(JOB, entry(2));
    app.disturb = () => undefined;

    const claim = await app.claim(JOB, 'second.1');
    if (claim.kind !== 'answered') throw new Error('not claimed');
    const again: JobRef = { job: JOB, fence: claim.answer.fence };
    await journal.beginJob(again, claim.answer.lastSeq);
    await deliver(again);

    expect(notesOf(app.entries)).toEqual(['1', '2']);
  });

  test('a new claim tells again what the app has lost since, as from a store that was restored', async () => {
    const { journal, ref } = await aWorld();
    await fill(journal, 2);

    await journal.beginJob({ job: JOB, fence: ref.fence + 1 }, 1);

    expect(await journal.nextMessage(JOB)).toMatchObject({ seq: 2, entries: [entry(2)] });
  });

  test('a new claim after somebody else’s tells again what is in doubt, behind what the other told', async () => {
    const { journal } = await aWorld();
    await journal.tell(JOB, entry(1));
    await journal.nextMessage(JOB);

    await journal.beginJob({ job: JOB, fence: 5 }, 10);

    expect(await journal.nextMessage(JOB)).toMatchObject({
      fence: 5,
      seq: 11,
      entries: [entry(1)],
    });
  });

  test('stops when the app no longer takes messages of this claim', async () => {
    const { app, journal, deliver } = await aWorld();
    await journal.tell(JOB, entry(1));
    app.takeOver();

    expect(await deliver()).toMatchObject({ kind: 'stale' });
    expect(app.entries).toEqual([]);
  });

  test.each(['busy', 'unauthorized', 'pending'] as const)('tries again after %s', async (error) => {
    const { app, journal, deliver } = await aWorld();
    let refusals = 0;
    app.disturb = () => ((refusals += 1) <= 2 ? error : undefined);
    await journal.tell(JOB, entry(1));

    expect(await deliver()).toEqual({ kind: 'delivered' });
    expect(notesOf(app.entries)).toEqual(['1']);
  });

  test('a result and what the app is told of it are written together, or neither', async () => {
    const { journal, database } = await aWorld();
    const intent = {
      job: JOB,
      fence: 1,
      step: 'code-1',
      host: 'web-1',
      act: 'stage',
      digest: 'a',
      version: '1',
    } as const;
    const serial = await journal.writeIntent(intent, entry(1));
    database.exec(
      `CREATE TRIGGER full BEFORE INSERT ON outbox BEGIN SELECT RAISE(ABORT, 'disk full'); END`,
    );

    await expect(journal.writeResult(serial, 'done', entry(2))).rejects.toThrow('disk full');

    expect(await journal.intentsOf(JOB)).toMatchObject([{ serial, result: null }]);
  });
});

async function fill(journal: Journal, count: number): Promise<void> {
  for (let serial = 1; serial <= count; serial += 1) {
    await journal.tell(JOB, entry(serial));
    await journal.nextMessage(JOB);
    await journal.acknowledge(JOB, serial);
  }
}
