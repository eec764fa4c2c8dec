import { InvocationError, InvocationErrorCode } from '@forge/events';
import type { Log } from '#app/ports';

/** Forge calls the function again so long after it asked for it. */
const RETRY_AFTER_SECONDS = 5;

/** The answer by which Forge calls the function again with the same event; at most 4 times for an event of Jira. */
export function retryLater(log: Log, doing: string, error: unknown): InvocationError {
  log.warn(`${doing} failed and is tried again.`, { error: String(error) });
  return new InvocationError({
    retryAfter: RETRY_AFTER_SECONDS,
    retryReason: InvocationErrorCode.FUNCTION_RETRY_REQUEST,
  });
}
