/** The agent's life: take up what is open, then poll, claim and work until told to stop or to drain. */
import type { PollAnswer } from '#wire/agent';
import { POLL_FAR_MILLISECONDS } from '#wire/agent';
import { COUNTERSIGNATURES_MAX } from '#wire/checkpoint';
import { waitAfter } from './back-off';
import { claimJob } from './claim-job';
import { elapsedSince, instant } from './lease';
import type { Agent } from './ports/agent';
import type { Instant } from './ports/clock';
import { runJob } from './run-job';
import type { JobEnd } from './run-job';
import { watchWelcome } from './stranger';

/** How the agent's life ends: asked to, with nothing open, because the app no longer knows it, or because the two do not understand each other. */
export type LifeEnd =
  | { readonly kind: 'stopped' | 'drained' | 'revoked' }
  | { readonly kind: 'outdated'; readonly sentence: string };

/** A job that could not be had is asked for again after so long: another agent holds it, or the app is busy. */
const ASK_AGAIN_SECONDS = 30;

/** Far polls come up to a tenth later, so that agents that started together drift apart; earlier would cost more. */
const JITTER = 0.1;

/**
 * Runs until `stopping` aborts, or until the app says that there is nothing for this agent any more. From `draining`
 * on it takes no new job, and ends once what it has begun is over and the app knows it.
 */
export async function liveAgent(
  agent: Agent,
  stopping: AbortSignal,
  draining?: AbortSignal,
): Promise<LifeEnd> {
  const { app, clock, journal, log } = agent;
  const { audience } = agent.settings.identity;
  const refusedAt = new Map<string, Instant>();
  const givenUp = new Set<string>();
  const mayWrite = watchJournal(agent);
  const strangerWait = watchWelcome(agent);
  const work = async (job: string): Promise<boolean> => {
    if (givenUp.has(job) || !mayWrite()) return false;
    const end = await workOn(agent, job, refusedAt, stopping);
    if (end === 'given-up') givenUp.add(job);
    return end === 'finished';
  };
  // A signal made of several is kept by Node for as long as anybody listens to it, also where its makers are gone.
  const leaving = draining ? AbortSignal.any([stopping, draining]) : stopping;
  const pause = (milliseconds: number): Promise<void> =>
    draining?.aborted === true
      ? pauseWithWork(agent, milliseconds, stopping)
      : clock.sleep(milliseconds, leaving);

  for (const { job } of await journal.openJobs()) await work(job);
  let told: PollAnswer['state'] | undefined;
  for (let failures = 0; !stopping.aborted;) {
    if (draining?.aborted === true && (await openJobs(agent)).length === 0)
      return { kind: 'drained' };
    const result = await app.poll(
      await journal.waitingCheckpoints(audience, COUNTERSIGNATURES_MAX),
    );
    if (result.kind === 'refused' && result.error === 'gone') return { kind: 'revoked' };
    if (result.kind === 'refused' && result.speaks !== undefined) {
      return { kind: 'outdated', sentence: result.message };
    }
    const wait = strangerWait(result);
    failures = result.kind === 'answered' ? 0 : failures + 1;
    if (result.kind === 'answered') await agent.renewKey(true);
    else if (result.kind === 'refused' && result.error === 'unauthorized')
      await agent.renewKey(false);
    if (result.kind !== 'answered') {
      log.warn('A poll brought nothing.', { ...result });
      await pause(wait ?? waitAfter(result, failures - 1));
      continue;
    }
    told = tellState(agent, result.answer, told);
    const { countersigned = [] } = result.answer;
    if (countersigned.length > 0) await journal.acknowledgeCheckpoints(countersigned);
    for (const job of givenUp) if (!result.answer.jobs.includes(job)) givenUp.delete(job);
    let finished = false;
    // What is open is asked for also where the app no longer offers it: another agent may have ended it.
    const open = await openJobs(agent);
    for (const job of new Set([...result.answer.jobs, ...open])) {
      if (draining?.aborted === true && !open.includes(job)) continue;
      finished = (await work(job)) || finished;
    }
    // The end of one job is often the beginning of the next: its successor waits at the app already.
    if (!finished) await pause(nextPoll(agent, result.answer));
  }
  return { kind: 'stopped' };
}

/** Jobs that were begun, and have no end that the app knows. */
const openJobs = async ({ journal }: Agent): Promise<readonly string[]> =>
  (await journal.openJobs()).map(({ job }) => job);

/** Whoever drains waits only for what is open. */
async function pauseWithWork(
  agent: Agent,
  milliseconds: number,
  stopping: AbortSignal,
): Promise<void> {
  if ((await openJobs(agent)).length > 0) await agent.clock.sleep(milliseconds, stopping);
}

/** Whether the journal can be written: without it nothing begins, and no job is taken from agents that could. */
function watchJournal({ unwritable, log }: Agent): () => boolean {
  let told = false;
  return () => {
    const why = unwritable?.();
    if (why !== undefined && !told) log.error(why);
    if (why === undefined && told) log.info('The journal can be written again.');
    told = why !== undefined;
    return !told;
  };
}

/** Claims a job and works on it, and says how that ended; undefined where it was not to be had. */
async function workOn(
  agent: Agent,
  job: string,
  refusedAt: Map<string, Instant>,
  stopping: AbortSignal,
): Promise<JobEnd['kind'] | undefined> {
  const refused = refusedAt.get(job);
  if (stopping.aborted) return undefined;
  if (refused && elapsedSince(refused, agent.clock) < ASK_AGAIN_SECONDS * 1_000) return undefined;

  const claimed = await claimJob(agent, job, stopping);
  if (claimed.kind === 'none') {
    refusedAt.set(job, instant(agent.clock));
    return undefined;
  }
  refusedAt.delete(job);
  agent.log.info('Claimed a job.', { job, fence: claimed.claim.fence, stage: claimed.claim.stage });
  const end = await runJob(agent, claimed.claim, claimed.sentAt, stopping);
  agent.log.info('A job has ended.', { job, ...end });
  if (end.kind === 'given-up') agent.log.error(end.why, { job });
  return end.kind;
}

/** Says once, not with every poll, whether an admin has confirmed this agent. */
function tellState(
  { log }: Agent,
  { state }: PollAnswer,
  told: PollAnswer['state'] | undefined,
): PollAnswer['state'] {
  if (state === told) return state;
  if (state === 'pending') log.info('Waiting for an admin to confirm this agent.');
  else log.info('The app gives this agent work.');
  return state;
}

function nextPoll({ chance }: Agent, { nextPollMilliseconds }: PollAnswer): number {
  if (nextPollMilliseconds < POLL_FAR_MILLISECONDS) return nextPollMilliseconds;
  return Math.round(nextPollMilliseconds * (1 + JITTER * chance()));
}
