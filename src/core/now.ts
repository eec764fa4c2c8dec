/** The one sentence that says what is going on, what is waited for, and who may act. */
import { approvalBy, isImplementer, openStep } from './approvals';
import type { Attendance } from './attendance';
import { centreOnlyText } from './centre-only';
import { rolledBackText } from './jira-moves';
import { RETRY_OF } from './open-rows';
import { leadersIn, permitted } from './permissions';
import type { Facts } from './facts';
import { scopesFree } from './gates';
import type { ApprovalStep, Policy } from './policy';
import { sentenceOf } from './refusal';
import type { Release } from './release';
import { unreviewedScripts } from './scripts';
import type { Site } from './site';
import { statusName } from './status';
import { transitionOf } from './transitions';
import type { PersonAction } from './transitions';
import { utcText } from './utc-text';
import { reachBlockers } from './workplace';

/** Names people by account id, between `@[` and `]`: the page puts their names there. */
export function nowSentence(
  release: Release,
  world: Pick<Facts, 'policy' | 'sites' | 'scopes' | 'agents'>,
  attendance: Attendance = { kind: 'at-work' },
): string {
  const place = release.environment ?? '';
  if (release.question !== null) return release.question;
  switch (release.status) {
    case 'draft':
      return release.content
        ? `Ready to be submitted.${aside(release)}`
        : 'Waiting for content: name a script, a configuration change or a site with its version.';
    case 'awaiting-approval': {
      const open = openStep(release, world.policy);
      return open
        ? `Waiting for approval “${open.step.label}” for ${place}: ${String(open.have)} of ${String(open.step.count)}.${aside(release)}${maySign(open.step, release, world)}`
        : `Approved for ${place}.${aside(release)}`;
    }
    case 'ready': {
      const [busy] = scopesFree(release, world);
      if (busy) return `Ready, but ${place} is not free.${aside(release)} ${sentenceOf(busy)}`;
      // An agent that is silent may be back before anybody looks again; one that was never enrolled is not.
      const [beyond] = reachBlockers(release, place, world, world.agents);
      if (beyond)
        return `Ready, but beyond the reach of every agent.${aside(release)} ${sentenceOf(beyond)}`;
      return `Ready to start in ${place}.${aside(release)} ${mayAct('start', release, world)}`;
    }
    case 'code-executing':
      return (
        absence(attendance, place) ??
        `The package is being staged and switched on the hosts of ${place}.`
      );
    case 'verifying':
      return (
        absence(attendance, place) ?? `Every host of ${place} is asked for its version and health.`
      );
    case 'deployed':
      return `Deployed in ${place}.${aside(release)}`;
    case 'fix-pending':
      return release.failure
        ? `${failureText(release.failure)} ${mayAct(RETRY_OF[release.failure.stage], release, world)}`
        : 'Waiting for a fix.';
    case 'sql-pending': {
      const waiting = unreviewedScripts(release).map(({ name }) => name);
      const dbas = named(world.policy.dbas);
      return waiting.length === 0
        ? `Every script is reviewed. ${mayAct('submit-sql', release, world)}`
        : `Waiting for a DBA to review ${waiting.join(', ')}.${dbas === '' ? ' The policy names no DBA; a project admin must add one.' : ` DBAs: ${dbas}.`}`;
    }
    case 'sql-executing':
      return (
        absence(attendance, place) ?? `The scripts are running in ${place}, one after another.`
      );
    case 'config-executing':
      return release.handworkLeft
        ? `Configuration is to be applied by hand in ${place}. ${mayAct('confirm-config', release, world)}`
        : (absence(attendance, place) ?? `Configuration is being applied in ${place}.`);
    case 'rolling-back':
      return (
        absence(attendance, place) ??
        `The hosts of ${place} return to what they served before, from their own files.`
      );
    case 'rolled-back':
      return `Rolled back in ${place}. ${rolledBackText(release)}`;
    case 'grayscale':
    case 'released':
    case 'aborted':
      return `${statusName(release.status)}.`;
  }
}

const failureText = ({ stage, class: kind, sentence }: NonNullable<Release['failure']>): string =>
  kind === 'stopped'
    ? `${stage} was stopped: ${sentence}`
    : `${stage} failed (${kind}): ${sentence}`;

/** What a person would take for done by this release, and is not. */
function aside({ content }: Release): string {
  const text = content ? centreOnlyText(content) : '';
  return text === '' ? '' : ` ${text}`;
}

/** What a person must know and may do while no agent is at work. */
function absence(attendance: Attendance, place: string): string | undefined {
  switch (attendance.kind) {
    case 'at-work':
      return undefined;
    case 'unoffered':
      return `When the work was offered, no agent of ${place} reached all that it touches; have a project admin enroll one, and ${attendance.isLong ? 'then answer retry' : 'answer retry in a minute'}.`;
    case 'unclaimed':
      return unclaimedText(attendance, place);
    case 'abandoned':
      return `No agent has worked on this since ${utcText(attendance.since)}; answer done, not done or retry, or start the agent.`;
  }
}

/** Nobody is asked for an answer while an agent is about to come, or busy. */
function unclaimedText(
  { since, isLong, isAlive, otherWork }: Extract<Attendance, { kind: 'unclaimed' }>,
  place: string,
): string {
  if (otherWork) {
    const { agent, issueKey, waitBefore } = otherWork;
    const stop = isLong ? ', unless you answer not done to stop here: nothing has begun' : '';
    return `Agent ${agent} works on ${issueKey}; ${turnText(waitBefore)}${stop}.`;
  }
  if (!isLong) return `Waiting for an agent of ${place} to take up the work.`;
  return isAlive
    ? `An agent of ${place} is there and has not taken up the work since ${utcText(since)}; look at its log, or answer not done to stop here: nothing has begun.`
    : `No agent of ${place} has taken up the work since ${utcText(since)}; start the agent, or answer retry or not done: nothing has begun.`;
}

/** An agent takes its jobs in the order in which they were offered. */
function turnText(waitBefore: number): string {
  if (waitBefore === 0) return 'this comes next';
  return waitBefore === 1
    ? '1 release waits before this one'
    : `${String(waitBefore)} releases wait before this one`;
}

function mayAct(
  action: PersonAction,
  release: Release,
  world: { readonly policy: Policy; readonly sites: readonly Site[] },
): string {
  const row = transitionOf(action);
  if (row.by !== 'person') return '';
  const people = named(permitted(row, release, world));
  return people === '' ? '' : `${row.name}: ${people}.`;
}

/** Whom the step asks, without those who made the content or have approved already; a group has too many names. */
function maySign(
  { from }: ApprovalStep,
  release: Release,
  world: { readonly policy: Policy; readonly sites: readonly Site[] },
): string {
  if (from.kind === 'group') return '';
  const asked = from.kind === 'leaders' ? leadersIn(world) : from.accountIds;
  const people = named(
    asked.filter((id) => !isImplementer(release, id) && approvalBy(release, id) === undefined),
  );
  return people === '' ? '' : ` Approve: ${people}.`;
}

const named = (accountIds: readonly string[]): string =>
  [...new Set(accountIds)].map((accountId) => `@[${accountId}]`).join(', ');
