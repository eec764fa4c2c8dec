/** One site's way back: each host returns to what it served before the release, from its own files. */
import type { RollbackStep } from '#core/plan-step';
import type { BoundStep, PartEnd } from './bound-step';
import type { Hold } from './hold';
import type { Lines } from './lines';
import type { Agent } from './ports';

/** Performs a ROLLBACK step, batch by batch. */
export async function rollBackSite(
  _agent: Agent,
  _hold: Hold,
  { step }: BoundStep<RollbackStep>,
  _lines: Lines,
): Promise<PartEnd> {
  const sentence = `This agent cannot roll ${step.site} back yet; install a newer one.`;
  return { kind: 'failed', failure: { class: 'unknown', sentence } };
}
