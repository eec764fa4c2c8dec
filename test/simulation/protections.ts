/**
 * What keeps a release safe, one by one. A run may switch one of them off, always from outside: in a
 * fake or in a port's wrapper, never in the product. The simulator must then find a violation.
 */
export const PROTECTIONS = [
  // At the app, about jobs.

  /** A claim's fence is higher than every fence that was given out for its scopes. */
  'fence-row',
  /** A job that another agent holds is not given out before its lease and grace have passed. */
  'lease',
  /** A write to the store names the version that it read. */
  'compare-and-swap',
  /** The app counts each message of a job once, in its order. */
  'sequence',
  /** A message is acknowledged when it is stored, not before. */
  'commit-first',
  /** An agent gets jobs of its own group only. */
  'groups',
  /** An agent gets jobs whose hosts all stand in rooms that it was enrolled for. */
  'rooms',
  /** A chunk of a log that was taken is known again. */
  'log-chunk',

  // At the app's door.

  /** A message counts with the signature of the key that it names. */
  'signature',
  /** A message is for this installation. */
  'audience',
  /** A revoked agent is a stranger. */
  'revocation',
  /** A key that was replaced is good until its end, and then a stranger's. */
  'key-end',
  /** Only the newest key of an agent brings another one. */
  'newest-key',
  /** A start of an agent gets work once the app has noted it as the last. */
  'noted-start',
  /** A job is spoken about by the start of its agent that has claimed it. */
  'job-boot',
  /** A start that was followed by another one and is alive suspends its agent. */
  'second-life',

  // At the app, about people.

  /** A click that was recorded is known again. */
  'click-ids',
  /** A click counts for the plan that the person saw. */
  'judged-plan',
  /** Nothing starts without the approvals that the policy asks for. */
  'approvals',
  /** A script runs after a DBA has approved it as it stands. */
  'reviews',
  /** Two releases never change the same site, database or namespace at once. */
  'scope-lock',

  /** A history that is downloaded is as long as its signed head says. */
  'audit-head',

  // Between the app and Jira.

  /** One worker at a time does a release's Jira effects. */
  'outbox-turn',
  /** A comment has a mark by which it is known again. */
  'comment-mark',
  /** What Jira shows is compared with the store, and a lost click is found. */
  'reconciler',

  // At the agent.

  /** The agent believes a job only with the gate's own signature about exactly this job. */
  'decision',
  /** The next key is on disk before the app hears of it. */
  'next-key',
  /** A package has the approved digest, or nothing of it is sent. */
  'package-digest',
  /** The next batch begins when every host of the one before it is healthy. */
  'health',

  // On a host.

  /** The host refuses a fence lower than the highest it has seen. */
  'host-fence',
  /** One act at a time on a host. */
  'host-lock',
  /** What arrived has the digest, or nothing of it is unpacked. */
  'arrival-digest',
  /** The release that was live before stays on the host. */
  'prune-guard',

  // In a database.

  /** A database refuses a fence lower than the highest it has seen. */
  'database-fence',
  /** One session at a time changes something. */
  'database-lock',
  /** What is about to begin outside a transaction is written down before. */
  'database-intent',
  /** A statement that was done is known again. */
  'sql-ledger',
  /** A statement that a person has called done does not run again. */
  'called-done',
  /** A lost answer is not taken for a done one. */
  'sql-answer',
  /** A question that nobody has answered is put again, whatever the ledger says. */
  'open-question',
] as const;

export type Protection = (typeof PROTECTIONS)[number];
