/** I20: a log that is read holds only what the job's agents have sent, in its order, none twice, and says what is missing. */
import { canonicalText } from '#core/canonical';
import { LATE_CHUNKS_MAX, logOf } from '#app/receive-log';
import { LogData } from '#wire/agent';
import type { Envelope } from '#wire/agent';
import type { LogEntry } from '#wire/page';
import type { FakeStore } from './fake-store';
import { hasReader } from './shares';
import type { Sim } from './sim';
import type { WireWatch } from './wire-watch';

export interface LogWatch extends WireWatch {
  /** What a page has of a job's log by now. */
  check(job: string, entries: readonly LogEntry[]): void;
  /** The same when nothing comes any more: what the app has acknowledged is there. */
  checkWhole(job: string, entries: readonly LogEntry[]): void;
}

interface Chunk {
  readonly fence: number;
  readonly chunk: number;
  readonly firstLine: number;
  readonly end: number;
  readonly text: string;
  acknowledged: boolean;
}

export function watchLogs(sim: Sim, store: FakeStore): LogWatch {
  /** By job; what was sent again is the same chunk. */
  const sent = new Map<string, Chunk[]>();
  const chunksOf = (job: string): readonly Chunk[] => sent.get(job) ?? [];

  const named = ({ op, job, fence, data }: Envelope) => {
    const read = op === 'log' && hasReader(sim) ? LogData.safeParse(data).data : undefined;
    return read && job !== undefined && fence !== undefined ? { job, fence, read } : undefined;
  };
  const known = (job: string, fence: number, chunk: number): Chunk | undefined =>
    chunksOf(job).find((one) => one.fence === fence && one.chunk === chunk);

  /** The chunks that a page shows. */
  const shown = (job: string, entries: readonly LogEntry[]): ReadonlySet<Chunk> => {
    const found = new Set<Chunk>();
    const candidates = [...chunksOf(job)].sort(inOrder);
    let last: Chunk | undefined;
    let [missing, isNewClaim, isCut] = [0, false, false];
    for (const entry of entries) {
      if (entry.kind === 'dropped') isCut = true;
      if (entry.kind === 'missing') missing = entry.lines;
      if (entry.kind === 'new-claim') isNewClaim = true;
      if (entry.kind !== 'lines') continue;
      const text = canonicalText(entry.lines);
      const before = entry.late ? undefined : last;
      const alike = candidates.filter(
        (one) => one.text === text && !found.has(one) && (!before || inOrder(before, one) < 0),
      );
      // Claimed anew, an agent sends the lines again that nobody has acknowledged: which chunk is shown, only its place tells.
      const chunk = alike.find((one) => isSaid(one, last, missing, isNewClaim)) ?? alike[0];
      if (!chunk) {
        sim.violated('I20', `The log of ${job} shows lines twice, too late, or that nobody sent.`);
        return found;
      }
      found.add(chunk);
      if (entry.late) continue;
      if (!isSaid(chunk, last, missing, isNewClaim) && !(isCut && !last))
        sim.violated(
          'I20',
          `The log of ${job} does not say that ${String(lostBefore(chunk, last))} lines are missing.`,
        );
      last = chunk;
      [missing, isNewClaim] = [0, false];
    }
    return found;
  };

  return {
    sent: (envelope) => {
      const message = named(envelope);
      if (!message) return;
      const { job, fence, read } = message;
      const { chunk, firstLine, lines } = read;
      if (known(job, fence, chunk)) return;
      const text = canonicalText(lines);
      const end = firstLine + lines.length;
      const fresh = { fence, chunk, firstLine, end, text, acknowledged: false };
      sent.set(job, [...chunksOf(job), fresh]);
    },
    answered: (envelope, _body, status) => {
      const message = status === 200 ? named(envelope) : undefined;
      const chunk = message && known(message.job, message.fence, message.read.chunk);
      if (chunk) chunk.acknowledged = true;
    },
    check: shown,
    checkWhole: (job, entries) => {
      const there = shown(job, entries);
      const record = store.peek('job', job);
      if (!record || logOf(record).dropped > 0 || logOf(record).late >= LATE_CHUNKS_MAX) return;
      const lost = chunksOf(job).find((chunk) => chunk.acknowledged && !there.has(chunk));
      if (lost) sim.violated('I20', `The log of ${job} lacks lines that the app has taken.`);
    },
  };
}

const goesOn = (chunk: Chunk, last: Chunk | undefined): boolean => last?.fence === chunk.fence;

/** How many lines of its claim are missing before the chunk. */
const lostBefore = (chunk: Chunk, last: Chunk | undefined): number =>
  chunk.firstLine - (goesOn(chunk, last) ? (last?.end ?? 0) : 0);

/** Whether the page says of the chunk's place what is true. */
const isSaid = (
  chunk: Chunk,
  last: Chunk | undefined,
  missing: number,
  isNewClaim: boolean,
): boolean =>
  missing === lostBefore(chunk, last) &&
  isNewClaim === (last !== undefined && !goesOn(chunk, last));

const inOrder = (left: Chunk, right: Chunk): number =>
  left.fence - right.fence || left.chunk - right.chunk;
