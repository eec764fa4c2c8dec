/**
 * What Forge allows one invocation, as numbers. Source for all, unless said otherwise:
 * developer.atlassian.com/platform/forge/limits-invocation (read 2026-11-20).
 */

/** Validator, post-function, resolver and trigger: past it the app is stopped. */
export const INTERACTIVE_SECONDS = 25;
/** Web trigger. */
export const WEB_TRIGGER_SECONDS = 55;
/** Consumer and scheduled trigger without `timeoutSeconds`. */
export const BACKGROUND_SECONDS = 55;
/** Consumer and scheduled trigger with `timeoutSeconds`. */
export const BACKGROUND_MAX_SECONDS = 900;
/** What a function is called with, as JSON. */
export const PAYLOAD_MAX_BYTES = 5 * 1_024 * 1_024;
/** What a page may send with `invoke`. */
export const BRIDGE_PAYLOAD_MAX_BYTES = 500 * 1_024;
/** Log lines per started minute of the function's time. */
export const LOG_LINES_PER_MINUTE = 100;
export const LOG_MAX_BYTES = 200 * 1_024;
/** Calls to the outside per started minute of the function's time, Jira not counted. */
export const EGRESS_PER_MINUTE = 100;
/** Memory of a function that asks for none. */
export const MEMORY_MB = 512;

/** How long a function of this module type may run, in seconds. */
export function deadlineSeconds(moduleType: string, timeoutSeconds: number | undefined): number {
  switch (moduleType) {
    case 'webtrigger':
      return WEB_TRIGGER_SECONDS;
    case 'consumer':
    case 'scheduledTrigger':
      return Math.min(timeoutSeconds ?? BACKGROUND_SECONDS, BACKGROUND_MAX_SECONDS);
    default:
      return INTERACTIVE_SECONDS;
  }
}
