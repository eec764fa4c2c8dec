/** The job that a call is about, if the caller still owns it. */
import type { JobRecord } from '#wire/records';
import type { AgentCall } from './agent-call';
import type { Ports } from './ports';

/** Undefined when another agent has taken over, the job is finished, or it was never the caller's. */
export async function ownedJob(
  ports: Ports,
  call: AgentCall<unknown>,
): Promise<JobRecord | undefined> {
  const { job: jobId, fence } = call.envelope;
  const job = jobId === undefined ? undefined : await ports.store.get('job', jobId);
  const owns = job?.status === 'running' && job.agent === call.agent.agentId && job.fence === fence;
  return owns ? job : undefined;
}
