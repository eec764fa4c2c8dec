/** Brings the lines of a job's log to the app. They are for people: work never waits for them, but the finish lets the last ones go first. */
import { LOG_SINCE_VERSION } from '#wire/agent';
import type { Hold } from './hold';
import type { JobLog } from './job-log';
import type { Agent } from './ports/agent';

/** Chunks of one job are at least so far apart: with a report every 3 s and the heartbeats that is 27 calls a minute. */
const LOG_GAP_MILLISECONDS = 15_000;

/** Sends until `ended` aborts, then what is left, each chunk once. */
export async function sendLog(
  agent: Agent,
  hold: Hold,
  jobLog: JobLog,
  ended: AbortSignal,
): Promise<void> {
  const isOver = (): boolean => ended.aborted;
  while (!isOver()) {
    await agent.clock.sleep(LOG_GAP_MILLISECONDS, ended);
    if (!isOver()) await sendNext(agent, hold, jobLog);
  }
  while (await sendNext(agent, hold, jobLog));
}

/** True when a chunk has arrived. An app of 0.1 takes none. */
async function sendNext({ app }: Agent, hold: Hold, jobLog: JobLog): Promise<boolean> {
  if (app.speaks() < LOG_SINCE_VERSION) return false;
  const chunk = jobLog.next();
  if (!chunk) return false;
  const result = await app.log(hold.ref, chunk);
  hold.hear(result);
  if (result.kind !== 'answered') return false;
  jobLog.acknowledge(chunk);
  return true;
}
