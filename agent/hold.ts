/** An agent's hold on a job: the lease, the newest decision, and whether the next effect may begin. */
import type { Failure } from '#core/failure';
import type { ClaimAnswer, SignedDecision } from '#wire/agent';
import { judgeDecision } from './decision';
import { allowsEffects } from './lease';
import type { Lease } from './lease';
import type { Agent } from './ports/agent';
import type { AppResult, JobRef } from './ports/app';
import type { Instant } from './ports/clock';
import { isStranger } from './stranger';

/** Why no further effect begins. */
export type Stop =
  /** Without a live decision nothing is done, nor after the app asked to stop. */
  | { readonly kind: 'refused'; readonly failure: Failure }
  /** Somebody else has the job, or it is over. */
  | { readonly kind: 'lost'; readonly why: string }
  /** This agent was asked to end, or the app refuses it; it goes on with its next claim. */
  | { readonly kind: 'interrupted' };

export type Permit = { readonly kind: 'yes' } | Stop;

export interface Hold {
  readonly claim: ClaimAnswer;
  readonly ref: JobRef;
  /** An earlier claim of the job has been at work: this agent's, or another's as far as the app was told. */
  isResumed: boolean;
  /** What is being done, for the heartbeat. */
  step: string | null;
  /** Whether the app has said whose the job is, once that is settled; asked when the first target refused its fence, for all that do. */
  whose: Promise<boolean> | undefined;
  /** Before the first effect, each batch and each host: lease and decision. Waits while the lease is in doubt. */
  mayBegin(): Promise<Permit>;
  /** Between the effects of one host, where stopping would leave it half done: the lease alone, even when asked to stop. */
  mayContinue(): Promise<Permit>;
  renew(from: Instant, seconds: number, decision: SignedDecision): void;
  /** What any call of the job has brought. From an app that takes this agent for a stranger, or has suspended it: nothing begins, and once the lease is over nobody waits for another. */
  hear(result: AppResult<unknown>): void;
  lose(why: string): void;
  /** The app cannot read this agent: the job is lost, and not to be claimed again by whoever would tell the same. */
  giveUp(why: string): void;
  readonly isGivenUp: boolean;
  /** This agent was asked to end, or the app refuses it: nothing begins. */
  readonly isInterrupted: boolean;
  /** The app asks to stop: no further effect begins, what is half done is brought to its end. */
  askToStop(): void;
  /** Aborts when the hold is over, for whatever reason. */
  readonly over: AbortSignal;
  release(): void;
}

/** How often an agent whose lease is in doubt looks whether a heartbeat got through. */
const LEASE_LOOK_MILLISECONDS = 500;

const STOPPED: Failure = {
  class: 'stopped',
  sentence:
    'Jira asked the agent to stop, because the issue of this release is gone; it ended before the next effect, and what was done before stays done.',
};

/** The hold that a claim gives; `sentAt` is when the claim was first sent. */
export function takeHold(
  agent: Agent,
  claim: ClaimAnswer,
  sentAt: Instant,
  stopping: AbortSignal,
): Hold {
  const { clock, app, settings } = agent;
  const over = new AbortController();
  let lease: Lease = { from: sentAt, seconds: claim.leaseSeconds };
  let decision = claim.decision;
  let lost: string | null = null;
  let stopAsked = false;
  let isRefused = false;
  let isGivenUp = false;
  const lose = (why: string): void => {
    lost ??= why;
    over.abort();
  };

  const isInterrupted = (): boolean => stopping.aborted || isRefused;

  const mayContinue = async (): Promise<Permit> => {
    for (;;) {
      if (lost !== null) return { kind: 'lost', why: lost };
      if (allowsEffects(lease, clock)) return { kind: 'yes' };
      if (isInterrupted()) return { kind: 'interrupted' };
      await clock.sleep(LEASE_LOOK_MILLISECONDS, stopping);
    }
  };

  const mayBegin = async (): Promise<Permit> => {
    const held = await mayContinue();
    if (held.kind !== 'yes') return held;
    if (isInterrupted()) return { kind: 'interrupted' };
    if (stopAsked) return { kind: 'refused', failure: STOPPED };
    const judged = judgeDecision(decision, claim, settings.identity, app.serverSeconds());
    if (judged.kind === 'live') return { kind: 'yes' };
    return { kind: 'refused', failure: { class: 'permission', sentence: judged.sentence } };
  };

  return {
    claim,
    ref: { job: claim.job, fence: claim.fence },
    isResumed: claim.lastSeq > 0,
    step: null,
    whose: undefined,
    mayBegin,
    mayContinue,
    renew: (from, seconds, newest) => {
      lease = { from, seconds };
      decision = newest;
      isRefused = false;
    },
    hear: (result) => {
      if (isStranger(result)) isRefused = true;
    },
    lose,
    giveUp: (why) => {
      isGivenUp = true;
      lose(why);
    },
    get isGivenUp() {
      return isGivenUp;
    },
    get isInterrupted() {
      return isInterrupted();
    },
    over: over.signal,
    askToStop: () => {
      stopAsked = true;
    },
    release: () => over.abort(),
  };
}
