/** The log of a job as a person reads it: its lines in the order in which they came, and what is missing said. */
import type { LogEntry, LogView, Outcome } from '#wire/page';
import { LOG_CHUNKS_KEPT } from '#wire/records';
import type { JobRecord, LogChunkRecord } from '#wire/records';
import { segmentKey } from './commit';
import { refused } from './outcome';
import type { Ports } from './ports';
import { placesOf } from './ports';
import { chunkPlace, LATE_CHUNKS_MAX, logOf, lostAtEnd } from './receive-log';

/** A release's jobs are named by the latest segments of its history; a walk through one environment has some ten. */
const SEGMENTS = 30;
/** A page that has them already asks whether another job has begun. */
const SEGMENTS_AGAIN = 2;

interface Wanted {
  readonly issueId: string;
  /** Null: the latest job that left lines. */
  readonly job: string | null;
  /** What the page has already; only what came since is read. */
  readonly seen?: { readonly job: string; readonly next: number };
}

/** Only jobs of the issue that the panel stands on. */
export async function showLog(
  ports: Ports,
  { issueId, job: wanted, seen }: Wanted,
): Promise<LogView | Extract<Outcome, { kind: 'refused' }>> {
  const names = await namesOf(ports, { issueId, job: wanted, ...(seen && { seen }) });
  const found = await ports.store.getMany(placesOf('job', names));
  const jobs = names.flatMap((name) => {
    const job = found.get('job', name);
    return job?.issueId === issueId ? [job] : [];
  });
  const job = jobs.find(({ log }) => log !== undefined) ?? jobs[0];
  if (!job)
    return refused('No agent has worked on this release yet, so there is no log; start it first.');
  const log = logOf(job);
  const { chunks } = log;
  const oldest = Math.max(0, chunks - LOG_CHUNKS_KEPT);
  const isMore = seen?.job === job.job && seen.next >= oldest && seen.next <= chunks;
  const from = isMore ? seen.next : oldest;
  return {
    kind: 'log',
    job: job.job,
    stage: job.stage,
    jobs: jobs
      .filter(({ log }) => log !== undefined)
      .map((one) => ({ job: one.job, stage: one.stage })),
    isOver: job.status === 'finished',
    isMore,
    entries: [
      ...(isMore ? [] : droppedOf(job)),
      ...entriesOf(await chunksOf(ports, job, from), from),
    ],
    next: chunks,
    // What the numbers of the lines could not tell.
    lostAtEnd: lostAtEnd(log),
  };
}

async function namesOf(ports: Ports, { issueId, job, seen }: Wanted): Promise<readonly string[]> {
  if (job !== null) return [job];
  const [latest = seen?.job] = seen ? await jobsOf(ports, issueId, SEGMENTS_AGAIN) : [];
  return seen && latest === seen.job ? [seen.job] : jobsOf(ports, issueId, SEGMENTS);
}

/** The latest first. */
async function jobsOf(
  { store }: Ports,
  issueId: string,
  count: number,
): Promise<readonly string[]> {
  const release = await store.get('release', issueId);
  if (!release) return [];
  const { segments } = release.history;
  const keys = Array.from({ length: Math.min(count, segments) }, (_, back) =>
    segmentKey(issueId, segments - back),
  );
  const found = await store.getMany(placesOf('events', keys));
  return keys.flatMap((key) =>
    (found.get('events', key)?.events ?? [])
      .flatMap((event) => (event.type === 'stage-offered' ? [event.job] : []))
      .reverse(),
  );
}

/** The chunks from this one on, and before them as many as tell whose claim came last. */
async function chunksOf(
  { store }: Ports,
  job: JobRecord,
  from: number,
): Promise<readonly LogChunkRecord[]> {
  const { chunks } = logOf(job);
  if (from === chunks) return [];
  const first = Math.max(0, chunks - LOG_CHUNKS_KEPT, from - LATE_CHUNKS_MAX - 1);
  const keys = Array.from({ length: chunks - first }, (_, index) =>
    chunkPlace(job.job, first + index),
  );
  const found = await store.getMany(placesOf('log-chunk', keys));
  return keys.flatMap((key, index) => {
    const chunk = found.get('log-chunk', key);
    // A later one may have taken the place since the job was read.
    return chunk?.chunk === first + index ? [chunk] : [];
  });
}

function droppedOf(job: JobRecord): readonly LogEntry[] {
  const { dropped } = logOf(job);
  return dropped === 0 ? [] : [{ kind: 'dropped', lines: dropped }];
}

function entriesOf(chunks: readonly LogChunkRecord[], from: number): readonly LogEntry[] {
  const entries: LogEntry[] = [];
  let fence = chunks.find(({ late }) => !late)?.fence;
  for (const { chunk, late, fence: claim, missingBefore, lines } of chunks) {
    const isNewClaim = !late && claim !== fence;
    if (!late) fence = claim;
    if (chunk < from) continue;
    if (isNewClaim) entries.push({ kind: 'new-claim' });
    if (missingBefore > 0) entries.push({ kind: 'missing', lines: missingBefore });
    entries.push({ kind: 'lines', late, lines });
  }
  return entries;
}
