/** The plan of a job, fetched by its digest and believed only if its bytes have that digest. */
import type { Failure } from '#core/failure';
import type { Plan } from '#core/plan';
import type { CodeStep, PlanStep, RollbackStep } from '#core/plan-step';
import { parsePlan } from '#wire/plan';
import { fetchText } from './fetch-text';
import type { Hold, Stop } from './hold';
import type { Agent } from './ports/agent';

export type FetchedPlan =
  | { readonly kind: 'plan'; readonly plan: Plan }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | Stop;

/** Fetches the plan that the decision names; waits while the app cannot be reached. */
export async function fetchPlan(agent: Agent, hold: Hold): Promise<FetchedPlan> {
  const { planDigest } = hold.claim;
  const fetched = await fetchText(agent, hold, planDigest, 'plan');
  if (fetched.kind !== 'text') return fetched;
  const plan = parsePlan(fetched.text);
  if (!plan) {
    return fail(
      'The approved plan holds something that this version of the agent does not know; update the agent.',
    );
  }
  const problem = contradiction(plan, hold);
  return problem === undefined ? { kind: 'plan', plan } : fail(problem);
}

function contradiction(plan: Plan, { claim }: Hold): string | undefined {
  if (plan.environment !== claim.environment) {
    return `The approved plan is for ${plan.environment} and the decision for ${claim.environment}.`;
  }
  const strange = plan.steps.find((step) => hasBatches(step) && !batchesCoverHosts(step));
  return strange && `The batches of step ${strange.id} of the approved plan are not its hosts.`;
}

const hasBatches = (step: PlanStep): step is CodeStep | RollbackStep =>
  step.stage === 'CODE' || step.stage === 'ROLLBACK';

/** Each host of the step stands in exactly one batch. */
function batchesCoverHosts({ batches, hosts }: CodeStep | RollbackStep): boolean {
  const inBatches = batches.flat().sort();
  const wanted = hosts.map(({ id }) => id).sort();
  return inBatches.length === wanted.length && inBatches.every((id, index) => id === wanted[index]);
}

const fail = (sentence: string): { readonly kind: 'failed'; readonly failure: Failure } => ({
  kind: 'failed',
  failure: { class: 'permission', sentence },
});
