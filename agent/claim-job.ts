/** Claims a job: one request, sent until its answer arrives or it is clear that none will. */
import type { ClaimAnswer } from '#wire/agent';
import { waitAfter } from './back-off';
import { keepCheckpoint } from './checkpoints';
import { instant } from './lease';
import type { Agent } from './ports/agent';
import type { Instant } from './ports/clock';

export type Claimed =
  | {
      readonly kind: 'claimed';
      readonly claim: ClaimAnswer;
      /** When the request was first sent: the lease counts from there, whichever answer arrived. */
      readonly sentAt: Instant;
    }
  /** Not now, or never: the journal no longer holds what is over. */
  | { readonly kind: 'none' };

/** After so many tries the job waits for the next poll. */
const TRIES_MAX = 5;

/** Claims the job; what the app says is over, the journal forgets. */
export async function claimJob(agent: Agent, job: string, stopping: AbortSignal): Promise<Claimed> {
  const { app, clock, journal, log } = agent;
  const requestId = agent.newRequestId();
  const sentAt = instant(clock);
  for (let tries = 0; tries < TRIES_MAX && !stopping.aborted; tries += 1) {
    const result = await app.claim(job, requestId);
    if (result.kind === 'answered') return { kind: 'claimed', claim: result.answer, sentAt };
    log.info('A claim was not answered with the job.', { job, ...result });
    if (result.kind === 'refused' && result.error !== 'busy') {
      if (['stale', 'taken', 'gone'].includes(result.error)) {
        // The answer to the job's finish had a checkpoint, and perhaps the last life died of it.
        if (result.checkpoint)
          await keepCheckpoint(agent, agent.settings.identity, result.checkpoint);
        await journal.dropJob(job, result.message);
      }
      return { kind: 'none' };
    }
    await clock.sleep(waitAfter(result, tries), stopping);
  }
  return { kind: 'none' };
}
