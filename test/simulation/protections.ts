/**
 * What keeps a release safe, one by one. A run may switch one of them off, always from outside: in a
 * fake or in a port's wrapper, never in the product. The simulator must then find a violation.
 */
export const PROTECTIONS = [
  /** The host refuses a fence lower than the highest it has seen. */
  'host-fence',
  /** A claim's fence is higher than every fence that was given out for its scopes. */
  'fence-row',
  /** A job that another agent holds is not given out before its lease and grace have passed. */
  'lease',
  /** A write to the store names the version that it read. */
  'compare-and-swap',
  /** The app counts each message of a job once, in its order. */
  'sequence',
  /** The agent believes a job only with the gate's own signature about exactly this job. */
  'decision',
  /** A click that was recorded is known again. */
  'click-ids',
  /** One worker at a time does a release's Jira effects. */
  'outbox-turn',
] as const;

export type Protection = (typeof PROTECTIONS)[number];
