/** What people edit: the versioned set of changes that a release carries. */

export interface CodeChange {
  readonly site: string;
  readonly version: string;
  /** SHA-256 of the package, in lower-case hex. */
  readonly artifactSha256: string;
}

export type ReleaseKind = 'Major' | 'Minor' | 'Hotfix';

export interface Content {
  readonly kind: ReleaseKind;
  readonly code: readonly CodeChange[];
}

/**
 * Most sites that one release may carry: a start locks all of them in the one transaction that offers the job,
 * and a transaction holds 25 changes (release, history, outbox, job, up to 8 agents' inboxes, and the sites).
 */
export const CONTENT_SITES_MAX = 12;
