/** The gate's decision about a job, checked afresh and signed with the installation's key. */
import { isApproved } from '#core/approvals';
import { canonicalText } from '#core/canonical';
import type { Release } from '#core/release';
import { DECISION_VALID_SECONDS } from '#wire/agent';
import type { GateDecision, SignedDecision } from '#wire/agent';
import type { JobRecord } from '#wire/records';
import { decisionText } from '#wire/signature';
import type { Ports } from './ports';

/** The release that waits for this job, if its gate still stands; undefined otherwise. */
export async function gateStands(ports: Ports, job: JobRecord): Promise<Release | undefined> {
  const record = await ports.store.get('release', job.issueId);
  const release = record?.state;
  if (release?.run?.job !== job.job || release.planDigest !== job.planDigest) return undefined;
  return isApproved(release) ? release : undefined;
}

/** Signs that this agent may perform this plan, under this fence, for a while. */
export async function signDecision(
  ports: Ports,
  job: JobRecord,
  release: Release,
): Promise<SignedDecision> {
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
    policyVersion: release.terms?.policyVersion ?? 0,
    approvals: release.approvals.map(({ accountId, step }) => ({ accountId, step })),
    ...(job.stage === 'SQL' && {
      doneStatements: [...release.doneStatements],
      answeredStatements: [...release.answeredStatements],
    }),
    validUntil: ports.clock.now() + DECISION_VALID_SECONDS,
  };
  const text = canonicalText(decision);
  return { text, signature: await ports.crypto.signAsApp(decisionText(text)) };
}
