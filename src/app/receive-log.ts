/** An agent leaves lines of its log. They are for people: no decision rests on them, and what is missing is stated. */
import type { LogAnswer, LogData } from '#wire/agent';
import { LOG_CHUNKS_KEPT } from '#wire/records';
import type { JobLog, JobRecord, LogChunkRecord } from '#wire/records';
import { busy, ok, stale } from './agent-answer';
import type { AgentAnswer } from './agent-answer';
import type { AgentCall } from './agent-call';
import { isOfClaim, knownJob, lost } from './owned-job';
import type { Change, Ports } from './ports';

/** Agents that no longer have a job may leave so many chunks of it. */
export const LATE_CHUNKS_MAX = 3;

const EMPTY: JobLog = {
  chunks: 0,
  late: 0,
  fence: 0,
  nextChunk: 0,
  nextLine: 0,
  missing: 0,
  missingOfClaim: 0,
  dropped: 0,
};

/** Where a chunk lies: later ones take the places of earlier ones. */
export const chunkPlace = (job: string, chunk: number): string =>
  `${job}.${String(chunk % LOG_CHUNKS_KEPT)}`;

/** The log of a job, as far as it has come. */
export const logOf = ({ log }: JobRecord): JobLog => log ?? EMPTY;

/** The log of a job whose agent has said how many lines it wrote, or how many of them never arrived. */
export function closedLog(job: JobRecord, lostLines: number, written?: number): JobLog {
  const log = logOfClaim(logOf(job), job.fence);
  const lost = log.missing + Math.max(0, lostLines - log.missingOfClaim);
  return { ...log, lost, ...(written !== undefined && { written }) };
}

/** Lines behind the last that arrived. An agent whose answer was lost takes for lost what is here. */
export const lostAtEnd = ({ lost = 0, missing, written, nextLine }: JobLog): number =>
  Math.max(0, written === undefined ? lost - missing : written - nextLine);

/** Each claim counts its own chunks and lines. */
function logOfClaim(log: JobLog, fence: number): JobLog {
  if (log.fence === fence) return log;
  const { fence: last, nextChunk } = log;
  const before =
    nextChunk === 0
      ? (log.before ?? [])
      : [...(log.before ?? []), { fence: last, nextChunk }].slice(-CLAIMS_KEPT);
  return { ...log, before, fence, nextChunk: 0, nextLine: 0, missingOfClaim: 0 };
}

/** A message is believed for minutes, and no job changes hands so often in that time. */
const CLAIMS_KEPT = 8;

/** The chunk after those that a claim had brought while it had the job. */
const nextOfClaim = (log: JobLog, fence: number): number =>
  [...(log.before ?? []), log].find((claim) => claim.fence === fence)?.nextChunk ?? 0;

/** Lines are taken when the job is over, and from an agent that has lost it too, but then as late ones. */
export async function receiveLog(ports: Ports, call: AgentCall<LogData>): Promise<AgentAnswer> {
  const now = ports.clock.now();
  const { fence } = call.envelope;
  const { agentId } = call.agent;
  const job = await knownJob(ports, call);
  if (!job || fence === undefined || fence > job.fence) return stale(now);
  const isOwner = job.agent === agentId && job.fence === fence;
  if (isOwner && !isOfClaim(call, job)) return lost(now, call, job);
  const log = logOf(job);
  if (!isOwner) {
    // A doubled message, or an agent that never heard that its lines had come.
    const taken = nextOfClaim(log, fence);
    if (call.data.chunk < taken) return noted(now, taken);
    if (log.late >= LATE_CHUNKS_MAX) return noted(now, call.data.chunk + 1);
    const place = `${String(fence)}.${String(call.data.chunk)}`;
    if (log.latePlaces?.includes(place) === true) return noted(now, call.data.chunk + 1);
    return append(
      ports,
      call,
      job,
      { ...log, late: log.late + 1, latePlaces: [...(log.latePlaces ?? []), place] },
      { late: true, missing: 0 },
    );
  }
  const row = logOfClaim(log, fence);
  const { chunk, firstLine, lines } = call.data;
  if (chunk < row.nextChunk) return noted(now, row.nextChunk);
  const missing = Math.max(0, firstLine - row.nextLine);
  const next = {
    ...row,
    nextChunk: chunk + 1,
    nextLine: Math.max(row.nextLine, firstLine + lines.length),
    missing: row.missing + missing,
    missingOfClaim: row.missingOfClaim + missing,
  };
  return append(ports, call, job, next, { late: false, missing });
}

async function append(
  ports: Ports,
  { agent, envelope, data }: AgentCall<LogData>,
  job: JobRecord,
  log: JobLog,
  { late, missing }: { readonly late: boolean; readonly missing: number },
): Promise<AgentAnswer> {
  const { store, clock } = ports;
  const key = chunkPlace(job.job, log.chunks);
  const round = Math.floor(log.chunks / LOG_CHUNKS_KEPT);
  const gives = round === 0 ? undefined : await store.get('log-chunk', key);
  const record: LogChunkRecord = {
    version: round + 1,
    job: job.job,
    chunk: log.chunks,
    agent: agent.agentId,
    fence: envelope.fence ?? 0,
    late,
    missingBefore: missing,
    lines: data.lines,
  };
  const dropped = log.dropped + (gives ? gives.lines.length + gives.missingBefore : 0);
  const changes: Change[] = [
    { type: 'set', entity: 'log-chunk', key, record, expect: round === 0 ? 'new' : round },
    {
      type: 'set',
      entity: 'job',
      key: job.job,
      record: {
        ...job,
        version: job.version + 1,
        log: { ...log, chunks: log.chunks + 1, dropped },
      },
      expect: job.version,
    },
  ];
  const result = await store.transact(changes);
  return result === 'done' ? noted(clock.now(), data.chunk + 1) : busy(clock.now(), 1);
}

function noted(now: number, nextChunk: number): AgentAnswer {
  const answer: LogAnswer = { now, nextChunk };
  return ok(answer);
}
