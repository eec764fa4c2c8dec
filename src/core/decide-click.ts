/** What a click on a transition becomes. */
import { openStep, stepsOf } from './approvals';
import type { ClickCommand } from './command';
import { accept, refuse, unlessBlocked } from './decision';
import type { Decision } from './decision';
import type { Facts } from './facts';
import {
  environmentBlockers,
  retryBlockers,
  retrySqlBlockers,
  rollbackBlockers,
  sqlBlockers,
  startBlockers,
} from './gates';
import { isOpen } from './open-rows';
import { refusePerson } from './permissions';
import { planFor } from './plan-for';
import type { RunStage } from './plan-step';
import { firstEnvironment, nextEnvironment } from './policy';
import type { Release } from './release';
import type { ReleaseEvent } from './release-event';
import { transitionOf } from './transitions';

/** Judges status, person and reason first, then the facts; the row's event leads to its target. */
export function decideClick(release: Release, click: ClickCommand, facts: Facts): Decision {
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
  if (!open || release.planDigest === null) return accept();
  return accept({ type: 'approved', by, step: open.step.label, planDigest: release.planDigest });
}

function retry(release: Release, stage: RunStage, by: string, facts: Facts): Decision {
  const { failure } = release;
  if (failure && failure.stage !== stage) {
    return refuse({ why: 'other-stage-failed', failed: failure.stage, class: failure.class });
  }
  return unlessBlocked(retryBlockersOf(stage)(release, facts), { type: 'retried', by, stage });
}

function retryBlockersOf(stage: RunStage) {
  if (stage === 'ROLLBACK') return rollbackBlockers;
  return stage === 'SQL' ? retrySqlBlockers : retryBlockers;
}

function rollBack(release: Release, by: string, reason: string, facts: Facts): Decision {
  const { failure } = release;
  if (failure?.stage === 'ROLLBACK')
    return refuse({ why: 'other-stage-failed', failed: failure.stage, class: failure.class });
  return unlessBlocked(rollbackBlockers(release, facts), { type: 'rollback-started', by, reason });
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
