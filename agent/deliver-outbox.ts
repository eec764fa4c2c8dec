/** Brings a job's messages to the app, in order, each until it is acknowledged. */
import { waitAfter } from './back-off';
import { keepCheckpoint } from './checkpoints';
import type { Hold } from './hold';
import type { Agent } from './ports/agent';
import type { AppResult } from './ports/app';
import type { OutboxMessage } from './ports/journal';
import { isStranger } from './stranger';
import type { FinishAnswer, LogEnd } from '#wire/agent';

/** Reports of one job are at least so far apart; what happens between them travels together. */
const REPORT_GAP_MILLISECONDS = 3_000;

/** How often the outbox is looked at while the job works. */
const LOOK_MILLISECONDS = 200;

/** How often what is left of a job is tried while the app refuses this agent. */
const STRANGER_TRIES = 5;

export type Delivery =
  | { readonly kind: 'delivered' }
  /** The app could not be reached and the agent has to end, or it refuses this agent: the next claim delivers the rest. */
  | { readonly kind: 'left' }
  /** The app no longer takes messages of this claim. */
  | { readonly kind: 'stale'; readonly why: string }
  /** The app cannot read a message of it: sent again it would be refused again, and nothing behind it would ever arrive. */
  | { readonly kind: 'unreadable'; readonly why: string };

/**
 * Delivers while the work goes on, and everything that is left once it has ended. `ended` aborts
 * when the work adds nothing more; `leave` aborts when what cannot be delivered now has to wait. `logEnd` travels
 * with the finish: the same each time, because the log is closed by then. The hold hears of each answer as it comes,
 * for a report goes out far more often than a heartbeat.
 */
export async function deliverOutbox(
  agent: Agent,
  { ref: { job }, hear }: Pick<Hold, 'ref' | 'hear'>,
  ended: AbortSignal,
  leave: AbortSignal,
  logEnd: () => LogEnd | undefined,
): Promise<Delivery> {
  const { journal, clock } = agent;
  let failures = 0;
  for (;;) {
    const isLast = ended.aborted;
    const message = await journal.nextMessage(job);
    if (message === undefined) {
      if (isLast) return { kind: 'delivered' };
      await clock.sleep(LOOK_MILLISECONDS, ended);
      continue;
    }
    const result = await send(agent, message, logEnd());
    hear(result);
    const next = await settle(agent, message, result);
    if (next === 'stale' || next === 'unreadable') {
      return { kind: next, why: result.kind === 'refused' ? result.message : '' };
    }
    failures = next === 'again' ? failures + 1 : 0;
    if (failures > 0) {
      const isFutile = isLast && isStranger(result) && failures >= STRANGER_TRIES;
      if (leave.aborted || isFutile) return { kind: 'left' };
      await clock.sleep(waitAfter(result, failures - 1), leave);
    } else {
      await clock.sleep(REPORT_GAP_MILLISECONDS, ended);
    }
  }
}

const send = (
  { app }: Agent,
  message: OutboxMessage,
  logEnd: LogEnd | undefined,
): Promise<AppResult<FinishAnswer>> =>
  message.kind === 'report'
    ? app.report(message, message.seq, message.entries)
    : app.finish(message, message.seq, message.outcome, logEnd);

/** What the answer means for the outbox. */
async function settle(
  agent: Agent,
  { job, seq }: OutboxMessage,
  result: AppResult<FinishAnswer>,
): Promise<'next' | 'again' | 'stale' | 'unreadable'> {
  const { journal, log } = agent;
  if (result.kind === 'answered') {
    // Before the finish is closed: after a crash in between, the next claim is answered with a checkpoint again.
    const { checkpoint } = result.answer;
    if (checkpoint) await keepCheckpoint(agent, agent.settings.identity, checkpoint);
    await journal.acknowledge(job, seq);
    return 'next';
  }
  if (result.kind === 'unreachable') return 'again';
  switch (result.error) {
    case 'gap':
      // Messages that the app misses and this journal never had belong to somebody else.
      if (result.expectedSeq === undefined || result.expectedSeq >= seq) return 'stale';
      return (await journal.sendAgainFrom(job, result.expectedSeq)) ? 'next' : 'stale';
    case 'stale':
    case 'taken':
    case 'gone':
      return 'stale';
    case 'invalid':
      log.error('The app cannot read this agent; update the agent.', { job, seq });
      return 'unreadable';
    case 'unauthorized':
    case 'pending':
    case 'busy':
      return 'again';
  }
}
