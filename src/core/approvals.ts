/** Which approvals a release has, which it lacks, and which step a person may fill. */
import type { Person } from './facts';
import { environmentOf } from './policy';
import type { ApprovalStep, Policy } from './policy';
import type { Approval, Release } from './release';

export interface StepProgress {
  readonly step: ApprovalStep;
  readonly have: number;
}

/** The approvals of the environment's policy, each with the number that binds the present plan. */
export const approvalProgress = (release: Release, policy: Policy): readonly StepProgress[] =>
  stepsOf(release, policy).map((step) => ({ step, have: countFor(release, step) }));

/** The first step that is not met; undefined when all are. */
export const openStep = (release: Release, policy: Policy): StepProgress | undefined =>
  approvalProgress(release, policy).find(({ step, have }) => have < step.count);

/** Whether the release was started, and every approval that was asked for then is given. */
export const isApproved = (release: Release): boolean =>
  release.terms?.approvals.every((step) => countFor(release, step) >= step.count) ?? false;

/**
 * What the policy asks for in the release's environment, or asked when it was started there; nothing is
 * asked where there is no such environment.
 */
export function stepsOf(release: Release, policy: Policy): readonly ApprovalStep[] {
  if (release.terms !== null) return release.terms.approvals;
  const environment =
    release.environment === null ? undefined : environmentOf(policy, release.environment);
  return environment?.approvals ?? [];
}

/** Reporter and editors: they never approve what they made. */
export const isImplementer = (release: Release, accountId: string): boolean =>
  release.reporter === accountId || release.editors.includes(accountId);

/** The person's approval of the present plan: one person counts once, whatever the steps are. */
export const approvalBy = (release: Release, accountId: string): Approval | undefined =>
  release.approvals.find(
    (approval) => approval.accountId === accountId && approval.planDigest === release.planDigest,
  );

/** Whether the person is among those whom the step asks. */
export function maySignStep(
  step: ApprovalStep,
  person: Person,
  leaders: readonly string[],
): boolean {
  switch (step.from.kind) {
    case 'leaders':
      return leaders.includes(person.accountId);
    case 'accounts':
      return step.from.accountIds.includes(person.accountId);
    case 'group':
      return person.groupIds.includes(step.from.groupId);
  }
}

/** Whoever became an implementer after approving counts no more. */
function countFor(release: Release, step: ApprovalStep): number {
  const valid = release.approvals.filter(
    ({ step: label, planDigest, accountId }) =>
      label === step.label &&
      planDigest === release.planDigest &&
      !isImplementer(release, accountId),
  );
  return new Set(valid.map((approval) => approval.accountId)).size;
}
