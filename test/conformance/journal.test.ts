import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DatabaseSync } from 'node:sqlite';
import type { FinishOutcome } from '#wire/agent';
import { createJournal } from '../../agent/journal';
import { createTables } from '../../agent/journal-database';
import type { Journal } from '../../agent/ports/journal';
import { createMemoryJournal } from '../simulation/memory-journal';
import { anEntry, anIntent, describeJournal } from './journal-suite';

function sqliteJournal(): Journal {
  const database = new DatabaseSync(':memory:');
  createTables(database);
  return createJournal(database);
}

describeJournal('in SQLite', sqliteJournal);
describeJournal('in memory', createMemoryJournal);

/** A call of the journal; what it answers is compared. Intents are named by their place among a job's. */
type Call = (journal: Journal) => Promise<unknown>;

const job = fc.constantFrom('j.1', 'j.2');
const few = fc.integer({ min: 0, max: 6 });
const note = fc.constantFrom('a', 'b', 'c');
const outcome: fc.Arbitrary<FinishOutcome> = fc.constantFrom(
  { kind: 'succeeded' },
  { kind: 'unknown', question: 'Which version?' },
  { kind: 'unknown', question: 'Has CALL a() run?', isStatement: true },
  { kind: 'failed', failure: { class: 'permission', sentence: 'Fence 9 was here.' }, fenceSeen: 9 },
);

const withoutSerials = async (journal: Journal, of: string): Promise<unknown> =>
  (await journal.intentsOf(of)).map(({ serial: _serial, ...intent }) => intent);

const call: fc.Arbitrary<readonly [string, Call]> = fc.oneof(
  fc
    .tuple(job, few, few)
    .map(([of, fence, lastSeq]): [string, Call] => [
      `begin ${of} ${fence} ${lastSeq}`,
      (journal) => journal.beginJob({ job: of, fence }, lastSeq),
    ]),
  fc
    .tuple(job, note)
    .map(([of, words]): [string, Call] => [
      `tell ${of} ${words}`,
      (journal) => journal.tell(of, anEntry(words)),
    ]),
  fc.tuple(job, note).map(([of, words]): [string, Call] => [
    `intent ${of} ${words}`,
    async (journal) => {
      await journal.writeIntent(anIntent({ job: of }), anEntry(words));
      return withoutSerials(journal, of);
    },
  ]),
  fc.tuple(job, few).map(([of, place]): [string, Call] => [
    `result ${of} ${place}`,
    async (journal) => {
      const intent = (await journal.intentsOf(of))[place];
      // An act has one result.
      if (intent?.result === null) await journal.writeResult(intent.serial, 'done', anEntry('d'));
      return withoutSerials(journal, of);
    },
  ]),
  fc
    .tuple(job, outcome)
    .map(([of, end]): [string, Call] => [`finish ${of}`, (journal) => journal.finishJob(of, end)]),
  job.map((of): [string, Call] => [`next ${of}`, (journal) => journal.nextMessage(of)]),
  fc
    .tuple(job, few)
    .map(([of, seq]): [string, Call] => [
      `acknowledge ${of} ${seq}`,
      (journal) => journal.acknowledge(of, seq),
    ]),
  fc
    .tuple(job, few)
    .map(([of, seq]): [string, Call] => [
      `again ${of} ${seq}`,
      (journal) => journal.sendAgainFrom(of, seq),
    ]),
  job.map((of): [string, Call] => [`drop ${of}`, (journal) => journal.dropJob(of, 'taken')]),
  fc.tuple(job, few).map(([of, segments]): [string, Call] => [
    `keep ${of} ${segments}`,
    async (journal) => {
      const head = String(segments).repeat(64);
      const like = { v: 1, aud: 'a', issueKey: 'REL-1', events: segments, at: 1 } as const;
      const checkpoint = { ...like, issueId: of, segments, head };
      const text = JSON.stringify(checkpoint);
      const signature = Buffer.alloc(64).toString('base64');
      await journal.keepCheckpoint(checkpoint, { text, signature });
      return journal.lastCheckpoint('a', of);
    },
  ]),
  few.map((segments): [string, Call] => [
    `countersigned ${segments}`,
    async (journal) => {
      await journal.acknowledgeCheckpoints([String(segments).repeat(64)]);
      return journal.waitingCheckpoints('a', 3);
    },
  ]),
  fc.constant<[string, Call]>(['open jobs', (journal) => journal.openJobs()]),
);

test('both journals answer the same, whatever they are asked', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(call, { maxLength: 40 }), async (calls) => {
      const sqlite = sqliteJournal();
      const memory = createMemoryJournal();
      for (const [name, perform] of calls) {
        expect({ name, answer: await perform(memory) }).toEqual({
          name,
          answer: await perform(sqlite),
        });
      }
    }),
    { numRuns: 400 },
  );
});
