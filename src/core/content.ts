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

/** Most sites that one release may carry. */
export const CONTENT_SITES_MAX = 200;
