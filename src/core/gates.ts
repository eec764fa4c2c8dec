/** The facts that must hold before a release moves; every blocker is found, not only the first. */
import { openStep } from './approvals';
import { AGENT_SILENCE_MAX_SECONDS } from './facts';
import type { Facts } from './facts';
import { planFor } from './plan-for';
import { environmentOf } from './policy';
import type { Refusal } from './refusal';
import type { Release } from './release';
import { siteScope } from './site';

type Gate = (release: Release, facts: Facts) => readonly Refusal[];

/** Everything that blocks the start of the release in its environment. */
export const startBlockers: Gate = (release, facts) =>
  [environmentBlockers, planUnchanged, approvalsGiven, sitesFree, agentOnline].flatMap((gate) =>
    gate(release, facts),
  );

/** Everything that blocks going on with a plan that has already started: approvals stay checked. */
export const retryBlockers: Gate = (release, facts) =>
  [environmentBlockers, approvalsGiven, sitesFree, agentOnline].flatMap((gate) =>
    gate(release, facts),
  );

/** Without its environment a release has no policy, and nobody can say what is allowed. */
export const environmentBlockers: Gate = (release, facts) => {
  if (release.environment === null) return [{ why: 'no-environment' }];
  return environmentOf(facts.policy, release.environment) === undefined
    ? [{ why: 'environment-removed', environment: release.environment }]
    : [];
};

const planUnchanged: Gate = (release, facts) => {
  if (release.environment === null) return [];
  const planned = planFor(release, release.environment, facts);
  if (planned.kind === 'refused') return planned.refusals;
  return planned.digest === release.planDigest
    ? []
    : [{ why: 'plan-changed', environment: release.environment }];
};

const approvalsGiven: Gate = (release, facts) => {
  const open = openStep(release, facts.policy);
  return open
    ? [{ why: 'approvals-missing', step: open.step.label, have: open.have, need: open.step.count }]
    : [];
};

const sitesFree: Gate = ({ project, environment, content, issueId }, facts) => {
  if (environment === null || content === null) return [];
  return content.code.flatMap(({ site }): readonly Refusal[] => {
    const scope = siteScope(project, site, environment);
    const fact = facts.scopes.find((candidate) => candidate.scope === scope);
    if (!fact || fact.holder === null || fact.holder === issueId) return [];
    const holder = fact.holderKey ?? `issue ${fact.holder}`;
    return [{ why: 'site-busy', site, environment, holder }];
  });
};

const agentOnline: Gate = (release, facts) => {
  const { environment } = release;
  if (environment === null) return [];
  const online = facts.agents.some(
    (agent) =>
      agent.environments.includes(environment) &&
      facts.now - agent.lastSeen <= AGENT_SILENCE_MAX_SECONDS,
  );
  return online ? [] : [{ why: 'no-agent', environment }];
};

/** What only this release may change while it is under way. */
export const scopesOf = (release: Release): readonly string[] => {
  const { project, environment, content } = release;
  if (environment === null || content === null) return [];
  return content.code.map((change) => siteScope(project, change.site, environment));
};
