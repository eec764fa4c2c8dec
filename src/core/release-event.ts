/** What happens to a release: the history is a list of these, and nothing else changes its state. */
import type { ActsHead } from './act-chain';
import type { Content } from './content';
import type { Failure } from './failure';
import type { JobClaim } from './job';
import type { RunStage } from './plan-step';
import type { Terms } from './release';
import type { ScriptReview } from './scripts';

/** It was done after all; it was not, and the release needs a fix; do it again. */
export type UnknownAnswer = 'done' | 'not-done' | 'retry';

export type ReleaseEvent =
  | {
      readonly type: 'created';
      readonly issueId: string;
      readonly project: string;
      readonly reporter: string;
    }
  | { readonly type: 'content-edited'; readonly by: string; readonly content: Content }
  | {
      readonly type: 'submitted';
      readonly by: string;
      readonly environment: string;
      readonly planDigest: string;
    }
  | { readonly type: 'plan-changed'; readonly planDigest: string }
  | {
      readonly type: 'approved';
      readonly by: string;
      readonly step: string;
      readonly planDigest: string;
    }
  | { readonly type: 'rejected'; readonly by: string; readonly reason: string }
  | { readonly type: 'approvals-met' }
  | { readonly type: 'approvals-stale' }
  | {
      readonly type: 'started';
      readonly by: string;
      readonly attempt: number;
      readonly terms: Terms;
    }
  | ({ readonly type: 'script-reviewed' } & ScriptReview)
  /** By rule: the start does not go on with a script that a DBA has rejected. */
  | { readonly type: 'script-rejected'; readonly script: string; readonly reason: string }
  | { readonly type: 'no-sql' }
  | { readonly type: 'sql-submitted'; readonly by: string }
  | { readonly type: 'sql-succeeded'; readonly job: string }
  | { readonly type: 'sql-failed'; readonly job: string; readonly failure: Failure }
  | { readonly type: 'no-config' }
  /** `job` is null where everything is applied by hand. */
  | { readonly type: 'handwork-left'; readonly job: string | null }
  | { readonly type: 'config-applied'; readonly job: string }
  | { readonly type: 'config-confirmed'; readonly by: string }
  | { readonly type: 'config-failed'; readonly job: string; readonly failure: Failure }
  /** A person applied it by hand, or tried to, and says that it failed. */
  | { readonly type: 'config-reported-failed'; readonly by: string; readonly reason: string }
  | { readonly type: 'no-code' }
  | { readonly type: 'stage-offered'; readonly stage: RunStage; readonly job: string }
  /** An agent got a job; told when the job ends. The last one seals what all of them did there. */
  | ({ readonly type: 'job-claimed'; readonly job: string; readonly acts?: ActsHead } & JobClaim)
  | {
      readonly type: 'outcome-unknown';
      readonly job: string;
      readonly question: string;
      readonly isStatement?: true;
    }
  | {
      readonly type: 'answered';
      readonly by: string;
      readonly job: string;
      readonly answer: UnknownAnswer;
      /** It is about one statement; the rest of the stage is still to run. */
      readonly isStatement?: true;
    }
  | { readonly type: 'code-succeeded'; readonly job: string }
  | { readonly type: 'code-failed'; readonly job: string; readonly failure: Failure }
  | {
      readonly type: 'verified';
      /** Null where there was nothing to verify. */
      readonly job: string | null;
      readonly productDigest: string;
      readonly at: number;
    }
  | { readonly type: 'not-verified'; readonly job: string; readonly failure: Failure }
  | { readonly type: 'retried'; readonly by: string; readonly stage: RunStage }
  | {
      readonly type: 'promoted';
      readonly by: string;
      readonly environment: string;
      readonly planDigest: string;
    }
  | { readonly type: 'rollback-started'; readonly by: string; readonly reason: string }
  | { readonly type: 'rolled-back'; readonly job: string }
  | { readonly type: 'rollback-failed'; readonly job: string; readonly failure: Failure }
  | { readonly type: 'completed'; readonly by: string }
  | { readonly type: 'iterated'; readonly by: string }
  | { readonly type: 'aborted'; readonly by: string; readonly reason: string }
  /** Its issue is no release of the project any more: deleted, moved away, or of another type. */
  | { readonly type: 'issue-gone' }
  | {
      readonly type: 'move-undone';
      readonly by: string | null;
      readonly from: string;
      readonly reason: string;
    };
