/** What the hosts really serve, against a plan. */
import type { FakeHost } from './fake-host';
import type { FakeStore } from './fake-store';

/** The first host of the plan that does not serve its version; undefined when all do. */
export function notServing(
  store: FakeStore,
  hosts: readonly FakeHost[],
  planDigest: string | null,
): FakeHost | undefined {
  const steps = store.plan(planDigest)?.steps ?? [];
  return hosts.find((host) => {
    const step = steps
      .filter((candidate) => candidate.stage === 'CODE')
      .find((candidate) => candidate.hosts.some(({ address }) => address === host.address));
    if (!step) return false;
    return host.current !== step.artifact.sha256 || host.run?.digest !== step.artifact.sha256;
  });
}
