/** How events change a release: the only place where its state is made. */
import type { Failure } from './failure';
import { executedMark } from './plan';
import type { RunStage } from './plan-step';
import type { Deployment, Release } from './release';
import type { ReleaseEvent } from './release-event';
import { hasTouchedDatabases, rejectedScript, scriptsToRun } from './scripts';
import type { Status } from './status';

/** A rejection that a DBA has taken back: the scripts have yet to run. */
const MENDED: Release['failure'] = {
  stage: 'SQL',
  class: 'SQL',
  sentence: 'A script was rejected and has been approved since; nothing of it has run.',
};

/** People write reasons with and without a full stop; a sentence follows. */
const asSentence = (reason: string): string =>
  /[.!?]$/.test(reason.trim()) ? reason.trim() : `${reason.trim()}.`;

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
  sqlOffered: [],
  handworkLeft: false,
  terms: null,
  run: null,
  failure: null,
  question: null,
  asksStatement: false,
  doneStatements: [],
  answeredStatements: [],
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
      const { script, mark, by, verdict, reason } = event;
      const review = { script, mark, by, verdict, reason };
      const others = release.reviews.filter((other) => other.script !== script);
      const reviewed = { ...release, reviews: [...others, review] };
      const isMended =
        rejectedScript(release) && !rejectedScript(reviewed) && !hasTouchedDatabases(release);
      return isMended && release.failure ? { ...reviewed, failure: MENDED } : reviewed;
    }
    case 'script-rejected':
      return failed(release, 'SQL', {
        class: 'SQL',
        sentence: `A DBA rejected the script ${event.script}: ${asSentence(event.reason)}`,
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
        ...(event.stage === 'SQL' && { sqlOffered: withPlace(release) }),
        run: { stage: event.stage, job: event.job },
        failure: null,
        question: null,
      };
    case 'outcome-unknown':
      return {
        ...release,
        question: event.question,
        asksStatement: event.isStatement ?? false,
      };
    case 'answered':
      return {
        ...release,
        run: null,
        question: null,
        asksStatement: false,
        doneStatements:
          event.isStatement && event.answer === 'done'
            ? [...release.doneStatements, event.job]
            : release.doneStatements,
        answeredStatements: event.isStatement
          ? [...release.answeredStatements, event.job]
          : release.answeredStatements,
      };
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
      return { ...withoutDeployment(release), status: 'rolling-back', failure: null };
    case 'rolled-back':
      return { ...release, status: 'rolled-back', run: null, question: null };
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
    case 'job-claimed':
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

/** The environments in which scripts were offered, with the one where the release is. */
const withPlace = ({ environment, sqlOffered }: Release): readonly string[] =>
  environment === null ? sqlOffered : [...new Set([...sqlOffered, environment])];

/** The scripts that have just run count as run in this environment. */
function remembered(release: Release): Release {
  const { environment, executed } = release;
  if (environment === null) return release;
  const marks = [...(executed[environment] ?? []), ...scriptsToRun(release).map(executedMark)];
  return { ...release, executed: { ...executed, [environment]: [...new Set(marks)] } };
}

/** From the first host that goes back, the environment no longer holds what was deployed. */
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
