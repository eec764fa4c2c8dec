/** The way back of a plan's configuration. */
import type { RestoreStep } from '#core/plan-step';
import type { PartEnd } from '../bound-step';
import type { Hold } from '../hold';
import type { Agent } from '../ports';

/** Puts each namespace back to what it held before the plan. */
export async function restoreNamespaces(
  _agent: Agent,
  _hold: Hold,
  steps: readonly RestoreStep[],
): Promise<PartEnd> {
  if (steps.length === 0) return { kind: 'succeeded' };
  const sentence = 'This agent cannot do that yet; install a newer one.';
  return { kind: 'failed', failure: { class: 'unknown', sentence } };
}
