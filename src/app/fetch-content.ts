/** An agent fetches the plan of a job that it holds, piece by piece. */
import { FETCH_PIECE_MAX_CHARS } from '#wire/agent';
import type { FetchAnswer, FetchData } from '#wire/agent';
import { gone, ok, stale } from './agent-answer';
import type { AgentAnswer } from './agent-answer';
import type { AgentCall } from './agent-call';
import { ownedJob } from './owned-job';
import type { Ports } from './ports';

/** Only digests of jobs that the agent holds: content is no library to browse. */
export async function fetchContent(ports: Ports, call: AgentCall<FetchData>): Promise<AgentAnswer> {
  const now = ports.clock.now();
  const job = await ownedJob(ports, call);
  if (!job) return stale(now);
  if (call.data.digest !== job.planDigest) return gone(now);
  const text = await ports.store.getText(call.data.digest);
  if (text === undefined) return gone(now);

  const end = call.data.offset + FETCH_PIECE_MAX_CHARS;
  const answer: FetchAnswer = {
    now,
    text: text.slice(call.data.offset, end),
    nextOffset: end < text.length ? end : null,
  };
  return ok(answer);
}
