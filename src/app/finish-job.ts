/** An agent ends a job: the outcome becomes a command of the release. */
import type { Command } from '#core/command';
import { sentencesOf } from '#core/refusal';
import { FENCE_LEAP_MAX } from '#wire/agent';
import type { FinishData } from '#wire/agent';
import type { JobRecord } from '#wire/records';
import { busy, ok, stale } from './agent-answer';
import type { AgentAnswer } from './agent-answer';
import { TooMuchContention } from './errors';
import type { AgentCall } from './agent-call';
import { askForEffects } from './commit';
import { checkpointOf } from './checkpoints';
import { endedJob } from './offer-job';
import type { Change, Ports } from './ports';
import { closedLog } from './receive-log';
import { admit, reported } from './receive-report';
import { runCommand } from './run-command';

/** Job, release and history change in one transaction: a finished job is a recorded outcome. */
export async function finishJob(ports: Ports, call: AgentCall<FinishData>): Promise<AgentAnswer> {
  const now = ports.clock.now();
  const first = await admit(ports, call);
  if (first.kind === 'answer') {
    // A finish that is told again may be one whose writer died before it asked for the effects.
    const job =
      call.envelope.job === undefined ? undefined : await ports.store.get('job', call.envelope.job);
    if (job?.status === 'finished') await askForEffects(ports, job.issueId);
    return job ? witnessed(ports, first.answer, job) : first.answer;
  }

  let answer: AgentAnswer = reported(now, first.seq);
  try {
    const result = await runCommand(ports, first.job.issueId, async () => {
      const admitted = await admit(ports, call);
      if (admitted.kind === 'answer') {
        answer = admitted.answer;
        return 'stop';
      }
      const end = endOf(admitted.job, admitted.seq, call);
      return {
        command: commandOf(admitted.job, call.data),
        ...end,
        changes: [...end.changes, ...(await fenceChanges(ports, admitted.job, call.data))],
      };
    });
    if (result.kind === 'done') return await witnessed(ports, answer, first.job);
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

/** The agent that did the work keeps a checkpoint. */
async function witnessed(
  ports: Ports,
  answer: AgentAnswer,
  { issueId }: JobRecord,
): Promise<AgentAnswer> {
  if (answer.status !== 200) return answer;
  const checkpoint = await checkpointOf(ports, issueId);
  return checkpoint ? ok({ ...answer.body, checkpoint }) : answer;
}

/** A job that was asked to stop because its release is lost ends the release as well; what it did stays in the job. */
const commandOf = ({ stage, job, stop }: JobRecord, { outcome }: FinishData): Command =>
  stop === 'issue-gone' ? { type: 'issue-gone' } : { type: 'finish-stage', stage, job, outcome };

/** An unknown outcome ends the job as well: no agent works on it again, and a person answers. */
function endOf(job: JobRecord, seq: number, call: AgentCall<FinishData>) {
  const { outcome, lostLines, writtenLines } = call.data;
  return endedJob(job, {
    lastSeq: seq,
    lastMessage: call.digest,
    outcome,
    ...(lostLines !== undefined && { log: closedLog(job, lostLines, writtenLines) }),
  });
}

/**
 * What a target has refused a job's fence for is higher than any that this store gave out, as after a restore. One scope
 * is enough: the next claim counts from the highest of its scopes. A job that was asked to stop gives its scopes back.
 */
async function fenceChanges(
  { store }: Ports,
  { scopes: [scope], stop }: JobRecord,
  { outcome }: FinishData,
): Promise<readonly Change[]> {
  const seen = outcome.kind === 'failed' ? outcome.fenceSeen : undefined;
  if (seen === undefined || scope === undefined || stop !== undefined) return [];
  const row = await store.get('scope', scope);
  if (!row || seen <= row.fence || seen > row.fence + FENCE_LEAP_MAX) return [];
  const record = { ...row, version: row.version + 1, fence: seen };
  return [{ type: 'set', entity: 'scope', key: scope, record, expect: row.version }];
}
