/** Which approvals a release has, which it lacks, and which step a person may fill. */
import type { Person } from './facts';
import { environmentOf } from './policy';
import type { ApprovalStep, Policy } from './policy';
import type { Release } from './release';
import { leadersOf } from './site';
import type { Site } from './site';

export interface StepProgress {
  readonly step: ApprovalStep;
  readonly have: number;
}

/** The approvals of the environment's policy, each with the number that binds the present plan. */
export function approvalProgress(release: Release, policy: Policy): readonly StepProgress[] {
  const environment =
    release.environment === null ? undefined : environmentOf(policy, release.environment);
  return (environment?.approvals ?? []).map((step) => ({ step, have: countFor(release, step) }));
}

/** The first step that is not met; undefined when all are. */
export const openStep = (release: Release, policy: Policy): StepProgress | undefined =>
  approvalProgress(release, policy).find(({ step, have }) => have < step.count);

/** Reporter and editors: they never approve what they made. */
export const isImplementer = (release: Release, accountId: string): boolean =>
  release.reporter === accountId || release.editors.includes(accountId);

/** Whether the person is among those whom the step asks. */
export function maySignStep(step: ApprovalStep, person: Person, sites: readonly Site[]): boolean {
  switch (step.from.kind) {
    case 'leaders':
      return sites.some((site) => leadersOf(site).includes(person.accountId));
    case 'accounts':
      return step.from.accountIds.includes(person.accountId);
    case 'group':
      return person.groupIds.includes(step.from.groupId);
  }
}

function countFor(release: Release, step: ApprovalStep): number {
  const valid = release.approvals.filter(
    (approval) => approval.step === step.label && approval.planDigest === release.planDigest,
  );
  return new Set(valid.map((approval) => approval.accountId)).size;
}
