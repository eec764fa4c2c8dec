/** A release: its state, the events that change it, and how they do. */
import type { Content } from './content';
import type { Failure } from './failure';
import type { ApprovalStep } from './policy';
import { executedMark } from './plan';
import type { RunStage } from './plan-step';
import { scriptsToRun } from './scripts';
import type { ScriptReview } from './scripts';
import type { Status } from './status';

/** It was done after all; it was not, and the release needs a fix; do it again. */
export type UnknownAnswer = 'done' | 'not-done' | 'retry';

export interface Approval {
  readonly accountId: string;
  /** The label of the policy's step that it counts for. */
  readonly step: string;
  /** The plan that was approved; another plan makes the approval stale. */
  readonly planDigest: string;
}

/** What an environment last executed. */
export interface Deployment {
  /** SHA-256 over the product's packages: promotion moves the same bytes. */
  readonly productDigest: string;
  readonly planDigest: string;
  readonly attempt: number;
  /** Epoch seconds. */
  readonly at: number;
}

/** What the policy asked when the release was started: a later policy does not touch a release under way. */
export interface Terms {
  readonly policyVersion: number;
  readonly approvals: readonly ApprovalStep[];
}

/** The work that is under way at an agent. */
export interface Run {
  readonly stage: RunStage;
  readonly job: string;
}

export interface Release {
  readonly issueId: string;
  readonly project: string;
  readonly reporter: string;
  readonly status: Status;
  readonly environment: string | null;
  /** Counts the starts of the release, from 1; 0 before the first. */
  readonly attempt: number;
  readonly content: Content | null;
  /** Whoever changed the content: with the reporter, its implementers. */
  readonly editors: readonly string[];
  readonly planDigest: string | null;
  readonly approvals: readonly Approval[];
  /** What DBAs have said about the scripts of the content, the latest word on each. */
  readonly reviews: readonly ScriptReview[];
  /** Environment → marks of the scripts that have run there. */
  readonly executed: Readonly<Record<string, readonly string[]>>;
  /** The agent's part of the configuration is done; the rest is applied by a person. */
  readonly handworkLeft: boolean;
  /** Null until a start, and again once the release leaves its environment. */
  readonly terms: Terms | null;
  readonly run: Run | null;
  readonly failure: (Failure & { readonly stage: RunStage }) | null;
  /** What is not known about the run, as a question for a person. */
  readonly question: string | null;
  readonly deployments: Readonly<Record<string, Deployment>>;
}

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
  | { readonly type: 'outcome-unknown'; readonly job: string; readonly question: string }
  | {
      readonly type: 'answered';
      readonly by: string;
      readonly job: string;
      readonly answer: UnknownAnswer;
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

const unborn: Release = {
  issueId: '',
  project: '',
  reporter: '',
  status: 'draft',
  environment: null,
  attempt: 0,
  content: null,
  editors: [],
  planDigest: null,
  approvals: [],
  reviews: [],
  executed: {},
  handworkLeft: false,
  terms: null,
  run: null,
  failure: null,
  question: null,
  deployments: {},
};

/** The state that a history of events leads to; a history begins with `created`. */
export const replay = (events: readonly ReleaseEvent[]): Release => events.reduce(evolve, unborn);

/** The state after one event. Never refuses: what is recorded has happened. */
export function evolve(release: Release, event: ReleaseEvent): Release {
  switch (event.type) {
    case 'created':
      return {
        ...unborn,
        issueId: event.issueId,
        project: event.project,
        reporter: event.reporter,
      };
    case 'content-edited':
      return {
        ...release,
        content: event.content,
        editors: [...new Set([...release.editors, event.by])],
      };
    case 'submitted':
    case 'promoted':
      return {
        ...release,
        status: 'awaiting-approval',
        environment: event.environment,
        planDigest: event.planDigest,
        approvals: [],
        terms: null,
        failure: null,
      };
    case 'plan-changed':
      return { ...release, planDigest: event.planDigest };
    case 'approved':
      return {
        ...release,
        approvals: [
          ...release.approvals.filter((approval) => approval.accountId !== event.by),
          { accountId: event.by, step: event.step, planDigest: event.planDigest },
        ],
      };
    case 'rejected':
      return { ...release, status: 'draft', approvals: [], planDigest: null };
    case 'approvals-met':
      return { ...release, status: 'ready' };
    case 'approvals-stale':
      return { ...release, status: 'awaiting-approval' };
    case 'started':
      return {
        ...release,
        status: 'sql-pending',
        attempt: event.attempt,
        terms: event.terms,
        failure: null,
        question: null,
        handworkLeft: false,
      };
    case 'script-reviewed': {
      const { type: _, ...review } = event;
      const others = release.reviews.filter(({ script }) => script !== event.script);
      return { ...release, reviews: [...others, review] };
    }
    case 'script-rejected':
      return failed(release, 'SQL', {
        class: 'SQL',
        sentence: `A DBA rejected the script ${event.script}: ${event.reason}`,
      });
    case 'sql-submitted':
      return { ...release, status: 'sql-executing' };
    case 'no-sql':
      return { ...release, status: 'config-executing' };
    case 'sql-succeeded':
      return { ...remembered(release), status: 'config-executing', run: null, question: null };
    case 'sql-failed':
      return failed(release, 'SQL', event.failure);
    case 'no-config':
      return { ...release, status: 'code-executing' };
    case 'handwork-left':
      return { ...release, run: null, question: null, handworkLeft: true };
    case 'config-applied':
    case 'config-confirmed':
      return {
        ...release,
        status: 'code-executing',
        run: null,
        question: null,
        handworkLeft: false,
      };
    case 'config-failed':
      return failed(release, 'CONFIG', event.failure);
    case 'config-reported-failed':
      return failed(release, 'CONFIG', { class: 'config', sentence: event.reason });
    case 'no-code':
      return { ...release, status: 'verifying' };
    case 'stage-offered':
      return {
        ...release,
        run: { stage: event.stage, job: event.job },
        failure: null,
        question: null,
      };
    case 'outcome-unknown':
      return { ...release, question: event.question };
    case 'answered':
      return { ...release, run: null, question: null };
    case 'code-succeeded':
      return { ...release, status: 'verifying', run: null, question: null };
    case 'code-failed':
      return failed(release, 'CODE', event.failure);
    case 'verified':
      return deployed(release, event.productDigest, event.at);
    case 'not-verified':
      return failed(release, 'VERIFY', event.failure);
    case 'retried':
      return {
        ...release,
        status: STATUS_OF[event.stage],
        failure: null,
        handworkLeft: false,
      };
    case 'rollback-started':
      return { ...release, status: 'rolling-back', failure: null, handworkLeft: false };
    case 'rolled-back':
      return { ...withoutDeployment(release), status: 'rolled-back', run: null, question: null };
    case 'rollback-failed':
      return failed(release, 'ROLLBACK', event.failure);
    case 'completed':
      return { ...release, status: 'released' };
    case 'iterated':
      return {
        ...release,
        status: 'draft',
        environment: null,
        planDigest: null,
        approvals: [],
        terms: null,
        failure: null,
      };
    case 'aborted':
      return { ...release, status: 'aborted' };
    case 'issue-gone':
      return { ...release, status: 'aborted', run: null, question: null };
    case 'move-undone':
      return release;
  }
}

/** Where a retry of a stage begins. */
const STATUS_OF = {
  SQL: 'sql-pending',
  CONFIG: 'config-executing',
  CODE: 'code-executing',
  VERIFY: 'verifying',
  ROLLBACK: 'rolling-back',
} as const satisfies Record<RunStage, Status>;

const failed = (release: Release, stage: RunStage, failure: Failure): Release => ({
  ...release,
  status: 'fix-pending',
  run: null,
  question: null,
  handworkLeft: false,
  failure: { ...failure, stage },
});

/** The scripts that have just run count as run in this environment. */
function remembered(release: Release): Release {
  const { environment, executed } = release;
  if (environment === null) return release;
  const marks = [...(executed[environment] ?? []), ...scriptsToRun(release).map(executedMark)];
  return { ...release, executed: { ...executed, [environment]: [...new Set(marks)] } };
}

/** What was rolled back is deployed there no more. */
function withoutDeployment(release: Release): Release {
  const { environment, deployments } = release;
  const left = Object.entries(deployments).filter(([name]) => name !== environment);
  return { ...release, deployments: Object.fromEntries(left) };
}

function deployed(release: Release, productDigest: string, at: number): Release {
  const { environment, planDigest, attempt } = release;
  if (environment === null || planDigest === null) {
    throw new Error(`Release ${release.issueId} was verified without an environment or a plan.`);
  }
  const deployment: Deployment = { productDigest, planDigest, attempt, at };
  return {
    ...release,
    status: 'deployed',
    run: null,
    question: null,
    deployments: { ...release.deployments, [environment]: deployment },
  };
}
