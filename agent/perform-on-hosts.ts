/** The steps of a stage that works on hosts: bounded by agent.yml, then what an earlier claim left open, then each in order. */
import type { Failure } from '#core/failure';
import type { HostStep } from '#core/plan-step';
import type { BoundStep, PartEnd } from './bound-step';
import { boundStep } from './bounds';
import type { PlannedChange } from './centres/kept-elsewhere';
import { deploySite } from './deploy-site';
import type { Hold } from './hold';
import { openLines } from './lines';
import type { Lines } from './lines';
import type { Agent } from './ports/agent';
import { rollBackSite } from './roll-back-site';
import { settleJournal } from './settle-journal';
import { verifySite } from './verify-site';

/** Performs the steps one after the other; the first that does not succeed ends it. `changes` are the plan's, forth or back. */
export async function performOnHosts(
  agent: Agent,
  hold: Hold,
  steps: readonly HostStep[],
  changes: readonly PlannedChange[] = [],
): Promise<PartEnd> {
  const bounded = boundSteps(agent, hold, steps);
  if (bounded.kind === 'refused') return bounded;

  const lines = openLines(agent.hosts);
  try {
    const settled = await settleJournal(agent, hold, bounded.steps, lines);
    if (settled.kind !== 'succeeded') return settled;
    for (const step of bounded.steps) {
      const end = await performStep({ agent, hold, changes }, step, lines);
      if (end.kind !== 'succeeded') return end;
    }
    return { kind: 'succeeded' };
  } finally {
    await lines.close();
  }
}

interface Work {
  readonly agent: Agent;
  readonly hold: Hold;
  readonly changes: readonly PlannedChange[];
}

async function performStep(
  { agent, hold, changes }: Work,
  { step, targets }: BoundStep,
  lines: Lines,
): Promise<PartEnd> {
  switch (step.stage) {
    case 'CODE':
      return deploySite({ agent, hold, changes, lines }, { step, targets });
    case 'VERIFY':
      return verifySite(agent, hold, { step, targets }, lines);
    case 'ROLLBACK':
      return rollBackSite({ agent, hold, changes, lines }, { step, targets });
  }
}

type BoundSteps =
  | { readonly kind: 'bounded'; readonly steps: readonly BoundStep[] }
  | { readonly kind: 'refused'; readonly failure: Failure };

/** The stage's steps within agent.yml; all of them, before the first host is touched. */
function boundSteps({ settings }: Agent, { claim }: Hold, steps: readonly HostStep[]): BoundSteps {
  const bound: BoundStep[] = [];
  for (const step of steps) {
    const bounded = boundStep(step, claim.environment, settings);
    if (bounded.kind === 'refused') return bounded;
    bound.push({ step, targets: bounded.targets });
  }
  return { kind: 'bounded', steps: bound };
}
