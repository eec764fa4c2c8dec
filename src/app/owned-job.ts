/** Whose job it is that a call is about, and what an agent is told that has lost it. */
import { reaches } from '#core/reach';
import { utcText } from '#core/utc-text';
import type { JobRecord } from '#wire/records';
import { stale } from './agent-answer';
import type { AgentAnswer } from './agent-answer';
import type { AgentCall } from './agent-call';
import { workplaceOfJob } from './offer-job';
import type { Ports } from './ports';

/** The job, if it is one that the caller may speak about: it was offered to it, and lies within its reach. */
export async function knownJob(
  ports: Ports,
  { agent, envelope }: Pick<AgentCall<unknown>, 'agent' | 'envelope'>,
): Promise<JobRecord | undefined> {
  const job = envelope.job === undefined ? undefined : await ports.store.get('job', envelope.job);
  return job?.agents.includes(agent.agentId) && reaches(agent, workplaceOfJob(job))
    ? job
    : undefined;
}

/** Whether the caller has the job under the fence that it names. */
export const owns = (call: AgentCall<unknown>, job: JobRecord): boolean =>
  job.status === 'running' &&
  job.agent === call.agent.agentId &&
  job.fence === call.envelope.fence &&
  isOfClaim(call, job);

/** Whether the call comes from the very start of its agent that has claimed the job; a fence can be guessed. */
export const isOfClaim = (
  { envelope }: AgentCall<unknown>,
  { boot }: Pick<JobRecord, 'boot'>,
): boolean => boot === envelope.boot;

/** The refusal of an agent that comes back to a job: it learns who has it now, and what becomes of what it says. */
export function lost(
  now: number,
  call: AgentCall<unknown>,
  job: JobRecord | undefined,
): AgentAnswer {
  const { agent, envelope } = call;
  const last = job?.claims?.at(-1);
  const isFormer = job?.claims?.some((claim) => claim.agent === agent.agentId) ?? false;
  if (!job || !last || !isFormer) return stale(now);
  const keeps =
    'what is reported about it now does not count, and its log lines are kept as late ones';
  if (last.agent !== agent.agentId)
    return stale(
      now,
      `Agent ${last.name} took job ${job.job} over at ${utcText(last.at)}, because nothing was heard from ${agent.name}; ${keeps}.`,
    );
  if (job.fence === envelope.fence && !isOfClaim(call, job))
    return stale(now, `Another start of agent ${agent.name} has claimed job ${job.job}; ${keeps}.`);
  return job.fence === envelope.fence
    ? stale(now, `Job ${job.job} is over, or its release no longer waits for it; ${keeps}.`)
    : stale(
        now,
        `Agent ${agent.name} has claimed job ${job.job} anew under fence ${String(job.fence)}; ${keeps}.`,
      );
}
