/** An agent fetches the plan of a job that it holds, piece by piece. */
import { FETCH_PIECE_MAX_CHARS } from '#wire/agent';
import type { FetchAnswer, FetchData } from '#wire/agent';
import { gone, ok, stale } from './agent-answer';
import type { AgentAnswer } from './agent-answer';
import type { AgentCall } from './agent-call';
import { ownedJob } from './owned-job';
import type { Ports } from './ports';

/** Largest piece as it travels, so that an answer stays below 200 KB. */
const PIECE_MAX_BYTES = 190 * 1024;

/** Only digests of jobs that the agent holds: content is no library to browse. */
export async function fetchContent(ports: Ports, call: AgentCall<FetchData>): Promise<AgentAnswer> {
  const now = ports.clock.now();
  const job = await ownedJob(ports, call);
  if (!job) return stale(now);
  if (call.data.digest !== job.planDigest) return gone(now);
  const text = await ports.store.getText(call.data.digest);
  if (text === undefined) return gone(now);

  const piece = pieceAt(text, call.data.offset);
  const end = call.data.offset + piece.length;
  const answer: FetchAnswer = {
    now,
    text: piece,
    nextOffset: end < text.length ? end : null,
  };
  return ok(answer);
}

function pieceAt(text: string, offset: number): string {
  let piece = text.slice(offset, offset + FETCH_PIECE_MAX_CHARS);
  for (let bytes = bytesOf(piece); bytes > PIECE_MAX_BYTES; bytes = bytesOf(piece)) {
    piece = piece.slice(0, Math.floor((piece.length * PIECE_MAX_BYTES) / bytes) - 1);
  }
  return piece;
}

/** As it travels: in JSON a character takes 1 to 6 bytes. */
const bytesOf = (piece: string): number => new TextEncoder().encode(JSON.stringify(piece)).length;
