/** One job from its claim to its end: the lease, the outbox and the work, side by side. */
import type { ClaimAnswer, FinishOutcome, LogEnd } from '#wire/agent';
import { deliverOutbox } from './deliver-outbox';
import type { Delivery } from './deliver-outbox';
import { takeHold } from './hold';
import type { Hold } from './hold';
import { openJobLog, withJobLog } from './job-log';
import type { JobLog } from './job-log';
import { keepLease } from './keep-lease';
import { performPlan } from './perform-plan';
import type { Agent } from './ports/agent';
import type { Instant } from './ports/clock';
import { sendLog } from './send-log';

export type JobEnd =
  | { readonly kind: 'finished'; readonly outcome: FinishOutcome }
  /** The job is somebody else's, or over; nothing more was done. */
  | { readonly kind: 'dropped'; readonly why: string }
  /** The app cannot read what this agent tells of the job: claimed again, it would end the same. */
  | { readonly kind: 'given-up'; readonly why: string }
  /** The agent was asked to end, or the app refuses it; its next claim takes the job up again. */
  | { readonly kind: 'interrupted' };

/** Works on a claimed job, going on from what the journal remembers of an earlier claim. */
export async function runJob(
  agent: Agent,
  claim: ClaimAnswer,
  sentAt: Instant,
  stopping: AbortSignal,
): Promise<JobEnd> {
  const jobLog = openJobLog(() => agent.app.serverSeconds(), agent.redact);
  return workOn(withJobLog(agent, claim, jobLog), claim, sentAt, stopping, jobLog);
}

async function workOn(
  agent: Agent,
  claim: ClaimAnswer,
  sentAt: Instant,
  stopping: AbortSignal,
  jobLog: JobLog,
): Promise<JobEnd> {
  const hold = takeHold(agent, claim, sentAt, stopping);
  hold.isResumed ||= (await agent.journal.openJobs()).some(({ job }) => job === claim.job);
  const { outcome } = await agent.journal.beginJob(hold.ref, claim.lastSeq);

  const ended = new AbortController();
  const leave = new AbortController();
  const lease = keepLease(agent, hold);
  const logEnd = (): LogEnd | undefined => (outcome ? undefined : jobLog.end());
  const delivery = deliverOutbox(agent, hold, ended.signal, leave.signal, logEnd).then((end) => {
    if (end.kind === 'stale') hold.lose(end.why);
    if (end.kind === 'unreadable') hold.giveUp(end.why);
    return end;
  });

  const worked = outcome ? finished(outcome) : await work(agent, hold, jobLog);
  const leaveNow = (): void => leave.abort();
  if (worked.kind === 'interrupted' || stopping.aborted) leaveNow();
  else stopping.addEventListener('abort', leaveNow);
  ended.abort();

  const delivered = await delivery;
  // The process outlives its jobs.
  stopping.removeEventListener('abort', leaveNow);
  hold.release();
  await lease;
  const end = endOf(worked, delivered, hold);
  if (end.kind === 'dropped' || end.kind === 'given-up')
    await agent.journal.dropJob(claim.job, end.why);
  return end;
}

/** A job is over for this agent once the app has its end. */
function endOf(worked: JobEnd, delivered: Delivery, { isGivenUp }: Hold): JobEnd {
  if (delivered.kind === 'unreadable') return { kind: 'given-up', why: delivered.why };
  if (isGivenUp && worked.kind === 'dropped') return { kind: 'given-up', why: worked.why };
  if (delivered.kind === 'stale') return dropped(delivered.why);
  return delivered.kind === 'left' && worked.kind === 'finished' ? { kind: 'interrupted' } : worked;
}

async function work(agent: Agent, hold: Hold, jobLog: JobLog): Promise<JobEnd> {
  const ended = new AbortController();
  const sending = sendLog(agent, hold, jobLog, ended.signal);
  const end = await performPlan(agent, hold);
  if (end.kind === 'lost') {
    agent.log.warn('The work of a job stopped where it stood.', { ...hold.ref, why: end.why });
  }
  if (end.kind !== 'lost' && end.kind !== 'interrupted') {
    agent.log.info('The work of a job is over.', { ...hold.ref, ...end });
  }
  ended.abort();
  await sending;
  jobLog.close();
  if (end.kind === 'lost') return dropped(end.why);
  if (end.kind === 'interrupted') return end;
  await agent.journal.finishJob(hold.ref.job, end);
  return finished(end);
}

const finished = (outcome: FinishOutcome): JobEnd => ({ kind: 'finished', outcome });
const dropped = (why: string): JobEnd => ({ kind: 'dropped', why });
