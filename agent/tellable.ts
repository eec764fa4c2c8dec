/** What the app is told, within what it takes: whatever was meant or stands in a row, the agent goes on. */
import { z } from 'zod';
import { FAILURE_CLASSES } from '#core/failure';
import type { Failure } from '#core/failure';
import {
  ACT_OF_MAX_CHARS,
  AgentAct,
  ENTRY_ACTS_MAX,
  FinishOutcome,
  HostState,
  NOTE_MAX_CHARS,
  PLACE_MAX_CHARS,
  ReportEntry,
  SENTENCE_MAX_CHARS,
  SERIAL_MAX,
} from '#wire/agent';
import { cutText } from './cut-text';

/** A clock may jump by years between two looks. */
const count = z
  .number()
  .catch(0)
  .transform((value) => Math.min(Math.max(Math.round(value), 0), SERIAL_MAX));

const text = (maxChars: number) =>
  z
    .string()
    .catch('')
    .transform((value) => cutText(value, maxChars));

const sentence = z.string().transform((value) => cutText(value, SENTENCE_MAX_CHARS) || UNSAID);
const UNSAID = 'No more is known of it.';

/** A failure with whatever sentence, as the app takes it. */
export const TellableFailure = z.object({
  class: z.enum(FAILURE_CLASSES).catch('unknown'),
  sentence,
});

/** The failure as the app takes it. */
export const tellableFailure = (failure: Failure): Failure => TellableFailure.parse(failure);

const LooseAct = z.object({
  what: AgentAct.shape.what,
  result: AgentAct.shape.result,
  fence: count,
  of: text(ACT_OF_MAX_CHARS),
  first: count.optional(),
  last: count.optional(),
  found: z.boolean().optional().catch(undefined),
});

const LooseEntry = z.object({
  at: count,
  step: text(PLACE_MAX_CHARS),
  host: text(PLACE_MAX_CHARS),
  state: HostState.catch('unknown'),
  note: text(NOTE_MAX_CHARS),
  milliseconds: count,
  acts: z.array(z.unknown()).catch([]),
});

/** The entry as the app takes it; undefined for what is none. */
export function tellableEntry(value: unknown): ReportEntry | undefined {
  const loose = LooseEntry.safeParse(value);
  if (!loose.success) return undefined;
  const { acts, ...entry } = loose.data;
  const told = acts.flatMap(tellableAct).slice(0, ENTRY_ACTS_MAX);
  return ReportEntry.safeParse({ ...entry, ...(told.length > 0 && { acts: told }) }).data;
}

/** An act that cannot be read is left out. */
function tellableAct(value: unknown): readonly AgentAct[] {
  const loose = LooseAct.safeParse(value);
  if (!loose.success) return [];
  const { first, last, found, ...act } = loose.data;
  const strict = AgentAct.safeParse({
    ...act,
    ...(first !== undefined && { first }),
    ...(last !== undefined && { last }),
    ...(found !== undefined && { found }),
  });
  return strict.success ? [strict.data] : [];
}

const LooseOutcome = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('succeeded') }),
  z.object({
    kind: z.literal('failed'),
    failure: TellableFailure,
    fenceSeen: count.optional(),
  }),
  z.object({
    kind: z.literal('unknown'),
    question: sentence,
    isStatement: z.literal(true).optional().catch(undefined),
  }),
]);

/** The end of a job as the app takes it; what cannot be read is an end that nobody knows. */
export function tellableOutcome(value: unknown): FinishOutcome {
  const loose = LooseOutcome.safeParse(value);
  const strict = FinishOutcome.safeParse(loose.success ? withoutAbsent(loose.data) : undefined);
  return strict.success ? strict.data : { kind: 'unknown', question: UNREADABLE_END };
}

/** What is not so, or was not seen, the outcome says nothing of. */
function withoutAbsent(outcome: z.infer<typeof LooseOutcome>): object {
  switch (outcome.kind) {
    case 'succeeded':
      return outcome;
    case 'failed': {
      const { fenceSeen, ...failed } = outcome;
      return { ...failed, ...(fenceSeen !== undefined && { fenceSeen }) };
    }
    case 'unknown': {
      const { isStatement, ...asked } = outcome;
      return { ...asked, ...(isStatement && { isStatement }) };
    }
  }
}

const UNREADABLE_END =
  'Known: the work of this job is over, and its end stands in the agent’s journal in a form that the agent cannot read.\nNot known: how it ended.\nChoices, after a look at the hosts and databases: retry does the stage once more, and what is done there stays done; not done stops here; done says that all of this stage has happened.';

/** The JSON's value; undefined for what is none. */
export function parsedJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
