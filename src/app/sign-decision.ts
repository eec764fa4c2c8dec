/** The gate's decision about a job, checked afresh and signed with the installation's key. */
import { openStep } from '#core/approvals';
import { canonicalText } from '#core/canonical';
import type { Release } from '#core/release';
import { DECISION_VALID_SECONDS } from '#wire/agent';
import type { GateDecision, SignedDecision } from '#wire/agent';
import type { JobRecord } from '#wire/records';
import { decisionText } from '#wire/signature';
import type { Ports } from './ports';
import { loadSettings } from './world';

/** The release that waits for this job, if its gate still stands; undefined otherwise. */
export async function gateStands(ports: Ports, job: JobRecord): Promise<Release | undefined> {
  const record = await ports.store.get('release', job.issueId);
  const release = record?.state;
  if (release?.run?.job !== job.job || release.planDigest !== job.planDigest) return undefined;
  const { policy } = await loadSettings(ports.store, job.project);
  return openStep(release, policy) ? undefined : release;
}

/** Signs that this agent may perform this plan, under this fence, for a while. */
export async function signDecision(
  ports: Ports,
  job: JobRecord,
  release: Release,
): Promise<SignedDecision> {
  const { policy } = await loadSettings(ports.store, job.project);
  const decision: GateDecision = {
    v: 1,
    aud: ports.audience,
    agent: job.agent ?? '',
    job: job.job,
    fence: job.fence,
    issueId: job.issueId,
    environment: job.environment,
    stage: job.stage,
    planDigest: job.planDigest,
    policyVersion: policy.version,
    approvals: release.approvals.map(({ accountId, step }) => ({ accountId, step })),
    validUntil: ports.clock.now() + DECISION_VALID_SECONDS,
  };
  const text = canonicalText(decision);
  return { text, signature: await ports.crypto.signAsApp(decisionText(text)) };
}
