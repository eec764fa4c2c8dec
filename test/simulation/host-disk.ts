/** The disk of a simulated host: full now and then, and cleared of old releases. */
import { previousOf } from './fake-host';
import type { Exit, FakeHost } from './fake-host';
import type { Sim } from './sim';

/** The helper cannot write what it has to. */
export const FULL: Exit = { code: 74, sentence: 'The disk is full.' };

/** Whether nothing can be written; the disk may fill up at any write. */
export function isFull(sim: Sim, host: FakeHost): boolean {
  if (sim.strikes('host-disk-full')) {
    sim.count('disk of a host full');
    host.fullUntil = sim.scheduler.now() + sim.chance.between(2_000, 120_000);
  }
  return host.fullUntil > sim.scheduler.now();
}

/** Keeps the newest releases, and whatever is needed. */
export function prune(sim: Sim, host: FakeHost, digest: string, keep: number): void {
  const { current, good, run } = host;
  const needed = [digest, current, run?.digest];
  if (!sim.isOff('prune-guard')) needed.push(previousOf(host), good);
  for (const old of [...host.releases.keys()].reverse().slice(keep)) {
    if (needed.includes(old)) continue;
    sim.count('release pruned');
    host.releases.delete(old);
  }
}
