/** The configuration of a plan, namespace by namespace. */
import type { ConfigStep } from '#core/plan-step';
import type { PartEnd } from '../bound-step';
import type { Hold } from '../hold';
import type { Agent } from '../ports';

/** Applies what is not by hand; all keys are validated before the first is written. */
export async function applyChanges(
  _agent: Agent,
  _hold: Hold,
  steps: readonly ConfigStep[],
): Promise<PartEnd> {
  if (steps.length === 0) return { kind: 'succeeded' };
  const sentence = 'This agent cannot do that yet; install a newer one.';
  return { kind: 'failed', failure: { class: 'unknown', sentence } };
}
