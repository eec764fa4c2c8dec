/** The plan of a job, fetched by its digest and believed only if its bytes have that digest. */
import type { Failure } from '#core/failure';
import type { Plan } from '#core/plan';
import type { CodeStep } from '#core/plan-step';
import { parsePlan } from '#wire/plan';
import { waitAfter } from './back-off';
import type { Hold, Stop } from './hold';
import { sha256Hex } from './keys';
import type { Agent } from './ports';

export type FetchedPlan =
  | { readonly kind: 'plan'; readonly plan: Plan }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | Stop;

/** Fetches the plan that the decision names; waits while the app cannot be reached. */
export async function fetchPlan(agent: Agent, hold: Hold): Promise<FetchedPlan> {
  const { planDigest } = hold.claim;
  const fetched = await fetchText(agent, hold, planDigest);
  if (fetched.kind !== 'text') return fetched;
  if (sha256Hex(fetched.text) !== planDigest) {
    return fail(
      `The plan that the app sent is not the approved one (its SHA-256 is not ${planDigest}).`,
    );
  }
  const plan = parsePlan(fetched.text);
  if (!plan) {
    return fail(
      'The approved plan holds something that this version of the agent does not know; update the agent.',
    );
  }
  const problem = contradiction(plan, hold);
  return problem === undefined ? { kind: 'plan', plan } : fail(problem);
}

type FetchedText =
  { readonly kind: 'text'; readonly text: string } | Exclude<FetchedPlan, { kind: 'plan' }>;

async function fetchText({ app, clock }: Agent, hold: Hold, digest: string): Promise<FetchedText> {
  let text = '';
  for (let failures = 0; ;) {
    const permit = await hold.mayBegin();
    if (permit.kind !== 'yes') return permit;
    const result = await app.fetch(hold.ref, digest, text.length);
    if (result.kind === 'answered') {
      failures = 0;
      text += result.answer.text;
      if (result.answer.nextOffset === null) return { kind: 'text', text };
      if (result.answer.nextOffset !== text.length || result.answer.text === '') {
        return fail('The app sent the pieces of the plan out of order.');
      }
      continue;
    }
    if (result.kind === 'refused' && isFinal(result.error))
      return { kind: 'lost', why: result.message };
    await clock.sleep(waitAfter(result, failures), hold.over);
    failures += 1;
  }
}

const isFinal = (error: string): boolean =>
  ['stale', 'taken', 'gone', 'invalid', 'gap'].includes(error);

function contradiction(plan: Plan, { claim }: Hold): string | undefined {
  if (plan.environment !== claim.environment) {
    return `The approved plan is for ${plan.environment} and the decision for ${claim.environment}.`;
  }
  const strange = plan.steps.find((step) => step.stage === 'CODE' && !batchesCoverHosts(step));
  return strange && `The batches of step ${strange.id} of the approved plan are not its hosts.`;
}

/** Each host of the step stands in exactly one batch. */
function batchesCoverHosts({ batches, hosts }: CodeStep): boolean {
  const inBatches = batches.flat().sort();
  const wanted = hosts.map(({ id }) => id).sort();
  return inBatches.length === wanted.length && inBatches.every((id, index) => id === wanted[index]);
}

const fail = (sentence: string): { readonly kind: 'failed'; readonly failure: Failure } => ({
  kind: 'failed',
  failure: { class: 'permission', sentence },
});
