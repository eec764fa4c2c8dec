/** Every reason why a command is not carried out, and its one sentence for people. */
import type { FailureClass } from './failure';
import type { PlanProblem } from './plan';
import type { RunStage } from './plan-step';
import { RETRY_OF } from './open-rows';
import { statusName } from './status';
import type { Status } from './status';
import { transitionOf } from './transitions';
import type { Who } from './transitions';

export type Refusal =
  | { readonly why: 'not-in-status'; readonly wanted: string; readonly status: Status }
  | { readonly why: 'still-moving'; readonly to: Status }
  | {
      readonly why: 'person-may-not';
      /** What they wanted, as it is called in Jira or on the page. */
      readonly wanted: string;
      readonly who: Who | 'dba';
      readonly environment: string | null;
    }
  | { readonly why: 'implementer' }
  | { readonly why: 'implementer-reviews' }
  | { readonly why: 'script-unknown'; readonly script: string }
  | { readonly why: 'scripts-unreviewed'; readonly scripts: readonly string[] }
  | { readonly why: 'script-rejected'; readonly script: string; readonly reason: string }
  | { readonly why: 'handwork-not-due' }
  | { readonly why: 'nothing-to-roll-back' }
  | { readonly why: 'approved-already'; readonly step: string }
  | { readonly why: 'content-missing' }
  | { readonly why: 'plan-impossible'; readonly problem: PlanProblem }
  | { readonly why: 'plan-changed'; readonly environment: string }
  | {
      readonly why: 'approvals-missing';
      readonly step: string;
      readonly have: number;
      readonly need: number;
    }
  | { readonly why: 'no-environment' }
  | { readonly why: 'environment-removed'; readonly environment: string }
  | {
      readonly why: 'site-busy';
      readonly site: string;
      readonly environment: string;
      /** Issue key of the release that holds it. */
      readonly holder: string;
    }
  | {
      readonly why: 'superseded';
      /** `site shop`, `namespace shop/app.properties`. */
      readonly what: string;
      readonly environment: string;
      /** Issue key of the release that was deployed there later. */
      readonly by: string;
    }
  | {
      readonly why: 'shared-busy';
      /** `database orders`, `namespace shop/app.properties`. */
      readonly what: string;
      readonly environment: string;
      /** Issue key of the release that holds it. */
      readonly holder: string;
    }
  /** `group` is null where what is worked on belongs to none. */
  | { readonly why: 'no-agent'; readonly environment: string; readonly group: string | null }
  | {
      readonly why: 'rooms-unserved';
      readonly environment: string;
      readonly group: string | null;
      /** An empty name stands for hosts without a machine room. */
      readonly rooms: readonly string[];
      /** Each of them is served, but no agent serves all of them. */
      readonly isTogether: boolean;
    }
  | {
      readonly why: 'groups-mixed';
      readonly things: readonly { readonly what: string; readonly group: string | undefined }[];
    }
  | { readonly why: 'other-stage-failed'; readonly failed: RunStage; readonly class: FailureClass }
  | { readonly why: 'last-environment'; readonly environment: string }
  | { readonly why: 'not-last-environment'; readonly environment: string; readonly last: string }
  | { readonly why: 'reason-missing'; readonly wanted: string }
  | { readonly why: 'not-a-release' }
  | { readonly why: 'nothing-unknown'; readonly status: Status }
  | { readonly why: 'still-working'; readonly job: string }
  | { readonly why: 'answer-to-nothing' }
  | { readonly why: 'answer-to-other' }
  | { readonly why: 'never-begun'; readonly job: string }
  | { readonly why: 'not-taken-up'; readonly job: string }
  | { readonly why: 'agent-there'; readonly job: string }
  | { readonly why: 'changed-after-click' }
  | { readonly why: 'earlier-click-open'; readonly wanted: string; readonly minutes: number }
  | { readonly why: 'changed-while-writing' }
  | { readonly why: 'contended' }
  | { readonly why: 'job-superseded'; readonly job: string };

/** The sentence that the transition, the panel, the API and the log show. */
export function sentenceOf(refusal: Refusal): string {
  switch (refusal.why) {
    case 'not-in-status':
      return `${refusal.wanted} is not possible while the release is in ${statusName(refusal.status)}; reload the issue to see what is.`;
    case 'still-moving':
      return `Interlock is still moving this issue to ${statusName(refusal.to)}; wait until it stands there.`;
    case 'person-may-not':
      return `${refusal.wanted} is reserved${inEnvironment(refusal.environment)} to ${whoName(refusal.who)}; ask one of them, or have the policy changed by a project admin.`;
    case 'implementer':
      return 'Whoever reported this release or changed its content cannot approve it; ask another approver.';
    case 'implementer-reviews':
      return 'Whoever reported this release or changed its content cannot review its SQL; ask another DBA.';
    case 'script-unknown':
      return `The release has no script ${refusal.script} as you saw it; reload the issue and look at the script again.`;
    case 'scripts-unreviewed':
      return `No DBA has approved ${refusal.scripts.join(', ')} yet; ask a DBA of the project’s policy to review it in the release’s panel.`;
    case 'script-rejected':
      return `A DBA has rejected the script ${refusal.script} (${refusal.reason.replace(/[.\s]+$/, '')}); have a DBA review it again, or change the script.`;
    case 'handwork-not-due':
      return 'No configuration waits to be applied by hand; reload the issue to see what the release waits for.';
    case 'nothing-to-roll-back':
      return 'This release carries nothing that an agent could put back: what SQL or a person has changed stays; iterate or abort it instead.';
    case 'approved-already':
      return `You have approved this plan as “${refusal.step}” already, and one person counts once; ask another approver for the rest.`;
    case 'content-missing':
      return 'The release has no content yet; name a script, a configuration change or a site with its version.';
    case 'plan-impossible':
      return problemSentence(refusal.problem);
    case 'plan-changed':
      return `The plan for ${refusal.environment} is no longer the one that was approved: content, hosts or policy changed; have it approved again.`;
    case 'approvals-missing':
      return `Approval “${refusal.step}” has ${String(refusal.have)} of ${String(refusal.need)}; an approver must click Approve.`;
    case 'no-environment':
      return 'The project’s policy has no environment; a project admin must add one.';
    case 'environment-removed':
      return `The environment ${refusal.environment} is no longer in the project’s policy; iterate the release, or have the environment added back.`;
    case 'site-busy':
      return `The site ${refusal.site} is being changed in ${refusal.environment} by another release (${refusal.holder}); wait until that one is deployed, iterated or aborted.`;
    case 'superseded':
      return `${refusal.by} has changed the ${refusal.what} in ${refusal.environment} since; have that one rolled back first, or deploy an earlier version in a new release.`;
    case 'shared-busy':
      return `The ${refusal.what} is being changed in ${refusal.environment} by another release (${refusal.holder}); wait until that one is deployed, iterated or aborted.`;
    case 'no-agent':
      return `No agent for ${agentsOf(refusal)} has been heard from in the last 3 minutes; start the agent, or have a project admin approve one.`;
    case 'rooms-unserved':
      return refusal.isTogether
        ? `No agent for ${agentsOf(refusal)} that was heard from in the last 3 minutes serves ${roomsText(refusal.rooms)} together; have a project admin enroll one that does, or release the hosts of each machine room as a site of its own.`
        : `No agent for ${agentsOf(refusal)} that was heard from in the last 3 minutes serves ${roomsText(refusal.rooms)}; start the agent that does, or have a project admin enroll one.`;
    case 'groups-mixed':
      return `The release carries things of different groups, which no agent serves together: ${refusal.things.map(belongingText).join(', ')}; have each group’s part in a release of its own.`;
    case 'other-stage-failed':
      return `${refusal.failed} failed (${refusal.class}), so only ${transitionOf(RETRY_OF[refusal.failed]).name} is possible.`;
    case 'last-environment':
      return `${refusal.environment} is the last environment; complete the release instead.`;
    case 'not-last-environment':
      return `${refusal.environment} is not the last environment; promote the release until it is deployed in ${refusal.last}.`;
    case 'reason-missing':
      return `${refusal.wanted} needs a reason; write one in the field Reason.`;
    case 'not-a-release':
      return 'Interlock does not know this issue as a release yet; reload it in a few seconds.';
    case 'nothing-unknown':
      return `Nothing is unknown about a release in ${statusName(refusal.status)}, so there is no question to answer; reload the issue to see where it stands.`;
    case 'still-working':
      return `An agent is still at work on job ${refusal.job}; wait for its report, or until its lease has run out.`;
    case 'answer-to-nothing':
      return 'Your page is older than Interlock and does not say what you answered, so nothing was recorded; reload it, look again, and answer what it asks then.';
    case 'answer-to-other':
      return 'What you answered is no longer what this release waits for, so nothing was recorded; look again at what it says now, and answer that.';
    case 'never-begun':
      return `No agent has ever begun job ${refusal.job}, so it cannot be done; start an agent of its environment, or answer retry or not done once nobody was heard from for three minutes.`;
    case 'not-taken-up':
      return `Job ${refusal.job} has just been offered to its agents; wait three minutes for one of them to take it up.`;
    case 'agent-there':
      return `An agent that may take job ${refusal.job} is there, so a retry would change nothing; wait for it, or answer not done to stop here.`;
    case 'contended':
      return 'The release is being changed by several at this moment; click again in a few seconds.';
    case 'changed-after-click':
      return 'What the release would do may have changed after the click; look at its content again and click once more.';
    case 'earlier-click-open':
      return `Jira may still tell of an earlier click on ${refusal.wanted}, which was made for another plan and must not count for this one; click again in ${minutesText(refusal.minutes)}.`;
    case 'changed-while-writing':
      return 'The release was changed or moved on while you wrote, and nothing of yours was saved; look at what it says now, then save again.';
    case 'job-superseded':
      return `Job ${refusal.job} is no longer the one that this release waits for; reload the issue to see what it waits for.`;
  }
}

/** All reasons in one text, because people want every blocker at once. */
export const sentencesOf = (refusals: readonly Refusal[]): string =>
  refusals.map(sentenceOf).join(' ');

const minutesText = (minutes: number): string =>
  minutes === 1 ? 'a minute' : `${String(minutes)} minutes`;

function problemSentence(problem: PlanProblem): string {
  switch (problem.why) {
    case 'site-unknown':
      return `The site ${problem.site} is not on this project’s list of sites; a project admin must add it.`;
    case 'site-not-in-environment':
      return `The site ${problem.site} has no hosts described for ${problem.environment}; a project admin must add them.`;
    case 'no-hosts':
      return `The site ${problem.site} has no host in ${problem.environment}; a project admin must add one.`;
    case 'nothing-to-do':
      return 'The release changes nothing; name a script, a configuration change or a site with its version.';
  }
}

/** `PROD in group finance`: whose agents are meant. */
const agentsOf = ({
  environment,
  group,
}: {
  readonly environment: string;
  readonly group: string | null;
}): string => (group === null ? environment : `${environment} in group ${group}`);

const belongingText = ({
  what,
  group,
}: {
  readonly what: string;
  readonly group: string | undefined;
}): string => (group === undefined ? `the ${what} of no group` : `the ${what} of group ${group}`);

/** `machine rooms A and B`, or `hosts without a machine room`. */
function roomsText(rooms: readonly string[]): string {
  const named = rooms.filter((room) => room !== '');
  const names = new Intl.ListFormat('en-GB').format(named);
  const words = [
    ...(named.length === 0 ? [] : [`machine room${named.length === 1 ? '' : 's'} ${names}`]),
    ...(named.length === rooms.length ? [] : ['hosts without a machine room']),
  ];
  return words.join(' and ');
}

const inEnvironment = (environment: string | null): string =>
  environment === null ? '' : ` in ${environment}`;

function whoName(who: Who | 'dba'): string {
  switch (who) {
    case 'editor':
      return 'people with the permission Edit release content who may edit this issue';
    case 'approver':
      return 'the approvers of the step that is due';
    case 'any-approver':
      return 'the approvers of its environment';
    case 'starter':
      return 'the leaders of its sites, and to testers where the policy says so';
    case 'leader':
      return 'the leaders of its sites';
    case 'leader-or-tester':
      return 'the leaders of its sites and the testers';
    case 'sql-runner':
      return 'the DBAs and operators of the policy, and to testers where they may start';
    case 'config-applier':
      return 'the operators of the policy and the leaders of its sites';
    case 'dba':
      return 'the DBAs of the policy';
  }
}
