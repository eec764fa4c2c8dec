/** The plan of a release for one environment, as text and digest, or why there is none. */
import type { Facts } from './facts';
import { buildPlan, planText } from './plan';
import type { Refusal } from './refusal';
import type { Release } from './release';
import { executedIn } from './scripts';

export type PlannedFor =
  | { readonly kind: 'planned'; readonly text: string; readonly digest: string }
  | { readonly kind: 'refused'; readonly refusals: readonly Refusal[] };

/** Builds the plan from what the release carries and what the project looks like now. */
export function planFor(
  release: Release,
  environment: string,
  facts: Pick<Facts, 'sites' | 'policy' | 'sha256'>,
): PlannedFor {
  if (release.content === null) return { kind: 'refused', refusals: [{ why: 'content-missing' }] };
  const planned = buildPlan({
    issueId: release.issueId,
    project: release.project,
    environment,
    content: release.content,
    sites: facts.sites,
    policyVersion: facts.policy.version,
    executed: executedIn({ environment }, release.executed),
  });
  if (planned.kind === 'impossible') {
    return {
      kind: 'refused',
      refusals: planned.problems.map((problem) => ({ why: 'plan-impossible', problem })),
    };
  }
  const text = planText(planned.plan);
  return { kind: 'planned', text, digest: facts.sha256(text) };
}
