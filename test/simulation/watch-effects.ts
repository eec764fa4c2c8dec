/** I11 and I15: whoever means to change something holds the job, and may hold it. */
import { LEASE_SECONDS } from '#wire/agent';
import type { AgentRecord } from '#wire/records';
import type { JobRef } from '../../agent/ports/app';
import type { FakeStore } from './fake-store';
import type { Sim } from './sim';

/**
 * `at-once`: it looked at this very moment. `soon`: some calls ago. `clocks-lie`: no clock of its machine
 * tells the time that has passed; then only the fence at the target is left.
 */
export type Precision = 'at-once' | 'soon' | 'clocks-lie';

/** What calls between the look and the effect may take. */
const CALLS_SECONDS = 120;

export interface EffectWatch {
  /** The agent has looked at its lease and is about to do this. */
  means(agentId: string, ref: JobRef, what: string, precision: Precision): void;
}

export function watchEffects(sim: Sim, store: FakeStore): EffectWatch {
  const revokedAt = new Map<string, number>();
  const seconds = (): number => Math.floor(sim.scheduler.now() / 1_000);

  store.onCommit((changes) => {
    for (const { entity, before, after } of changes) {
      const [old, now] = [before as AgentRecord | undefined, after as AgentRecord | undefined];
      if (entity === 'agent' && now?.state === 'revoked' && old?.state !== 'revoked')
        revokedAt.set(now.agentId, seconds());
    }
  });

  return {
    means: (agentId, ref, what, precision) => {
      const since = revokedAt.get(agentId);
      const tail = LEASE_SECONDS + (precision === 'at-once' ? 0 : CALLS_SECONDS);
      const isLate = since !== undefined && seconds() > since + tail;
      if (isLate && precision !== 'clocks-lie')
        sim.violated('I15', `${what} by ${agentId}, revoked ${String(seconds() - since)} s ago.`);
      if (precision !== 'at-once') return;
      const job = store.peek('job', ref.job);
      if (!job || job.status === 'finished') return;
      const hasLease = job.fence === ref.fence && seconds() <= job.leaseUntil;
      // A claim of its own that came late may have raised the fence behind its back.
      const isOwn = job.agent === agentId && job.fence > ref.fence;
      if (!hasLease && !isOwn)
        sim.violated('I11', `${what} under fence ${String(ref.fence)}, whose lease is over.`);
    },
  };
}
