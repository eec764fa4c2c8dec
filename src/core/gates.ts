/** The facts that must hold before a release moves; every blocker is found, not only the first. */
import { openStep } from './approvals';
import { AGENT_SILENCE_MAX_SECONDS } from './facts';
import type { Facts } from './facts';
import { runsIn } from './content';
import { planFor } from './plan-for';
import { environmentOf } from './policy';
import type { Refusal } from './refusal';
import type { Release } from './release';
import { databaseScope, namespaceScope, siteScope } from './site';
import { rejectedScript, unreviewedScripts } from './scripts';
import { reachBlockers } from './workplace';

type Gate = (release: Release, facts: Facts) => readonly Refusal[];

/** Everything that blocks the start of the release in its environment. */
export const startBlockers: Gate = (release, facts) =>
  [
    environmentBlockers,
    planUnchanged,
    approvalsGiven,
    notRejected,
    scopesFree,
    agentOnline,
  ].flatMap((gate) => gate(release, facts));

/** Everything that blocks going on with a plan that has already started: approvals stay checked. */
export const retryBlockers: Gate = (release, facts) =>
  [environmentBlockers, approvalsGiven, scopesFree, agentOnline].flatMap((gate) =>
    gate(release, facts),
  );

/** Everything that blocks taking up the SQL stage again: a rejected script is reviewed anew first. */
export const retrySqlBlockers: Gate = (release, facts) => [
  ...retryBlockers(release, facts),
  ...notRejected(release, facts),
];

/** Everything that blocks running the scripts: approvals and reviews stay checked. */
export const sqlBlockers: Gate = (release, facts) =>
  [environmentBlockers, approvalsGiven, scriptsReviewed, agentOnline].flatMap((gate) =>
    gate(release, facts),
  );

/** Everything that blocks the way back; what was approved to go there may also come back. */
export const rollbackBlockers: Gate = (release, facts) =>
  [environmentBlockers, somethingToRollBack, stillStands, scopesFree, agentOnline].flatMap((gate) =>
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

const scriptsReviewed: Gate = (release) => {
  const scripts = unreviewedScripts(release).map(({ name }) => name);
  return scripts.length === 0 ? [] : [{ why: 'scripts-unreviewed', scripts }];
};

const notRejected: Gate = (release) => {
  const rejected = rejectedScript(release);
  if (!rejected) return [];
  return [{ why: 'script-rejected', script: rejected.script, reason: rejected.reason }];
};

const somethingToRollBack: Gate = ({ content, terms }) => {
  const hasWayBack =
    content !== null && (content.code.length > 0 || content.config.some(({ byHand }) => !byHand));
  return terms === null || !hasWayBack ? [{ why: 'nothing-to-roll-back' }] : [];
};

/** What a later release has put there is not this release's to take away. Scripts stay in any case. */
const stillStands: Gate = (release, facts) =>
  sharedThings(release)
    .filter(({ kind }) => kind !== 'database')
    .flatMap(({ scope, what, environment }): readonly Refusal[] => {
      const latest = facts.scopes.find((candidate) => candidate.scope === scope)?.latest;
      if (latest === undefined || latest.issueId === release.issueId) return [];
      return [{ why: 'superseded', what, environment, by: latest.issueKey }];
    });

/** What another release is changing now. */
export const scopesFree = (release: Release, facts: Pick<Facts, 'scopes'>): readonly Refusal[] =>
  sharedThings(release).flatMap(({ scope, what, site, environment }): readonly Refusal[] => {
    const fact = facts.scopes.find((candidate) => candidate.scope === scope);
    if (!fact || fact.holder === null || fact.holder === release.issueId) return [];
    const holder = fact.holderKey ?? `issue ${fact.holder}`;
    return site === null
      ? [{ why: 'shared-busy', what, environment, holder }]
      : [{ why: 'site-busy', site, environment, holder }];
  });

/** Nobody may be there, or nobody who reaches all that the release touches. */
const agentOnline: Gate = (release, facts) =>
  release.environment === null
    ? []
    : reachBlockers(
        release,
        release.environment,
        facts,
        facts.agents.filter(({ lastSeen }) => facts.now - lastSeen <= AGENT_SILENCE_MAX_SECONDS),
      );

/** What only this release may change while it is under way. */
export const scopesOf = (release: Release): readonly string[] =>
  sharedThings(release).map(({ scope }) => scope);

interface SharedThing {
  readonly kind: 'site' | 'database' | 'namespace';
  readonly scope: string;
  readonly what: string;
  readonly site: string | null;
  readonly environment: string;
}

/** Each thing once, however many changes touch it. */
function sharedThings({ project, environment, content }: Release): readonly SharedThing[] {
  if (environment === null || content === null) return [];
  const sites = content.code.map(({ site }) => ({
    kind: 'site' as const,
    scope: siteScope(project, site, environment),
    what: `site ${site}`,
    site,
    environment,
  }));
  const scripts = content.sql.filter((script) => runsIn(script, environment));
  const databases = scripts.map(({ database }) => ({
    kind: 'database' as const,
    scope: databaseScope(database, environment),
    what: `database ${database}`,
    site: null,
    environment,
  }));
  const namespaces = content.config.map(({ centre, application, namespace }) => ({
    kind: 'namespace' as const,
    scope: namespaceScope(centre, application, namespace, environment),
    what: `namespace ${application}/${namespace}`,
    site: null,
    environment,
  }));
  const all = [...sites, ...databases, ...namespaces];
  return [...new Map(all.map((thing) => [thing.scope, thing])).values()];
}
