/** A step with its hosts as agent.yml allows them, and how a part of the work ends. */
import type { HostStep } from '#core/plan-step';
import type { FinishOutcome } from '#wire/agent';
import type { Stop } from './hold';
import type { HostTarget } from './ports/hosts';

export interface BoundStep<Step extends HostStep = HostStep> {
  readonly step: Step;
  readonly targets: readonly HostTarget[];
}

/** How a part of the work ends; only after `succeeded` the next part begins. */
export type PartEnd = FinishOutcome | Stop;
