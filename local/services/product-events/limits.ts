/** Retries of product events and post-functions. */

/** How often an app may ask for the same event again. Source: events-reference/product_events, Retry. */
export const RETRIES_MAX = 4;
/** First wait after a timeout or crash, doubled each time. Assumed: Forge says only that it retries. */
export const PLATFORM_RETRY_SECONDS = 5;
