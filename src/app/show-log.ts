/** The log of a job as a person reads it: its lines in the order in which they came, and what is missing said. */
import type { LogEntry, LogView, Outcome } from '#wire/page';
import { LOG_CHUNKS_KEPT } from '#wire/records';
import type { JobRecord, LogChunkRecord } from '#wire/records';
import { segmentKey } from './commit';
import { refused } from './outcome';
import type { Ports } from './ports';
import { placesOf } from './ports';
import { chunkPlace, logOf } from './receive-log';

/** How many jobs back a release's log reaches without naming one: those of the latest segments of its history. */
const SEGMENTS = 2;

interface Wanted {
  readonly issueId: string;
  /** Null: the latest job that left lines. */
  readonly job: string | null;
}

/** Only jobs of the issue that the panel stands on. */
export async function showLog(
  ports: Ports,
  { issueId, job: wanted }: Wanted,
): Promise<LogView | Extract<Outcome, { kind: 'refused' }>> {
  const names = wanted === null ? await jobsOf(ports, issueId) : [wanted];
  const found = await ports.store.getMany(placesOf('job', names));
  const jobs = names.flatMap((name) => {
    const job = found.get('job', name);
    return job?.issueId === issueId ? [job] : [];
  });
  const job = jobs.find(({ log }) => log !== undefined) ?? jobs[0];
  if (!job)
    return refused('No agent has worked on this release yet, so there is no log; start it first.');
  return {
    kind: 'log',
    job: job.job,
    stage: job.stage,
    jobs: jobs.map((one) => ({ job: one.job, stage: one.stage })),
    entries: entriesOf(job, await chunksOf(ports, job)),
  };
}

/** The latest first. */
async function jobsOf({ store }: Ports, issueId: string): Promise<readonly string[]> {
  const release = await store.get('release', issueId);
  if (!release) return [];
  const { segments } = release.history;
  const keys = Array.from({ length: Math.min(SEGMENTS, segments) }, (_, back) =>
    segmentKey(issueId, segments - back),
  );
  const found = await store.getMany(placesOf('events', keys));
  return keys.flatMap((key) =>
    (found.get('events', key)?.events ?? [])
      .flatMap((event) => (event.type === 'stage-offered' ? [event.job] : []))
      .reverse(),
  );
}

async function chunksOf({ store }: Ports, job: JobRecord): Promise<readonly LogChunkRecord[]> {
  const { chunks } = logOf(job);
  const first = Math.max(0, chunks - LOG_CHUNKS_KEPT);
  const keys = Array.from({ length: chunks - first }, (_, index) =>
    chunkPlace(job.job, first + index),
  );
  const found = await store.getMany(placesOf('log-chunk', keys));
  return keys.flatMap((key) => found.get('log-chunk', key) ?? []);
}

function entriesOf(job: JobRecord, chunks: readonly LogChunkRecord[]): readonly LogEntry[] {
  const { dropped, missing, lost = missing } = logOf(job);
  const entries: LogEntry[] = dropped === 0 ? [] : [{ kind: 'dropped', lines: dropped }];
  let fence = chunks[0]?.fence ?? 0;
  for (const chunk of chunks) {
    if (!chunk.late && chunk.fence !== fence) entries.push({ kind: 'new-claim' });
    if (!chunk.late) ({ fence } = chunk);
    if (chunk.missingBefore > 0) entries.push({ kind: 'missing', lines: chunk.missingBefore });
    entries.push({ kind: 'lines', late: chunk.late, lines: chunk.lines });
  }
  // What the numbers of the lines could not tell: the last ones never came.
  if (lost > missing) entries.push({ kind: 'missing', lines: lost - missing });
  return entries;
}
