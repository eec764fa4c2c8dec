/** Who may work on a job, and which of an agent's messages count. */

/** An agent that got a job, and how often it claimed it before the job ended or another agent got it. */
export interface JobClaim {
  readonly agent: string;
  /** As people call it. */
  readonly name: string;
  /** Name of the agent that had the job and fell silent; null where nobody had it. */
  readonly former: string | null;
  /** The fences of its first and of its last claim. */
  readonly fence: number;
  readonly lastFence: number;
  readonly times: number;
  /** Of its first claim, in epoch seconds. */
  readonly at: number;
}

/** A job that has come to so many agents one after the other waits for a person's answer. Its history takes them all in one segment. */
export const CLAIMS_MAX = 40;

/** The claims of a job with one more. */
export function withClaim(
  claims: readonly JobClaim[],
  claim: Pick<JobClaim, 'agent' | 'name' | 'fence' | 'at'>,
): JobClaim[] {
  const last = claims.at(-1);
  if (last?.agent === claim.agent) {
    const again = { ...last, lastFence: claim.fence, times: last.times + 1 };
    return [...claims.slice(0, -1), again];
  }
  const fresh = { ...claim, former: last?.name ?? null, lastFence: claim.fence, times: 1 };
  return [...claims, fresh];
}

/** A job as far as claims and messages are concerned. */
export interface ClaimableJob {
  readonly status: 'offered' | 'running' | 'finished';
  readonly agents: readonly string[];
  readonly agent: string | null;
  readonly requestId: string | null;
  readonly fence: number;
  /** Epoch seconds. */
  readonly leaseUntil: number;
  readonly claims?: readonly JobClaim[];
}

export interface ClaimRequest {
  readonly agentId: string;
  readonly requestId: string;
  /** Epoch seconds. */
  readonly now: number;
  /** How long after a lease's end nobody else may claim. */
  readonly graceSeconds: number;
  /** The highest fence among the scopes that the job changes. */
  readonly highestFence: number;
}

export type ClaimDecision =
  | { readonly kind: 'claimed'; readonly fence: number }
  /** The same request again: the same answer. */
  | { readonly kind: 'repeated'; readonly fence: number }
  | { readonly kind: 'taken' }
  | { readonly kind: 'gone' };

/** Decides a claim. A new owner's fence is higher than any that was ever given out for its scopes. */
export function decideClaim(job: ClaimableJob, request: ClaimRequest): ClaimDecision {
  if (job.status === 'finished') return { kind: 'gone' };
  if (!job.agents.includes(request.agentId)) return { kind: 'gone' };
  const owned = job.status === 'running' && job.agent === request.agentId;
  if (owned && job.requestId === request.requestId) return { kind: 'repeated', fence: job.fence };
  const free =
    job.status === 'offered' || owned || request.now >= job.leaseUntil + request.graceSeconds;
  if (free && !owned && (job.claims?.length ?? 0) >= CLAIMS_MAX) return { kind: 'gone' };
  return free ? { kind: 'claimed', fence: request.highestFence + 1 } : { kind: 'taken' };
}

export interface JobMessage {
  readonly agentId: string;
  readonly fence: number;
  readonly seq: number;
  /** SHA-256 of the message. */
  readonly digest: string;
}

export type MessageDecision =
  | { readonly kind: 'apply' }
  /** Applied before: answered again, without any effect. */
  | { readonly kind: 'repeat' }
  | { readonly kind: 'gap'; readonly expectedSeq: number }
  | { readonly kind: 'stale' };

/** Decides whether a report counts: from the owner, with its fence, and next in its row. */
export function decideMessage(
  job: ClaimableJob & { readonly lastSeq: number; readonly lastMessage: string | null },
  message: JobMessage,
): MessageDecision {
  if (job.agent !== message.agentId || job.fence !== message.fence) return { kind: 'stale' };
  if (message.seq < job.lastSeq) return { kind: 'repeat' };
  if (message.seq === job.lastSeq) {
    return job.lastMessage === message.digest ? { kind: 'repeat' } : { kind: 'stale' };
  }
  if (job.status !== 'running') return { kind: 'stale' };
  return message.seq === job.lastSeq + 1
    ? { kind: 'apply' }
    : { kind: 'gap', expectedSeq: job.lastSeq + 1 };
}
