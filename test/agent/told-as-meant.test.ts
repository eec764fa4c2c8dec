/** Whatever the app takes is told as it was meant: no member of the wire's schema gets lost on the way through the journal. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { z } from 'zod';
import { ACT_RESULTS, ACTS } from '#core/act-chain';
import { FAILURE_CLASSES } from '#core/failure';
import {
  ACT_OF_MAX_CHARS,
  AgentAct,
  ENTRY_ACTS_MAX,
  FailureSchema,
  FinishOutcome,
  HostState,
  NOTE_MAX_CHARS,
  PLACE_MAX_CHARS,
  ReportEntry,
  SENTENCE_MAX_CHARS,
  SERIAL_MAX,
} from '#wire/agent';
import { tellableEntry, tellableOutcome } from '../../agent/tellable';
import { aJournal } from './support/an-agent';

const JOB = '10001.9';

type Members = Readonly<Record<string, fc.Arbitrary<unknown>>>;

const aSerial = fc.nat({ max: SERIAL_MAX });
const someText = (minLength: number, maxChars: number) =>
  fc
    .oneof(
      fc.string({ minLength, maxLength: maxChars, unit: 'binary' }),
      fc.constant('x'.repeat(maxChars)),
    )
    .filter(({ length }) => length <= maxChars);
const aSentence = someText(1, SENTENCE_MAX_CHARS);

/** Any value of a schema; the members that it lets out are there or not. */
function valueOf<Value>(
  schema: z.ZodType<Value> & { readonly shape: Readonly<Record<string, z.ZodType>> },
  members: Members,
): fc.Arbitrary<Value> {
  const requiredKeys = Object.keys(members).filter(
    (member) => schema.shape[member]?.safeParse(undefined).success === false,
  );
  return fc.record(members, { requiredKeys }).map((value) => schema.parse(value));
}

const FAILURE: Members = { class: fc.constantFrom(...FAILURE_CLASSES), sentence: aSentence };
const ACT: Members = {
  what: fc.constantFrom(...ACTS),
  result: fc.constantFrom(...ACT_RESULTS),
  fence: aSerial,
  of: someText(0, ACT_OF_MAX_CHARS),
  first: aSerial,
  last: aSerial,
  found: fc.boolean(),
};
const ENTRY: Members = {
  at: aSerial,
  step: someText(0, PLACE_MAX_CHARS),
  host: someText(0, PLACE_MAX_CHARS),
  state: fc.constantFrom(...HostState.options),
  note: someText(0, NOTE_MAX_CHARS),
  milliseconds: aSerial,
  acts: fc.array(valueOf(AgentAct, ACT), { minLength: 1, maxLength: ENTRY_ACTS_MAX }),
};
const [SUCCEEDED, FAILED, UNKNOWN] = FinishOutcome.options;
/** An end for each kind of the wire. */
const ENDS = [
  [SUCCEEDED, { kind: fc.constant('succeeded') }],
  [
    FAILED,
    { kind: fc.constant('failed'), failure: valueOf(FailureSchema, FAILURE), fenceSeen: aSerial },
  ],
  [UNKNOWN, { kind: fc.constant('unknown'), question: aSentence, isStatement: fc.constant(true) }],
] as const;

const anEntry = valueOf(ReportEntry, ENTRY);
const anEnd: fc.Arbitrary<FinishOutcome> = fc.oneof(
  valueOf(...ENDS[0]),
  valueOf(...ENDS[1]),
  valueOf(...ENDS[2]),
);

describe('what the app takes', () => {
  test.each([
    ['an entry', ReportEntry, ENTRY],
    ['an act', AgentAct, ACT],
    ['a failure', FailureSchema, FAILURE],
    ...ENDS.map(([schema, members]) => [schema.shape.kind.value, schema, members] as const),
  ])('is drawn here with every member that the wire gives it: %s', (_name, schema, members) => {
    expect(Object.keys(members).sort()).toEqual(Object.keys(schema.shape).sort());
  });

  test('is drawn here with every kind of an end', () => {
    expect(ENDS.map(([schema]) => schema)).toEqual(FinishOutcome.options);
  });

  test('is told as it was meant, with all its members', () => {
    fc.assert(
      fc.property(anEnd, anEntry, (end, entry) => {
        expect(tellableOutcome(end)).toStrictEqual(end);
        expect(tellableEntry(entry)).toStrictEqual(entry);
      }),
      { numRuns: 300 },
    );
  });

  test('comes out of the journal as it went in', async () => {
    await fc.assert(
      fc.asyncProperty(anEnd, anEntry, async (end, entry) => {
        const { journal } = aJournal();
        await journal.beginJob({ job: JOB, fence: 1 }, 0);
        await journal.tell(JOB, entry);
        await journal.finishJob(JOB, end);

        expect(await journal.nextMessage(JOB)).toMatchObject({ kind: 'report', entries: [entry] });
        await journal.acknowledge(JOB, 1);
        const told = await journal.nextMessage(JOB);
        expect(told?.kind === 'finish' && told.outcome).toStrictEqual(end);
        const [open] = await journal.openJobs();
        expect(open?.outcome).toStrictEqual(end);
      }),
      { numRuns: 50 },
    );
  });
});
