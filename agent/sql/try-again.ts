/** A database that restarts is away for a while. */
import { backOffMilliseconds } from '../back-off';
import type { Hold } from '../hold';
import { elapsedSince, instant } from '../lease';
import type { Agent } from '../ports/agent';

/** How long a database that was there is tried again. */
const AGAIN_SECONDS = 60;

/** The first end that is no absence, or the last one; an agent that is asked to end waits no longer. */
export async function tryAgain<End>(
  { clock }: Agent,
  hold: Hold,
  attempt: () => Promise<End>,
  isAway: (end: End) => boolean,
): Promise<End | { readonly kind: 'interrupted' }> {
  const from = instant(clock);
  for (let tries = 0; ; tries += 1) {
    const end = await attempt();
    const isLate = elapsedSince(from, clock) > AGAIN_SECONDS * 1_000;
    if (!isAway(end)) return end;
    if (hold.isInterrupted) return { kind: 'interrupted' };
    if (isLate || hold.over.aborted) return end;
    await clock.sleep(backOffMilliseconds(tries, 100, 5_000), hold.over);
  }
}
