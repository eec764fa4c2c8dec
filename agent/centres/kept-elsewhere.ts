/**
 * The built-in store lies on one agent's machine. Another agent that is given the site's code, after a take-over or by
 * chance, would put it on hosts without that configuration, or with one of yesterday: it does nothing and says where to go.
 */
import type { Failure } from '#core/failure';
import type { ConfigStep } from '#core/plan-step';
import type { Hold } from '../hold';
import type { Agent, HostFacts } from '../ports';
import { nameOf, placeOf, storeOf } from './change-story';
import type { ChangeStory } from './change-story';
import type { NamespaceStore } from './namespace-store';

const REMEDY =
  'retry with the agent that does, or copy its directory of that centre to this one and retry.';

/** Why the site's packages cannot be merged here: what this plan changed stands in no store of this agent. */
export async function appliedElsewhere(
  agent: Agent,
  hold: Hold,
  site: string,
  changes: readonly ConfigStep[],
): Promise<Failure | undefined> {
  for (const step of changes) {
    if (step.byHand || step.application !== site) continue;
    const story = { agent, hold, step };
    const store = storeOf(story);
    if ('failure' in store) return store.failure;
    if (await hasApplied(store, story)) continue;
    return failure(
      `This agent does not keep what the release has changed in ${nameOf(story)}, for another agent applied it; ${REMEDY}`,
    );
  }
  return undefined;
}

async function hasApplied(store: NamespaceStore, story: ChangeStory): Promise<boolean> {
  const { change } = story.step;
  for await (const { writer } of store.history(placeOf(story))) {
    if (writer.plan === story.hold.claim.planDigest && writer.change === change)
      return writer.act === 'apply';
  }
  return false;
}

interface ServingHost {
  readonly name: string;
  readonly facts: HostFacts;
  /** What this agent has put there for the plan. */
  readonly ours: readonly string[];
}

/** Why a package without configuration must not follow one with it: this agent has never kept any of the site. */
export async function mergedElsewhere(
  { centres }: Agent,
  { claim }: Hold,
  site: string,
  hosts: readonly ServingHost[],
): Promise<Failure | undefined> {
  const merged = hosts.find(
    ({ facts: { current }, ours }) =>
      current?.artifactSha256 !== undefined && !ours.includes(current.digest),
  );
  if (!merged) return undefined;
  for (const store of centres.in(claim.environment)) {
    if ((await store.list(claim.environment, site)).length > 0) return undefined;
  }
  return failure(
    `${merged.name} serves ${site} with configuration merged in, and this agent keeps none of ${site} in ${claim.environment}; ${REMEDY}`,
  );
}

const failure = (sentence: string): Failure => ({ class: 'config', sentence });
