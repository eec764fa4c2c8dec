/** What the hosts really serve, against a plan. */
import { standingTrail } from './fake-host';
import type { FakeHost } from './fake-host';
import type { FakeStore } from './fake-store';

/** The first host of the plan that does not serve its version; undefined when all do, or were changed by hand. */
export const notServing = (
  store: FakeStore,
  hosts: readonly FakeHost[],
  planDigest: string | null,
): FakeHost | undefined =>
  hosts.find((host) => {
    if (host.isEdited) return false;
    const digest = plannedFor(store, host, planDigest);
    return digest !== undefined && (host.current !== digest || host.run?.digest !== digest);
  });

/**
 * The first host that still has the plan's version because the release put it there; undefined when all went
 * back. Another release may have put the same version there before: that is what the host goes back to.
 */
export const stillServing = (
  store: FakeStore,
  hosts: readonly FakeHost[],
  planDigest: string | null,
  issueId: string,
): FakeHost | undefined =>
  hosts.find((host) => {
    if (host.isEdited) return false;
    const broughtBy = standingTrail(host).at(-1)?.job ?? null;
    if (broughtBy !== null && !broughtBy.startsWith(`${issueId}.`)) return false;
    const digest = plannedFor(store, host, planDigest);
    return digest !== undefined && (host.current === digest || host.run?.digest === digest);
  });

/** What the plan puts on a host; undefined for a host that it does not name. */
function plannedFor(
  store: FakeStore,
  host: FakeHost,
  planDigest: string | null,
): string | undefined {
  const steps = store.plan(planDigest)?.steps ?? [];
  return steps
    .filter((step) => step.stage === 'CODE')
    .find(({ hosts }) => hosts.some(({ address }) => address === host.address))?.artifact.sha256;
}
