/**
 * The built-in store lies on one agent's machine. Another agent that is given the site's work, after a take-over or by
 * chance, would put code onto hosts without that configuration, or with one of yesterday, or leave it when the release goes
 * back: it does nothing and says what helps.
 */
import type { Failure } from '#core/failure';
import type { ConfigStep, RestoreStep } from '#core/plan-step';
import type { Hold } from '../hold';
import type { Agent } from '../ports/agent';
import type { HostFacts } from '../ports/hosts';
import { nameOf, placeOf, storeOf } from './change-story';
import type { ChangeStory } from './change-story';
import type { NamespaceStore } from './namespace-store';

/** Whose packages stand on a host. */
export interface ServingHost {
  readonly name: string;
  readonly facts: HostFacts;
}

/** A change of configuration in the plan, forth or back. */
export type PlannedChange = ConfigStep | RestoreStep;

/** Why the site's packages cannot be merged here: what this plan changed stands in no store of this agent. */
export async function appliedElsewhere(
  agent: Agent,
  hold: Hold,
  site: string,
  changes: readonly PlannedChange[],
): Promise<Failure | undefined> {
  for (const step of changesOf(site, changes)) {
    const story = { agent, hold, step };
    const store = storeOf(story);
    if ('failure' in store) return store.failure;
    if (await hasApplied(store, story)) continue;
    return failure(
      `This agent does not keep what the release has changed in ${nameOf(story)}, for another agent applied it; ${remedy(agent)}`,
    );
  }
  return undefined;
}

/** The plan's changes of the site's own configuration that agents apply. */
export const changesOf = (
  site: string,
  changes: readonly PlannedChange[],
): readonly PlannedChange[] =>
  changes.filter((step) => step.application === site && !(step.stage === 'CONFIG' && step.byHand));

async function hasApplied(store: NamespaceStore, story: ChangeStory): Promise<boolean> {
  const { change } = story.step;
  for await (const { writer } of store.history(placeOf(story))) {
    if (writer.plan === story.hold.claim.planDigest && writer.change === change)
      return writer.act === 'apply';
  }
  return false;
}

/** Why nothing may follow what a host serves: configuration was merged into it, and not by this agent. */
export async function mergedElsewhere(
  agent: Agent,
  { claim }: Hold,
  site: string,
  hosts: readonly ServingHost[],
): Promise<Failure | undefined> {
  const adopts = agent.settings.centres.some(
    (rule) => rule.environments.includes(claim.environment) && rule.adopts?.includes(site),
  );
  if (adopts) return undefined;
  const ours = await agent.centres.merged.ofSite(site);
  const foreign = hosts.find(
    ({ facts: { current } }) =>
      current?.artifactSha256 !== undefined && !ours.includes(current.digest),
  );
  if (!foreign) return undefined;
  return failure(
    `${foreign.name} serves ${site} with configuration that another agent has merged in, so this agent may not keep all of it; ${remedy(agent)}`,
  );
}

const remedy = ({ settings }: Agent): string =>
  `stop this agent and retry with that one, or copy that one's centre directory here and name the site under adopts of that centre in ${settings.file}, then retry.`;

const failure = (sentence: string): Failure => ({ class: 'config', sentence });
