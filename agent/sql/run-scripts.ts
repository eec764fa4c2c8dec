/** The scripts of a plan, one after another in the list's order. */
import type { SqlStep } from '#core/plan-step';
import type { PartEnd } from '../bound-step';
import type { Hold } from '../hold';
import type { Agent } from '../ports';

/** Runs the scripts; the first that fails ends it, and later ones wait. */
export async function runScripts(
  _agent: Agent,
  _hold: Hold,
  steps: readonly SqlStep[],
): Promise<PartEnd> {
  if (steps.length === 0) return { kind: 'succeeded' };
  const sentence = 'This agent cannot do that yet; install a newer one.';
  return { kind: 'failed', failure: { class: 'unknown', sentence } };
}
