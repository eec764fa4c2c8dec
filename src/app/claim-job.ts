/** An agent claims a job: exactly one gets it, with a fence higher than any before. */
import { decideClaim, withClaim } from '#core/job';
import { reaches } from '#core/reach';
import { LEASE_SECONDS, TAKEOVER_GRACE_SECONDS } from '#wire/agent';
import type { ClaimAnswer, ClaimData } from '#wire/agent';
import type { JobRecord, ScopeRecord } from '#wire/records';
import { gone, ok, taken } from './agent-answer';
import type { AgentAnswer } from './agent-answer';
import { checkpointOf } from './checkpoints';
import { ATTEMPTS_MAX, TooMuchContention } from './errors';
import type { AgentCall } from './agent-call';
import { workplaceOfJob } from './offer-job';
import { isOfClaim, lost } from './owned-job';
import { placesOf } from './ports';
import type { Change, Ports } from './ports';
import { gateStands, signDecision } from './sign-decision';
import { spoken } from './spoken-version';

/** The gate is asked once more: a release that was aborted or lost its approvals gives no job. */
export async function claimJob(ports: Ports, call: AgentCall<ClaimData>): Promise<AgentAnswer> {
  const jobId = call.envelope.job;
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
    const now = ports.clock.now();
    const job = jobId === undefined ? undefined : await ports.store.get('job', jobId);
    if (!job || !reaches(call.agent, workplaceOfJob(job))) return gone(now);
    const release = await gateStands(ports, job);
    if (!release || job.stop !== undefined) return over(ports, call, job);

    const mustSkip = job.stage === 'SQL' && release.doneStatements.length > 0;
    if (mustSkip && call.data.skipsDone !== true) return taken(now, SKIPS_NOTHING);

    const scopes = await readScopes(ports, job);
    const decision = decideClaim(job, {
      agentId: call.agent.agentId,
      requestId: call.data.requestId,
      now,
      graceSeconds: TAKEOVER_GRACE_SECONDS,
      highestFence: Math.max(job.fence, ...scopes.map(({ record }) => record.fence)),
    });
    if (decision.kind === 'taken') return taken(now, takenWords(job));
    if (decision.kind === 'gone') return over(ports, call, job);
    if (decision.kind === 'repeated')
      return isOfClaim(call, job) ? answer(ports, call, job, release) : lost(now, call, job);

    const claimed: JobRecord = {
      ...job,
      version: job.version + 1,
      status: 'running',
      agent: call.agent.agentId,
      requestId: call.data.requestId,
      boot: call.envelope.boot,
      fence: decision.fence,
      leaseUntil: now + LEASE_SECONDS,
      claims: withClaim(job.claims ?? [], {
        agent: call.agent.agentId,
        name: call.agent.name,
        fence: decision.fence,
        at: now,
      }),
    };
    const changes = [
      setJob(claimed, job.version),
      ...scopes.map((scope) => raiseFence(scope, decision.fence)),
    ];
    if ((await ports.store.transact(changes)) === 'done')
      return answer(ports, call, claimed, release);
  }
  throw new TooMuchContention(`Job ${jobId ?? ''}`);
}

/** An agent that worked on the job may have died of the answer to its finish: the checkpoint comes once more. */
async function over(
  ports: Ports,
  { agent }: AgentCall<ClaimData>,
  { claims = [], issueId }: JobRecord,
): Promise<AgentAnswer> {
  const isFormer = claims.some((claim) => claim.agent === agent.agentId);
  return gone(ports.clock.now(), isFormer ? await checkpointOf(ports, issueId) : undefined);
}

/** Whoever wants the job sees whom to look at, and how long to wait. */
const takenWords = ({ job, agent, claims = [] }: JobRecord): string =>
  `Agent ${claims.at(-1)?.name ?? agent ?? ''} works on job ${job}; another agent gets it once nothing was heard from that one for ${String(LEASE_SECONDS + TAKEOVER_GRACE_SECONDS)} seconds.`;

/** An agent of yesterday would run a statement again that a person has called done. */
const SKIPS_NOTHING =
  'A person has called a statement of this release done, and this version of the agent would run it again; update the agent.';

interface KnownScope {
  readonly scope: string;
  readonly record: ScopeRecord;
}

/** The scopes exist since the release was started: it holds them. */
async function readScopes({ store }: Ports, job: JobRecord): Promise<readonly KnownScope[]> {
  const found = await store.getMany(placesOf('scope', job.scopes));
  return job.scopes.map((scope) => {
    const record = found.get('scope', scope);
    if (!record) throw new Error(`Job ${job.job} changes ${scope}, which was never taken.`);
    return { scope, record };
  });
}

const raiseFence = ({ scope, record }: KnownScope, fence: number): Change => ({
  type: 'set',
  entity: 'scope',
  key: scope,
  record: { ...record, version: record.version + 1, fence },
  expect: record.version,
});

const setJob = (record: JobRecord, expect: number): Change => ({
  type: 'set',
  entity: 'job',
  key: record.job,
  record,
  expect,
});

async function answer(
  ports: Ports,
  { data }: AgentCall<ClaimData>,
  job: JobRecord,
  release: Parameters<typeof signDecision>[2],
): Promise<AgentAnswer> {
  const body: ClaimAnswer = {
    now: ports.clock.now(),
    job: job.job,
    stage: job.stage,
    environment: job.environment,
    planDigest: job.planDigest,
    scopes: job.scopes,
    fence: job.fence,
    lastSeq: job.lastSeq,
    leaseSeconds: Math.max(0, job.leaseUntil - ports.clock.now()),
    decision: await signDecision(ports, job, release),
    ...spoken(data.speaks),
  };
  return ok(body);
}
