/** A clock that is wrong, in a sentence that names both times and the remedy. */
import { CLOCK_TOLD_SECONDS } from '#wire/agent';
import type { Log } from './ports/log';
import { CORRECTION_MAX_SECONDS } from './server-time';
import type { ServerTime } from './server-time';
import type { Troubles } from './troubles';

type ClockState = 'right' | 'corrected' | 'refused';

/** Whether messages are signed with this machine's time, with the app's, or in vain. */
export function clockState({ aheadSeconds }: ServerTime): ClockState {
  const off = Math.abs(aheadSeconds());
  if (off > CORRECTION_MAX_SECONDS) return 'refused';
  return off >= CLOCK_TOLD_SECONDS ? 'corrected' : 'right';
}

/** What people read of it; undefined where nothing is wrong. */
export function clockSentence(time: ServerTime): string | undefined {
  const state = clockState(time);
  if (state === 'right') return undefined;
  const told = clocksText(time);
  return state === 'corrected'
    ? `${told}; messages are signed with Interlock's time, which this agent does for up to an hour of difference: set the clock of this machine.`
    : `${told}, more than an hour apart, so this agent begins no work: set the clock of this machine, then it goes on by itself.`;
}

/** What this machine's clock says, and what the app's. */
export const clocksText = (time: ServerTime): string =>
  `The clock of this machine says ${inWords(time.now() + time.aheadSeconds())} and Interlock's says ${inWords(time.now())}`;

/** Says once, not with every message, that the clock is wrong, and that it is right again. */
export function watchClock(time: ServerTime, log: Log, troubles?: Troubles): () => void {
  let told: ClockState = 'right';
  return () => {
    const state = clockState(time);
    if (state === told) return;
    told = state;
    const sentence = clockSentence(time);
    troubles?.tell('clock', sentence);
    if (sentence === undefined) log.info('The clock of this machine is right again.');
    else if (state === 'refused') log.error(sentence);
    else log.warn(sentence);
  };
}

const inWords = (seconds: number): string =>
  new Date(seconds * 1_000).toISOString().slice(0, 19) + 'Z';
