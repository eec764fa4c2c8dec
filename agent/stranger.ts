/**
 * An agent that the app gives no work: it refuses its signature, or it has suspended it. A refused signature has the same
 * answer whatever its cause, so that strangers learn nothing: the agent may have been revoked, and it may be the app's
 * error. So it never ends for either, and costs next to nothing.
 */
import type { PollAnswer } from '#wire/agent';
import { backOffMilliseconds } from './back-off';
import type { Agent } from './ports/agent';
import type { AppResult } from './ports/app';

/** After a dozen refusals, within some 17 minutes; a stranger's calls cost the app 3,000 of a month's invocations. */
const ASK_AGAIN_MAX_MINUTES = 15;

/** A key that was replaced is refused once, before the agent has tried its other one. */
const TOLD_AFTER_REFUSALS = 3;

/** Whether the app takes this agent for a stranger, other than for a wrong clock, which somebody may set at any moment, or waits for an admin's word on it. */
export const isStranger = (result: AppResult<unknown>): boolean =>
  result.kind === 'refused' &&
  (result.error === 'pending' || (result.error === 'unauthorized' && result.isClock !== true));

/** Hears what each poll brought; tells how long to wait before the next, or undefined while the app has no objection. */
export function watchWelcome({
  log,
  troubles,
  settings,
}: Agent): (result: AppResult<PollAnswer>) => number | undefined {
  let refusals = 0;
  return (result) => {
    if (result.kind !== 'refused' || !isStranger(result)) {
      if (result.kind === 'unreachable') return undefined;
      if (refusals >= TOLD_AFTER_REFUSALS) log.info('Interlock knows this agent again.');
      const isPending = result.kind === 'answered' && result.answer.state === 'pending';
      troubles?.tell('refused', isPending ? UNCONFIRMED : undefined);
      refusals = 0;
      return undefined;
    }
    refusals += 1;
    const sentence =
      result.error === 'pending'
        ? suspendedSentence(result.message)
        : refusedSentence(settings.identity.agent);
    troubles?.tell('refused', sentence);
    if (refusals === TOLD_AFTER_REFUSALS) log.error(sentence);
    return backOffMilliseconds(refusals - 1, 500, ASK_AGAIN_MAX_MINUTES * 60_000);
  };
}

const UNCONFIRMED =
  "No project admin has confirmed this agent yet, so it gets no work: have one compare the fingerprint that interlock-agent status prints with the one in Interlock's settings, and confirm the agent there.";

const refusedSentence = (agent: string): string =>
  `Interlock refuses this agent's signature, so it begins nothing and asks ever more rarely, in the end every ${ASK_AGAIN_MAX_MINUTES} minutes: look for agent ${agent} in Interlock's settings; if it is revoked or missing there, stop it, move key.pem out of its stateDirectory, because a revoked key stays worthless, and enroll it anew with a fresh code.`;

/** `why`: the app's own words, which name the remedy. */
const suspendedSentence = (why: string): string =>
  `${why} Meanwhile it begins nothing and asks ever more rarely, in the end every ${ASK_AGAIN_MAX_MINUTES} minutes; a restart asks at once.`;
