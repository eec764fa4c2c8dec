/** A target that has seen a higher fence than this claim's: the app is asked whose the job is. */
import { FENCE_LEAP_MAX } from '#wire/agent';
import type { FinishOutcome } from '#wire/agent';
import type { Hold, Permit, Stop } from './hold';
import { takeHeartbeat } from './keep-lease';
import { elapsedSince, instant } from './lease';
import type { Agent } from './ports/agent';

/** What refused this claim's fence. */
export interface Outbid {
  /** The target as sentences say it: `Host web-1 (10.0.0.1)`. */
  readonly target: string;
  /** The highest fence that it has seen; absent where it does not say. */
  readonly seen?: number;
  /** Where the target keeps that fence. */
  readonly kept: string;
  /** In the target's own words. */
  readonly sentence: string;
}

/**
 * A job that the app gave to another agent is lost. One that the app says is ours, asked after a refusal, is no
 * other agent's: claimed again it would be refused again until the fences are even, and nobody would hear of it.
 */
export async function judgeOutbid(
  agent: Agent,
  hold: Hold,
  outbid: Outbid,
): Promise<Extract<FinishOutcome, { kind: 'failed' }> | Exclude<Stop, { kind: 'refused' }>> {
  agent.log.warn('A target has seen a higher fence; Interlock is asked whose the job is.', {
    ...hold.ref,
    why: outbid.sentence,
  });
  const ours = await stillOurs(agent, hold);
  if (ours.kind === 'interrupted') return ours;
  if (ours.kind !== 'yes') return { kind: 'lost', why: outbid.sentence };
  const { seen } = outbid;
  const sentence = outbidWords(hold, outbid);
  const failure = { class: 'permission', sentence } as const;
  return { kind: 'failed', failure, ...(seen !== undefined && { fenceSeen: seen }) };
}

function outbidWords({ ref }: Hold, { target, seen, kept }: Outbid): string {
  const higher = seen === undefined ? 'a higher fence' : `fence ${seen}`;
  const isNear = seen !== undefined && seen <= ref.fence + FENCE_LEAP_MAX;
  const remedy = isNear
    ? `then retry, and Interlock goes on above ${seen}`
    : `write ${ref.fence} into ${kept}, then retry`;
  return `${target} has seen ${higher} and refuses fence ${ref.fence} of job ${ref.job}, which is this agent's as Interlock says (so Interlock came back from a backup, or another installation of it releases there): see to it that nobody else releases there, ${remedy}.`;
}

/**
 * Many hosts refuse at once, and each heartbeat writes the job's row at the app: one of them asks for all. While the lease
 * lasts that answer stays true; and were it not, the app would refuse the end of a job that is another agent's.
 */
async function stillOurs(agent: Agent, hold: Hold): Promise<Permit> {
  hold.whose ??= askWhose(agent, hold);
  const isAnswered = await hold.whose;
  const held = await hold.mayContinue();
  return held.kind === 'yes' && !isAnswered ? { kind: 'interrupted' } : held;
}

/** How often somebody who waits looks whether the agent has to end. */
const LOOK_MILLISECONDS = 500;

/** Asks by heartbeats until the app says whose the job is, or nobody waits for the answer any more; tells whether it came. */
async function askWhose(agent: Agent, hold: Hold): Promise<boolean> {
  for (let failures = 1; ; failures += 1) {
    const result = await agent.app.heartbeat(hold.ref, hold.step);
    const wait = takeHeartbeat(agent, hold, result, failures);
    if (result.kind === 'answered') return true;
    await pause(agent, hold, wait);
    if (hold.isInterrupted || (await hold.mayContinue()).kind !== 'yes') return false;
  }
}

/** Waits no longer than the hold lasts, and not for an agent that is to end. */
async function pause({ clock }: Agent, hold: Hold, milliseconds: number): Promise<void> {
  const from = instant(clock);
  const isOver = (): boolean => hold.over.aborted || hold.isInterrupted;
  while (!isOver() && elapsedSince(from, clock) < milliseconds)
    await clock.sleep(LOOK_MILLISECONDS, hold.over);
}
