/** The one decider: a release, a command and the facts become events, or refusals with reasons. */
import type { ClickCommand, Command } from './command';
import type { Facts } from './facts';
import type { Failure } from './failure';
import {
  environmentBlockers,
  retryBlockers,
  rollbackBlockers,
  sqlBlockers,
  startBlockers,
} from './gates';
import { isOpen } from './open-rows';
import { openStep, stepsOf } from './approvals';
import { refuseAnswer, refusePerson, refuseReview } from './permissions';
import { planFor } from './plan-for';
import type { RunStage } from './plan-step';
import { firstEnvironment, nextEnvironment } from './policy';
import type { Refusal } from './refusal';
import { evolve } from './release';
import type { Release, ReleaseEvent, Run } from './release';
import { reviewMark } from './scripts';
import { settle, verified } from './settle';
import { STATUSES } from './status';
import type { Status } from './status';
import { transitionOf } from './transitions';

export type Decision =
  | {
      readonly kind: 'accepted';
      readonly events: readonly ReleaseEvent[];
      /** Plans to store before the events that name their digests. */
      readonly texts: readonly string[];
    }
  | { readonly kind: 'refused'; readonly refusals: readonly Refusal[] };

/** Decides a command, and everything that the machine does by rule right after it. */
export function decide(release: Release, command: Command, facts: Facts): Decision {
  const decision = decideCommand(release, command, facts);
  if (decision.kind === 'refused') return decision;
  const after = decision.events.reduce(evolve, release);
  const byRule = settle(after, { ...facts, nextSerial: facts.nextSerial + decision.events.length });
  return { ...decision, events: [...decision.events, ...byRule] };
}

function decideCommand(release: Release, command: Command, facts: Facts): Decision {
  switch (command.type) {
    case 'click':
      return decideClick(release, command, facts);
    case 'edit-content':
      return decideEdit(release, command, facts);
    case 'review-script':
      return decideReview(release, command, facts);
    case 'recheck':
      return decideRecheck(release, facts);
    case 'issue-gone':
      return STATUSES[release.status].category === 'DONE'
        ? accept()
        : accept({ type: 'issue-gone' });
    case 'answer':
      return decideAnswer(release, command, facts);
    case 'finish-stage':
      return decideFinish(release, command, facts);
  }
}

function decideClick(release: Release, click: ClickCommand, facts: Facts): Decision {
  const row = transitionOf(click.action);
  if (row.by !== 'person') throw new Error(`${row.action} is no person's action.`);
  if (!row.from.includes(release.status)) {
    return refuse({ why: 'not-in-status', wanted: row.name, status: release.status });
  }
  const lost = row.who === 'approver' ? environmentBlockers(release, facts) : [];
  if (lost.length > 0) return refuse(...lost);
  const notAllowed = click.person ? refusePerson(row, click.person, release, facts) : undefined;
  if (notAllowed) return refuse(notAllowed);
  // Without a person this is a question about the facts: the name in the events is never stored.
  const by = click.person?.accountId ?? '';
  const reason = click.reason?.trim() ?? '';
  if (row.reason === true && reason === '')
    return refuse({ why: 'reason-missing', wanted: row.name });

  switch (row.action) {
    case 'submit':
      return enter(release, firstEnvironment(facts.policy), 'submitted', by, facts);
    case 'approve':
      return approve(release, by, facts);
    case 'reject':
      return accept({ type: 'rejected', by, reason });
    case 'start':
      return unlessBlocked(startBlockers(release, facts), {
        type: 'started',
        by,
        attempt: release.attempt + 1,
        terms: {
          policyVersion: facts.policy.version,
          approvals: stepsOf(release, facts.policy),
        },
      });
    case 'submit-sql':
      return unlessBlocked(sqlBlockers(release, facts), { type: 'sql-submitted', by });
    case 'confirm-config':
      return isOpen(row, release)
        ? accept({ type: 'config-confirmed', by })
        : refuse({ why: 'handwork-not-due' });
    case 'report-config-failed':
      return isOpen(row, release)
        ? accept({ type: 'config-reported-failed', by, reason })
        : refuse({ why: 'handwork-not-due' });
    case 'retry-sql':
      return retry(release, 'SQL', by, facts);
    case 'retry-config':
      return retry(release, 'CONFIG', by, facts);
    case 'retry-code':
      return retry(release, 'CODE', by, facts);
    case 'retry-verification':
      return retry(release, 'VERIFY', by, facts);
    case 'retry-rollback':
      return retry(release, 'ROLLBACK', by, facts);
    case 'roll-back':
      return rollBack(release, by, reason, facts);
    case 'promote':
      return promote(release, by, facts);
    case 'complete':
      return complete(release, by, facts);
    case 'iterate':
      return accept({ type: 'iterated', by });
    case 'abort':
      return accept({ type: 'aborted', by, reason });
  }
}

function enter(
  release: Release,
  environment: string | undefined,
  type: 'submitted' | 'promoted',
  by: string,
  facts: Facts,
): Decision {
  if (environment === undefined) return refuse({ why: 'no-environment' });
  const planned = planFor(release, environment, facts);
  if (planned.kind === 'refused') return planned;
  const events: ReleaseEvent[] = [{ type, by, environment, planDigest: planned.digest }];
  return { kind: 'accepted', events, texts: [planned.text] };
}

function approve(release: Release, by: string, facts: Facts): Decision {
  const open = openStep(release, facts.policy);
  if (!open || release.planDigest === null) return { kind: 'accepted', events: [], texts: [] };
  return accept({ type: 'approved', by, step: open.step.label, planDigest: release.planDigest });
}

function retry(release: Release, stage: RunStage, by: string, facts: Facts): Decision {
  const { failure } = release;
  if (failure && failure.stage !== stage) {
    return refuse({ why: 'other-stage-failed', failed: failure.stage, class: failure.class });
  }
  const blockers = stage === 'ROLLBACK' ? rollbackBlockers : retryBlockers;
  return unlessBlocked(blockers(release, facts), { type: 'retried', by, stage });
}

function rollBack(release: Release, by: string, reason: string, facts: Facts): Decision {
  const { failure } = release;
  if (failure?.stage === 'ROLLBACK')
    return refuse({ why: 'other-stage-failed', failed: failure.stage, class: failure.class });
  return unlessBlocked(rollbackBlockers(release, facts), { type: 'rollback-started', by, reason });
}

/** One DBA's word on one script, as it stands; the release goes on, or stops, by rule. */
function decideReview(
  release: Release,
  command: Extract<Command, { type: 'review-script' }>,
  facts: Facts,
): Decision {
  const { person, script: id, mark, verdict } = command;
  const wanted = 'Reviewing SQL';
  if (!REVIEWABLE.includes(release.status))
    return refuse({ why: 'not-in-status', wanted, status: release.status });
  const script = release.content?.sql.find((candidate) => candidate.id === id);
  if (!script || reviewMark(script) !== mark) return refuse({ why: 'script-unknown', script: id });
  const notAllowed = refuseReview(person, release, facts);
  if (notAllowed) return refuse(notAllowed);
  const reason = command.reason.trim();
  if (verdict === 'rejected' && reason === '')
    return refuse({ why: 'reason-missing', wanted: 'Rejecting a script' });
  const by = person.accountId;
  return accept({ type: 'script-reviewed', script: id, mark, by, verdict, reason });
}

/** From Awaiting approval on, so that the review does not eat the window. */
const REVIEWABLE: readonly Status[] = ['awaiting-approval', 'ready', 'sql-pending', 'fix-pending'];

function promote(release: Release, by: string, facts: Facts): Decision {
  const environment = release.environment;
  if (environment === null) return refuse({ why: 'no-environment' });
  const next = nextEnvironment(facts.policy, environment);
  if (next === undefined) return refuse({ why: 'last-environment', environment });
  return enter(release, next, 'promoted', by, facts);
}

function complete(release: Release, by: string, facts: Facts): Decision {
  const { environment } = release;
  const last = facts.policy.environments.at(-1)?.id;
  if (environment === null || last === undefined) return refuse({ why: 'no-environment' });
  if (environment !== last) return refuse({ why: 'not-last-environment', environment, last });
  return accept({ type: 'completed', by });
}

function decideEdit(
  release: Release,
  command: Extract<Command, { type: 'edit-content' }>,
  facts: Facts,
): Decision {
  if (!['draft', 'awaiting-approval', 'ready'].includes(release.status)) {
    return refuse({ why: 'not-in-status', wanted: 'Editing the content', status: release.status });
  }
  if (!command.person.mayEdit) {
    return refuse({
      why: 'person-may-not',
      wanted: 'Editing the content',
      who: 'editor',
      environment: release.environment,
    });
  }
  const edited: ReleaseEvent = {
    type: 'content-edited',
    by: command.person.accountId,
    content: command.content,
  };
  if (release.status === 'draft') return accept(edited);
  const rebound = rebind(evolve(release, edited), facts);
  if (rebound.kind === 'refused') return rebound;
  return { ...rebound, events: [edited, ...rebound.events] };
}

function decideRecheck(release: Release, facts: Facts): Decision {
  if (release.status !== 'awaiting-approval' && release.status !== 'ready') {
    return { kind: 'accepted', events: [], texts: [] };
  }
  return rebind(release, facts);
}

/** Binds the plan that the present content and world give; approvals of another plan go stale. */
function rebind(release: Release, facts: Facts): Decision {
  const { environment } = release;
  if (environment === null) return refuse({ why: 'no-environment' });
  const planned = planFor(release, environment, facts);
  if (planned.kind === 'refused') return planned;
  if (planned.digest === release.planDigest) return { kind: 'accepted', events: [], texts: [] };
  const changed: ReleaseEvent = { type: 'plan-changed', planDigest: planned.digest };
  const events: ReleaseEvent[] =
    release.status === 'ready' ? [changed, { type: 'approvals-stale' }] : [changed];
  return { kind: 'accepted', events, texts: [planned.text] };
}

function decideFinish(
  release: Release,
  command: Extract<Command, { type: 'finish-stage' }>,
  facts: Facts,
): Decision {
  const { job, stage, outcome } = command;
  if (release.run?.job !== job || release.run.stage !== stage)
    return refuse({ why: 'job-superseded', job });
  switch (outcome.kind) {
    case 'unknown':
      return accept({ type: 'outcome-unknown', job, question: outcome.question });
    case 'failed':
      return accept({ type: FAILED[stage], job, failure: outcome.failure });
    case 'succeeded':
      return accept(succeeded(release, { stage, job }, facts));
  }
}

/** Verification by observation follows «done», so that a wrong answer is found out. */
function decideAnswer(
  release: Release,
  command: Extract<Command, { type: 'answer' }>,
  facts: Facts,
): Decision {
  const { run } = release;
  if (!run) return refuse({ why: 'nothing-unknown', status: release.status });
  if (release.question === null && !command.abandoned)
    return refuse({ why: 'still-working', job: run.job });
  const notAllowed = refuseAnswer(command.person, release, facts);
  if (notAllowed) return refuse(notAllowed);

  const by = command.person.accountId;
  const answered: ReleaseEvent = { type: 'answered', by, job: run.job, answer: command.answer };
  if (command.answer === 'retry') return accept(answered);
  if (command.answer === 'not-done') {
    const failure: Failure = {
      class: 'unknown',
      sentence: `A person answered that ${run.stage} was not done.`,
    };
    return accept(answered, { type: FAILED[run.stage], job: run.job, failure });
  }
  return accept(answered, succeeded(release, run, facts));
}

/** What the success of a stage's job means. */
function succeeded(release: Release, { stage, job }: Run, facts: Facts): ReleaseEvent {
  switch (stage) {
    case 'SQL':
      return { type: 'sql-succeeded', job };
    case 'CONFIG':
      return release.content?.config.some(({ byHand }) => byHand)
        ? { type: 'handwork-left', job }
        : { type: 'config-applied', job };
    case 'CODE':
      return { type: 'code-succeeded', job };
    case 'VERIFY':
      return verified(release, job, facts);
    case 'ROLLBACK':
      return { type: 'rolled-back', job };
  }
}

const FAILED = {
  SQL: 'sql-failed',
  CONFIG: 'config-failed',
  CODE: 'code-failed',
  VERIFY: 'not-verified',
  ROLLBACK: 'rollback-failed',
} as const;

const accept = (...events: readonly ReleaseEvent[]): Decision => ({
  kind: 'accepted',
  events,
  texts: [],
});

const refuse = (...refusals: readonly Refusal[]): Decision => ({ kind: 'refused', refusals });

const unlessBlocked = (blockers: readonly Refusal[], event: ReleaseEvent): Decision =>
  blockers.length > 0 ? { kind: 'refused', refusals: blockers } : accept(event);
