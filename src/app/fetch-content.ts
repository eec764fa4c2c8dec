/** An agent fetches the plan of a job that it holds, and the texts that the plan names, piece by piece. */
import type { FetchAnswer, FetchData } from '#wire/agent';
import type { JobRecord } from '#wire/records';
import { gone, ok, stale } from './agent-answer';
import type { AgentAnswer } from './agent-answer';
import type { AgentCall } from './agent-call';
import { ownedJob } from './owned-job';
import { planNames } from './plan-texts';
import type { Ports } from './ports';
import { pieceAt } from './text-piece';

/** Only digests of jobs that the agent holds: content is no library to browse. */
export async function fetchContent(ports: Ports, call: AgentCall<FetchData>): Promise<AgentAnswer> {
  const now = ports.clock.now();
  const { digest, offset } = call.data;
  const job = await ownedJob(ports, call);
  if (!job) return stale(now);
  if (!(await belongsTo(ports, job, digest))) return gone(now);
  const piece = await pieceAt(ports.store, digest, offset);
  if (!piece) return gone(now);
  const answer: FetchAnswer = { now, ...piece };
  return ok(answer);
}

const belongsTo = async (
  { store }: Ports,
  { planDigest }: JobRecord,
  digest: string,
): Promise<boolean> => digest === planDigest || planNames(store, planDigest, digest);
