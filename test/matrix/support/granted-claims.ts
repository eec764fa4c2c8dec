/** The claims that the app has answered with the job: each new one raises the fence once, one that comes again never. */
import { fromStored } from '#forge/entities';
import { ClaimAnswer, ClaimData, Envelope } from '#wire/agent';
import type { MemoryStore } from '../../support/memory-store';
import { stored } from './compare-records';

export interface GrantedClaim {
  readonly job: string;
  readonly requestId: string;
  readonly fence: number;
}

/** What a message and its answer say of a claim; undefined where they are none, or the claim was refused. */
export function grantedClaim(message: string, answer: object): GrantedClaim | undefined {
  const envelope = Envelope.safeParse(JSON.parse(message));
  const given = ClaimAnswer.safeParse(answer);
  if (!envelope.success || !given.success || envelope.data.op !== 'claim') return undefined;
  const { requestId } = ClaimData.parse(envelope.data.data);
  return { job: given.data.job, requestId, fence: given.data.fence };
}

/**
 * Where the fences are not what these claims make of them, in the order in which they were answered. How many there
 * are is not asked: on a busy machine a lease may be lost, and the job is claimed anew.
 */
export function fenceFaults(
  memory: MemoryStore,
  granted: readonly GrantedClaim[],
): readonly string[] {
  const jobs = new Map(stored(memory, 'job').map((job) => [job.job, job] as const));
  const scopes = new Map<string, number>();
  const known = new Map<string, number>();
  const counts = new Map<string, number>();
  const faults: string[] = [];
  for (const { job, requestId, fence } of granted) {
    const before = known.get(`${job} ${requestId}`);
    known.set(`${job} ${requestId}`, fence);
    const held = jobs.get(job)?.scopes ?? [];
    const highest = Math.max(...held.map((scope) => scopes.get(scope) ?? 0));
    const due = before ?? highest + 1;
    if (fence !== due) {
      const what = before === undefined ? 'A new claim' : 'A claim that came again';
      faults.push(`${what} of job ${job} got fence ${String(fence)} instead of ${String(due)}`);
    }
    if (before === undefined) counts.set(job, (counts.get(job) ?? 0) + 1);
    for (const scope of held) scopes.set(scope, Math.max(fence, scopes.get(scope) ?? 0));
  }
  for (const { job, claims = [] } of jobs.values()) {
    const kept = claims.reduce((sum, { times }) => sum + times, 0);
    const given = counts.get(job) ?? 0;
    if (kept !== given) {
      faults.push(
        `job ${job} has ${String(kept)} claims at the app, which answered ${String(given)} as new ones`,
      );
    }
  }
  for (const [scope, fence] of scopes) {
    const text = memory.rows.get(`scope ${scope}`);
    const standing = text && fromStored('scope', scope, JSON.parse(text)).fence;
    if (standing === fence) continue;
    faults.push(`${scope} stands at fence ${String(standing)}, its claims at ${String(fence)}`);
  }
  return faults;
}

/** How many of the claims had been answered before. */
export const repeatedClaims = (granted: readonly GrantedClaim[]): number =>
  granted.length - new Set(granted.map(({ job, requestId }) => `${job} ${requestId}`)).size;
