/** What an attempt adds to the history of its sites when it ends. */
import type { Release } from './release';
import type { ReleaseEvent } from './release-event';

export interface EndedDeployment {
  readonly site: string;
  readonly environment: string;
  /** Epoch seconds. */
  readonly endedAt: number;
  readonly issueId: string;
  readonly attempt: number;
  readonly releaseVersion: string;
  readonly artifactSha256: string;
  readonly planDigest: string;
  readonly result: 'deployed' | 'failed' | 'rolled-back';
}

/** One entry per site for an event that ends an attempt; none for any other. */
export function deploymentsOf(
  event: ReleaseEvent,
  after: Release,
  now: number,
): readonly EndedDeployment[] {
  const result = resultOf(event);
  const { environment, planDigest, content, issueId, attempt } = after;
  if (!result || environment === null || planDigest === null) return [];
  return (content?.code ?? []).map(({ site, version, artifactSha256 }) => ({
    site,
    environment,
    endedAt: now,
    issueId,
    attempt,
    releaseVersion: version,
    artifactSha256,
    planDigest,
    result,
  }));
}

/** An attempt that failed before any host was touched is one too. */
const FAILURES: readonly ReleaseEvent['type'][] = [
  'script-rejected',
  'sql-failed',
  'config-failed',
  'config-reported-failed',
  'code-failed',
  'not-verified',
  'rollback-failed',
];

function resultOf(event: ReleaseEvent): EndedDeployment['result'] | undefined {
  if (event.type === 'verified') return 'deployed';
  if (event.type === 'rolled-back') return 'rolled-back';
  return FAILURES.includes(event.type) ? 'failed' : undefined;
}
