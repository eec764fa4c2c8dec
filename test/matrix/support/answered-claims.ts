/** The claims that the app has answered: each new one that gets its job raises the fence once, one that comes again never. */
import { fromStored } from '#forge/entities';
import { ClaimAnswer, ClaimData, Envelope } from '#wire/agent';
import type { MemoryStore } from '../../support/memory-store';
import { stored } from './compare-records';

export interface AnsweredClaim {
  readonly job: string;
  readonly requestId: string;
  /** Null where the claim did not get the job: a late one may find that it has ended. */
  readonly fence: number | null;
}

/** What a message and its answer say of a claim; undefined where they are none. */
export function answeredClaim(message: string, answer: object): AnsweredClaim | undefined {
  const envelope = Envelope.safeParse(JSON.parse(message));
  if (!envelope.success || envelope.data.op !== 'claim') return undefined;
  const { job = '' } = envelope.data;
  const { requestId } = ClaimData.parse(envelope.data.data);
  const given = ClaimAnswer.safeParse(answer);
  return { job, requestId, fence: given.success ? given.data.fence : null };
}

/**
 * Where the fences are not what these claims make of them, in the order in which they were answered. How many there
 * are is not asked: on a busy machine a lease may be lost, and the job is claimed anew.
 */
export function fenceFaults(
  memory: MemoryStore,
  claims: readonly AnsweredClaim[],
): readonly string[] {
  const jobs = new Map(stored(memory, 'job').map((job) => [job.job, job] as const));
  const scopes = new Map<string, number>();
  const known = new Map<string, number>();
  const counts = new Map<string, number>();
  const faults: string[] = [];
  for (const { job, requestId, fence } of claims) {
    if (fence === null) continue;
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
  for (const { job, claims: recorded = [] } of jobs.values()) {
    const kept = recorded.reduce((sum, { times }) => sum + times, 0);
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

/** How many of the claims had been answered before, with the job or without. */
export const repeatedClaims = (claims: readonly AnsweredClaim[]): number =>
  claims.length - new Set(claims.map(({ job, requestId }) => `${job} ${requestId}`)).size;
