/** Web triggers: source developer.atlassian.com/platform/forge/runtime-reference/web-trigger (read 2026-11-20). */

/** Calls that one installation's web triggers take in a minute. Source: platform-quotas-and-limits, Invocation limits. */
export const CALLS_PER_MINUTE = 5_000;
