/**
 * An agent whose signature the app refuses. Every cause has the same answer, so that strangers learn nothing: it may
 * have been revoked, and it may be the app's error. So it never ends for that, and costs next to nothing.
 */
import { backOffMilliseconds } from './back-off';
import type { Agent } from './ports/agent';
import type { AppResult } from './ports/app';

/** After a dozen refusals, within some 17 minutes; a stranger's calls cost the app 3,000 of a month's invocations. */
const ASK_AGAIN_MAX_MINUTES = 15;

/** A key that was replaced is refused once, before the agent has tried its other one. */
const TOLD_AFTER_REFUSALS = 3;

/** Whether the app takes this agent for a stranger, other than for a wrong clock, which somebody may set at any moment. */
export const isStranger = (result: AppResult<unknown>): boolean =>
  result.kind === 'refused' && result.error === 'unauthorized' && result.isClock !== true;

/** Hears what each poll brought; tells how long to wait before the next, or undefined while the app knows this agent. */
export function watchWelcome({
  log,
  troubles,
  settings,
}: Agent): (result: AppResult<unknown>) => number | undefined {
  let refusals = 0;
  return (result) => {
    if (!isStranger(result)) {
      if (result.kind === 'unreachable') return undefined;
      if (refusals >= TOLD_AFTER_REFUSALS) log.info('Interlock knows this agent again.');
      troubles?.tell('refused', undefined);
      refusals = 0;
      return undefined;
    }
    refusals += 1;
    const sentence = refusedSentence(settings.identity.agent);
    troubles?.tell('refused', sentence);
    if (refusals === TOLD_AFTER_REFUSALS) log.error(sentence);
    return backOffMilliseconds(refusals - 1, 500, ASK_AGAIN_MAX_MINUTES * 60_000);
  };
}

const refusedSentence = (agent: string): string =>
  `Interlock refuses this agent's signature, so it begins nothing and asks ever more rarely, in the end every ${ASK_AGAIN_MAX_MINUTES} minutes: look for agent ${agent} in Interlock's settings; if it is revoked or missing there, stop it, move key.pem out of its stateDirectory, because a revoked key stays worthless, and enroll it anew with a fresh code.`;
