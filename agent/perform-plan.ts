/** The work of a job: its plan by digest, what an earlier claim left open, then its steps in order. */
import type { Failure } from '#core/failure';
import type { Plan } from '#core/plan';
import { isHostStep, KINDS_OF } from '#core/plan-step';
import type { FinishOutcome } from '#wire/agent';
import type { BoundStep, PartEnd } from './bound-step';
import { boundStep } from './bounds';
import { deploySite } from './deploy-site';
import { fetchPlan } from './fetch-plan';
import type { Hold, Stop } from './hold';
import { openLines } from './lines';
import type { Lines } from './lines';
import type { Agent } from './ports';
import { settleJournal } from './settle-journal';
import { verifySite } from './verify-site';

/** How the work of a job ends: with an outcome for the app, or without one. */
export type WorkEnd = FinishOutcome | Exclude<Stop, { kind: 'refused' }>;

/** Performs what the plan says for the stage that was claimed. */
export async function performPlan(agent: Agent, hold: Hold): Promise<WorkEnd> {
  const end = await perform(agent, hold);
  return end.kind === 'refused' ? { kind: 'failed', failure: end.failure } : end;
}

async function perform(agent: Agent, hold: Hold): Promise<PartEnd> {
  const permit = await hold.mayBegin();
  if (permit.kind !== 'yes') return permit;
  const fetched = await fetchPlan(agent, hold);
  if (fetched.kind !== 'plan') return fetched;
  const bounded = boundPlan(agent, hold, fetched.plan);
  if (bounded.kind === 'refused') return bounded;

  const lines = openLines(agent.hosts);
  try {
    const settled = await settleJournal(agent, hold, bounded.steps, lines);
    if (settled.kind !== 'succeeded') return settled;
    for (const { step, targets } of bounded.steps) {
      const end = await performStep(agent, hold, { step, targets }, lines);
      if (end.kind !== 'succeeded') return end;
    }
    return { kind: 'succeeded' };
  } finally {
    await lines.close();
  }
}

async function performStep(
  agent: Agent,
  hold: Hold,
  { step, targets }: BoundStep,
  lines: Lines,
): Promise<PartEnd> {
  switch (step.stage) {
    case 'CODE':
      return deploySite(agent, hold, { step, targets }, lines);
    case 'VERIFY':
      return verifySite(agent, hold, { step, targets }, lines);
    case 'ROLLBACK':
      throw new Error('A rollback is refused before it is begun.');
  }
}

type BoundPlan =
  | { readonly kind: 'bounded'; readonly steps: readonly BoundStep[] }
  | { readonly kind: 'refused'; readonly failure: Failure };

/** The stage's steps within agent.yml; all of them, before the first host is touched. */
function boundPlan({ settings }: Agent, { claim }: Hold, plan: Plan): BoundPlan {
  const steps: BoundStep[] = [];
  const kinds = KINDS_OF[claim.stage];
  for (const step of plan.steps.filter(({ stage }) => kinds.includes(stage))) {
    if (!isHostStep(step) || step.stage === 'ROLLBACK') {
      const sentence = `This agent cannot perform ${step.stage} yet; install a newer one.`;
      return { kind: 'refused', failure: { class: 'unknown', sentence } };
    }
    const bounded = boundStep(step, plan.environment, settings);
    if (bounded.kind === 'refused') return bounded;
    steps.push({ step, targets: bounded.targets });
  }
  return { kind: 'bounded', steps };
}
