/** Renews the lease on its own timer while a job is held. */
import { HEARTBEAT_SECONDS } from '#wire/agent';
import { waitAfter } from './back-off';
import type { Hold } from './hold';
import type { Agent } from './ports/agent';
import type { AppResult } from './ports/app';
import type { HeartbeatAnswer } from '#wire/agent';

/** Ends when the hold is over; loses it when the app says that the job is somebody else's. */
export async function keepLease(agent: Agent, hold: Hold): Promise<void> {
  const { app, clock } = agent;
  let failures = 0;
  let wait = HEARTBEAT_SECONDS * 1_000;
  for (;;) {
    await clock.sleep(wait, hold.over);
    if (hold.over.aborted) return;
    const result = await app.heartbeat(hold.ref, hold.step);
    failures = result.kind === 'answered' ? 0 : failures + 1;
    wait = takeHeartbeat(agent, hold, result, failures);
  }
}

/** What a heartbeat's answer means for the hold; tells how long to wait before the next. */
export function takeHeartbeat(
  { log }: Agent,
  hold: Hold,
  result: AppResult<HeartbeatAnswer>,
  failures: number,
): number {
  const regular = HEARTBEAT_SECONDS * 1_000;
  hold.hear(result);
  switch (result.kind) {
    case 'answered':
      hold.renew(result.sentAt, result.answer.leaseSeconds, result.answer.decision);
      if (result.answer.command === 'stop') {
        log.warn('The app asks to stop; nothing more begins.', { ...hold.ref });
        hold.askToStop();
      }
      return regular;
    case 'unreachable':
      log.warn('A heartbeat did not reach the app.', { ...hold.ref, why: result.sentence });
      return Math.min(waitAfter(result, failures - 1), regular);
    case 'refused':
      log.warn('The app refused a heartbeat.', { ...hold.ref, ...result });
      if (result.error === 'stale' || result.error === 'taken' || result.error === 'gone') {
        hold.lose(result.message);
      }
      if (result.error === 'invalid') hold.giveUp(unreadableWords(hold, result.message));
      return Math.min(waitAfter(result, failures - 1), regular);
  }
}

const unreadableWords = ({ ref }: Hold, why: string): string =>
  `Interlock cannot read this agent's heartbeats (${why}), so nothing renews its lease on job ${ref.job}: the agent leaves the job, and Interlock asks people once the lease is over; update the agent or the app, then answer there.`;
