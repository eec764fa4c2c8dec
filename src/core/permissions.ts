/** Who may perform which person's row, judged over the policy and the sites' leaders. */
import { approvalBy, isImplementer, maySignStep, openStep, stepsOf } from './approvals';
import type { Person } from './facts';
import { environmentOf } from './policy';
import type { Policy } from './policy';
import type { Refusal } from './refusal';
import type { Release } from './release';
import { leadersOf } from './site';
import type { Site } from './site';
import type { PersonTransition } from './transitions';

/** Why this person may not perform the row; undefined when they may. */
export function refusePerson(
  row: PersonTransition,
  person: Person,
  release: Release,
  world: { readonly policy: Policy; readonly sites: readonly Site[] },
): Refusal | undefined {
  if (!mayPerform(row, person, release, world)) {
    return {
      why: 'person-may-not',
      wanted: row.name,
      who: row.who,
      environment: release.environment,
    };
  }
  if (row.who !== 'approver') return undefined;
  if (isImplementer(release, person.accountId)) return { why: 'implementer' };
  const given = approvalBy(release, person.accountId);
  return given ? { why: 'approved-already', step: given.step } : undefined;
}

function mayPerform(
  row: PersonTransition,
  person: Person,
  release: Release,
  world: { readonly policy: Policy; readonly sites: readonly Site[] },
): boolean {
  switch (row.who) {
    case 'editor':
      return person.mayEdit;
    case 'approver': {
      const open = openStep(release, world.policy);
      return open !== undefined && maySignStep(open.step, person, world.sites);
    }
    case 'any-approver':
      return stepsOf(release, world.policy).some((step) => maySignStep(step, person, world.sites));
    case 'starter':
    case 'leader':
    case 'leader-or-tester':
      return permitted(row, release, world).includes(person.accountId);
  }
}

/** Why this person may not say what became of unknown work; undefined when they may. */
export function refuseAnswer(
  person: Person,
  release: Release,
  world: { readonly policy: Policy; readonly sites: readonly Site[] },
): Refusal | undefined {
  if (starters(release, world).includes(person.accountId)) return undefined;
  return {
    why: 'person-may-not',
    wanted: 'Answering the question',
    who: 'starter',
    environment: release.environment,
  };
}

/** The account ids that may perform a row which is not open to editors or approvers. */
export function permitted(
  row: PersonTransition,
  release: Release,
  world: { readonly policy: Policy; readonly sites: readonly Site[] },
): readonly string[] {
  const leaders = world.sites.flatMap(leadersOf);
  switch (row.who) {
    case 'leader':
      return [...leaders, ...(leaders.length === 0 ? [release.reporter] : [])];
    case 'leader-or-tester':
      return [...leaders, ...world.policy.testers];
    case 'starter':
      return starters(release, world);
    case 'editor':
    case 'approver':
    case 'any-approver':
      return [];
  }
}

function starters(
  release: Release,
  world: { readonly policy: Policy; readonly sites: readonly Site[] },
): readonly string[] {
  const leaders = world.sites.flatMap(leadersOf);
  return testersStart(release, world.policy) ? [...leaders, ...world.policy.testers] : leaders;
}

function testersStart(release: Release, policy: Policy): boolean {
  const environment =
    release.environment === null ? undefined : environmentOf(policy, release.environment);
  return environment?.starters === 'testers';
}
