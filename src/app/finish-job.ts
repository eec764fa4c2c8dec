/** An agent ends a job: the outcome becomes a command of the release. */
import { sentencesOf } from '#core/refusal';
import type { FinishData } from '#wire/agent';
import type { JobRecord } from '#wire/records';
import { busy, stale } from './agent-answer';
import type { AgentAnswer } from './agent-answer';
import { TooMuchContention } from './errors';
import type { AgentCall } from './agent-call';
import type { Change, Ports } from './ports';
import { admit, reported } from './receive-report';
import { runCommand } from './run-command';

/** Job, release and history change in one transaction: a finished job is a recorded outcome. */
export async function finishJob(ports: Ports, call: AgentCall<FinishData>): Promise<AgentAnswer> {
  const now = ports.clock.now();
  const first = await admit(ports, call);
  if (first.kind === 'answer') return first.answer;

  const { outcome } = call.data;
  const command = {
    type: 'finish-stage',
    stage: first.job.stage,
    job: first.job.job,
    outcome,
  } as const;
  let answer: AgentAnswer = reported(now, first.seq);
  try {
    const result = await runCommand(ports, first.job.issueId, command, async () => {
      const admitted = await admit(ports, call);
      if (admitted.kind === 'answer') {
        answer = admitted.answer;
        return 'stop';
      }
      return endOf(admitted.job, admitted.seq, call);
    });
    if (result.kind === 'done') return answer;
    ports.log.warn('A finished job is not waited for.', {
      job: first.job.job,
      why: sentencesOf(result.refusals),
    });
    return stale(now);
  } catch (error) {
    if (error instanceof TooMuchContention) return busy(now, 1);
    throw error;
  }
}

/** An unknown outcome keeps the job: a person answers, or the agent learns more. */
function endOf(
  job: JobRecord,
  seq: number,
  call: AgentCall<FinishData>,
): { readonly finished?: JobRecord; readonly changes: readonly Change[] } {
  const { outcome } = call.data;
  const ended: JobRecord = {
    ...job,
    version: job.version + 1,
    status: outcome.kind === 'unknown' ? 'running' : 'finished',
    lastSeq: seq,
    lastMessage: call.digest,
    outcome,
  };
  const changes: Change[] = [
    { type: 'set', entity: 'job', key: job.job, record: ended, expect: job.version },
  ];
  return outcome.kind === 'unknown' ? { changes } : { finished: ended, changes };
}
