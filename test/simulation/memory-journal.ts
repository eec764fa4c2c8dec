/** The agent's journal in memory: the same promises as the SQLite one, which a conformance suite compares. */
import { REPORT_ENTRIES_MAX } from '#wire/agent';
import type { FinishOutcome, ReportEntry } from '#wire/agent';
import type { Checkpoint, SignedCheckpoint } from '#wire/checkpoint';
import type { Intent, Journal, JournaledIntent, OutboxMessage } from '../../agent/ports/journal';
import { tellableEntry, tellableFailure, tellableOutcome } from '../../agent/tellable';

interface Job {
  readonly job: string;
  fence: number;
  state: 'open' | 'finished' | 'closed' | 'dropped';
  lastSeq: number;
  outcome: FinishOutcome | null;
  outbox: Letter[];
}

interface Letter {
  readonly content: { readonly entry: ReportEntry } | { readonly outcome: FinishOutcome };
  fence: number;
  seq: number | null;
  acknowledged: boolean;
}

interface KeptCheckpoint {
  readonly of: Checkpoint;
  readonly signed: SignedCheckpoint;
  acknowledged: boolean;
}

export function createMemoryJournal(): Journal {
  const jobs = new Map<string, Job>();
  const intents: JournaledIntent[] = [];
  const checkpoints: KeptCheckpoint[] = [];

  const enqueue = (jobId: string, content: Letter['content']): void => {
    const job = jobs.get(jobId);
    job?.outbox.push({ content, fence: job.fence, seq: null, acknowledged: false });
  };
  const enqueueEntry = (jobId: string, value: ReportEntry): void => {
    const entry = tellableEntry(value);
    if (entry) enqueue(jobId, { entry });
  };
  const writeIntent = ({ failure, ...intent }: Intent): number => {
    const serial = intents.length + 1;
    const why = failure && { failure: tellableFailure(failure) };
    intents.push({ ...intent, ...why, serial, result: null });
    return serial;
  };
  const writeResult = (serial: number, result: string): string => {
    const intent = intents[serial - 1];
    if (!intent) throw new Error(`The journal has no intent ${serial}.`);
    intents[serial - 1] = { ...intent, result };
    return intent.job;
  };

  return {
    openJobs: async () =>
      [...jobs.values()]
        .filter(({ state }) => state === 'open' || state === 'finished')
        .map(({ job, fence, outcome }) => ({ job, fence, outcome })),

    beginJob: async (ref, lastSeq) => {
      const before = jobs.get(ref.job);
      const goesOn = before?.state === 'open' || before?.state === 'finished';
      if (before && goesOn) renumber(before, ref.fence, lastSeq);
      const outcome = goesOn ? before.outcome : null;
      if (before) {
        Object.assign(before, { fence: ref.fence, state: goesOn ? before.state : 'open', lastSeq });
      } else {
        jobs.set(ref.job, { ...ref, state: 'open', lastSeq, outcome, outbox: [] });
      }
      return { ...ref, outcome };
    },

    dropJob: async (jobId) => {
      const job = jobs.get(jobId);
      if (job) Object.assign(job, { state: 'dropped', outcome: null, outbox: [] });
    },

    intentsOf: async (jobId) => intents.filter(({ job }) => job === jobId),

    writeIntent: async (intent, entry) => {
      const serial = writeIntent(intent);
      enqueueEntry(intent.job, entry);
      return serial;
    },

    writeResult: async (serial, result, entry) => enqueueEntry(writeResult(serial, result), entry),

    tell: async (jobId, entry) => enqueueEntry(jobId, entry),

    finishJob: async (jobId, end) => {
      const outcome = tellableOutcome(end);
      const job = jobs.get(jobId);
      if (job) Object.assign(job, { state: 'finished', outcome });
      enqueue(jobId, { outcome });
    },

    nextMessage: async (jobId) => {
      const job = jobs.get(jobId);
      return job && takeMessage(job);
    },

    acknowledge: async (jobId, seq) => {
      const job = jobs.get(jobId);
      if (!job || !acknowledgeUpTo(job, seq)) return;
      Object.assign(job, { state: 'closed', outbox: [] });
    },

    sendAgainFrom: async (jobId, seq) => {
      const job = jobs.get(jobId);
      const own = job?.outbox.filter(({ fence }) => fence === job.fence) ?? [];
      if (!own.some((letter) => letter.seq === seq)) return false;
      for (const letter of own) if ((letter.seq ?? -1) >= seq) letter.acknowledged = false;
      return true;
    },

    lastCheckpoint: async (audience, issueId) =>
      checkpoints
        .filter(({ of }) => of.aud === audience && of.issueId === issueId)
        .sort((left, right) => left.of.segments - right.of.segments)
        .at(-1)?.of,

    keepCheckpoint: async (of, signed) => {
      const isThere = checkpoints.some(
        (kept) =>
          kept.of.aud === of.aud &&
          kept.of.issueId === of.issueId &&
          kept.of.segments === of.segments,
      );
      if (!isThere) checkpoints.push({ of, signed, acknowledged: false });
    },

    waitingCheckpoints: async (audience, max) =>
      checkpoints
        .filter(({ of, acknowledged }) => of.aud === audience && !acknowledged)
        .slice(0, max)
        .map(({ signed }) => signed),

    acknowledgeCheckpoints: async (heads) => {
      for (const kept of checkpoints) if (heads.includes(kept.of.head)) kept.acknowledged = true;
    },
  };
}

function takeMessage(job: Job): OutboxMessage | undefined {
  const waiting = job.outbox.filter(({ acknowledged }) => !acknowledged);
  const numbers = waiting.flatMap(({ seq }) => (seq === null ? [] : [seq]));
  if (numbers.length > 0) {
    const least = Math.min(...numbers);
    return messageOf(
      job,
      least,
      waiting.filter(({ seq }) => seq === least),
    );
  }
  const free = waiting.filter(({ seq }) => seq === null).slice(0, REPORT_ENTRIES_MAX);
  const end = free.findIndex(({ content }) => 'outcome' in content);
  const next = end < 0 ? free : free.slice(0, Math.max(end, 1));
  if (next.length === 0) return undefined;
  job.lastSeq += 1;
  for (const letter of next) Object.assign(letter, { seq: job.lastSeq, fence: job.fence });
  return messageOf(job, job.lastSeq, next);
}

function messageOf(
  { job, fence }: Job,
  seq: number,
  letters: readonly Letter[],
): OutboxMessage | undefined {
  const [first] = letters;
  if (first && 'outcome' in first.content) {
    return { job, fence, seq, kind: 'finish', outcome: first.content.outcome };
  }
  const entries = letters.flatMap(({ content }) => ('entry' in content ? [content.entry] : []));
  return { job, fence, seq, kind: 'report', entries };
}

function renumber(job: Job, fence: number, lastSeq: number): void {
  if (fence <= job.fence + 1) acknowledgeUpTo(job, lastSeq);
  for (const letter of job.outbox) {
    if (!letter.acknowledged) Object.assign(letter, { seq: null, fence });
  }
}

function acknowledgeUpTo(job: Job, seq: number): boolean {
  for (const letter of job.outbox) {
    if (letter.fence === job.fence && letter.seq !== null && letter.seq <= seq)
      letter.acknowledged = true;
  }
  return job.outbox.some(({ content, acknowledged }) => 'outcome' in content && acknowledged);
}
