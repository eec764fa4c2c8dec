import type { Clock } from '../service';

/**
 * How often an app may write to one issue.
 * Source: developer.atlassian.com/cloud/jira/platform/rate-limiting (enforced since 2 Mar 2026):
 * per-issue writes 20 in 2 s and 100 in 30 s, answered by 429 `jira-per-issue-on-write`.
 */
const LIMITS = [
  { writes: 20, windowMs: 2_000 },
  { writes: 100, windowMs: 30_000 },
] as const;

const LONGEST_WINDOW_MS = 30_000;

export interface IssueWrites {
  /** Counts one write; answers the seconds to wait when it is one too many. */
  take(issueId: number): number | undefined;
}

/** Counts in memory: a restart forgets, as the longest window is 30 s. */
export function countIssueWrites(clock: Clock): IssueWrites {
  const writtenMs = new Map<number, readonly number[]>();
  return {
    take(issueId) {
      const now = clock.now();
      const recent = (writtenMs.get(issueId) ?? []).filter((at) => now - at < LONGEST_WINDOW_MS);
      for (const { writes, windowMs } of LIMITS) {
        const inWindow = recent.filter((at) => now - at < windowMs);
        const oldest = inWindow[0];
        if (inWindow.length >= writes && oldest !== undefined) {
          writtenMs.set(issueId, recent);
          return Math.max(1, Math.ceil((oldest + windowMs - now) / 1000));
        }
      }
      writtenMs.set(issueId, [...recent, now]);
      return undefined;
    },
  };
}
