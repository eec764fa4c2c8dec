/** An agent fetches the plan of a job that it holds, and the texts that the plan names, piece by piece. */
import type { FetchAnswer, FetchData } from '#wire/agent';
import type { JobRecord } from '#wire/records';
import { gone, ok } from './agent-answer';
import type { AgentAnswer } from './agent-answer';
import type { AgentCall } from './agent-call';
import { knownJob, lost, owns } from './owned-job';
import { planNames } from './plan-texts';
import type { Ports } from './ports';
import { pieceAt } from './text-piece';

/** Only digests of jobs that the agent holds: content is no library to browse. */
export async function fetchContent(ports: Ports, call: AgentCall<FetchData>): Promise<AgentAnswer> {
  const now = ports.clock.now();
  const { digest, offset } = call.data;
  const job = await knownJob(ports, call);
  if (!job || !owns(call, job)) return lost(now, call, job);
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
