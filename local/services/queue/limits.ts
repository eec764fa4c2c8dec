/**
 * What the async events API allows. Source, unless said otherwise: developer.atlassian.com/platform/forge/
 * platform-quotas-and-limits, Async events limits (read 2026-11-20).
 */

export const EVENTS_PER_PUSH = 50;
export const EVENTS_PER_MINUTE = 500;
export const PUSH_MAX_BYTES = 200 * 1_024;
/** One event, where the consumer may run longer than 55 seconds. */
export const LONG_EVENT_MAX_BYTES = 100 * 1_024;
export const DELAY_MAX_SECONDS = 900;
/** How many consumers in a row may push on. */
export const CYCLIC_MAX_DEPTH = 1_000;
/** An event that only fails is dropped after this. Source: runtime-reference/async-events-api, Retention window. */
export const RETENTION_HOURS = 24;
/** Waits double from the first to the longest. The longest: same page, Retries. The first is assumed. */
export const BACKOFF_FIRST_SECONDS = 1;
export const BACKOFF_MAX_SECONDS = 900;
