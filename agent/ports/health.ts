/** Services as the agent sees them from outside. */
import type { ServiceCheck } from '#core/plan-step';
import type { HostTarget } from './hosts';

export interface Health {
  /** One look at a service. */
  look(target: HostTarget, service: ServiceCheck): Promise<Look>;
}

export type Look =
  | {
      readonly kind: 'answered';
      readonly healthy: boolean;
      /** HTTP status of the health path. */
      readonly status: number;
      /** Null where the plan names no version path, or the service is not healthy. */
      readonly version: string | null;
      readonly milliseconds: number;
    }
  | { readonly kind: 'silent'; readonly sentence: string }
  /** agent.yml does not allow the look. */
  | { readonly kind: 'refused'; readonly sentence: string };
