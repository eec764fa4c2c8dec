/** The one decider: a release, a command and the facts become events, or refusals with reasons. */
import type { ClickCommand, Command } from './command';
import type { Facts } from './facts';
import type { Failure } from './failure';
import { environmentBlockers, retryBlockers, startBlockers } from './gates';
import { openStep, stepsOf } from './approvals';
import { refuseAnswer, refusePerson } from './permissions';
import { planFor } from './plan-for';
import { firstEnvironment, nextEnvironment } from './policy';
import type { Refusal } from './refusal';
import { evolve } from './release';
import type { Release, ReleaseEvent } from './release';
import { settle } from './settle';
import { STATUSES } from './status';
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
    case 'retry-code':
    case 'retry-verification':
      return retry(release, row.action === 'retry-code' ? 'CODE' : 'VERIFY', by, facts);
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

function retry(release: Release, stage: 'CODE' | 'VERIFY', by: string, facts: Facts): Decision {
  const { failure } = release;
  if (failure && failure.stage !== stage) {
    return refuse({ why: 'other-stage-failed', failed: failure.stage, class: failure.class });
  }
  return unlessBlocked(retryBlockers(release, facts), { type: 'retried', by, stage });
}

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
    case 'failed': {
      const type = stage === 'CODE' ? 'code-failed' : 'not-verified';
      return accept({ type, job, failure: outcome.failure });
    }
    case 'succeeded':
      return stage === 'CODE' ? accept(succeeded(job)) : accept(verified(release, job, facts));
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
    return accept(answered, {
      type: run.stage === 'CODE' ? 'code-failed' : 'not-verified',
      job: run.job,
      failure,
    });
  }
  const done = run.stage === 'CODE' ? succeeded(run.job) : verified(release, run.job, facts);
  return accept(answered, done);
}

const succeeded = (job: string): ReleaseEvent => ({ type: 'code-succeeded', job });

function verified(release: Release, job: string, facts: Facts): ReleaseEvent {
  const packages = (release.content?.code ?? []).map(
    (change) => `${change.site} ${change.artifactSha256}`,
  );
  return {
    type: 'verified',
    job,
    productDigest: facts.sha256(packages.sort().join('\n')),
    at: facts.now,
  };
}

const accept = (...events: readonly ReleaseEvent[]): Decision => ({
  kind: 'accepted',
  events,
  texts: [],
});

const refuse = (...refusals: readonly Refusal[]): Decision => ({ kind: 'refused', refusals });

const unlessBlocked = (blockers: readonly Refusal[], event: ReleaseEvent): Decision =>
  blockers.length > 0 ? { kind: 'refused', refusals: blockers } : accept(event);
