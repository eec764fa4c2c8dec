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
      return open !== undefined && maySignStep(open.step, person, leadersIn(world));
    }
    case 'any-approver':
      return stepsOf(release, world.policy).some((step) =>
        maySignStep(step, person, leadersIn(world)),
      );
    case 'starter':
    case 'leader':
    case 'leader-or-tester':
    case 'sql-runner':
    case 'config-applier':
      return permitted(row, release, world).includes(person.accountId);
  }
}

/** Why this person may not say what became of unknown work; undefined when they may. */
export function refuseAnswer(
  person: Person,
  release: Release,
  world: { readonly policy: Policy; readonly sites: readonly Site[] },
): Refusal | undefined {
  const isSql = release.run?.stage === 'SQL';
  const people = [...starters(release, world), ...(isSql ? sqlRunners(release, world.policy) : [])];
  if (people.includes(person.accountId)) return undefined;
  return {
    why: 'person-may-not',
    wanted: 'Answering the question',
    who: isSql ? 'sql-runner' : 'starter',
    environment: release.environment,
  };
}

/** The account ids that may perform a row which is not open to editors or approvers. */
export function permitted(
  row: PersonTransition,
  release: Release,
  world: { readonly policy: Policy; readonly sites: readonly Site[] },
): readonly string[] {
  const leaders = leadersIn(world);
  const { testers, operators } = world.policy;
  switch (row.who) {
    case 'leader':
      return leaders.length === 0 || release.content === null
        ? [...leaders, release.reporter]
        : leaders;
    case 'leader-or-tester':
      return [...leaders, ...testers];
    case 'starter':
      return starters(release, world);
    case 'sql-runner':
      return sqlRunners(release, world.policy);
    case 'config-applier':
      return [...operators, ...leaders];
    case 'editor':
    case 'approver':
    case 'any-approver':
      return [];
  }
}

/** The leaders of the release's sites; operations lead what has no site. */
export function leadersIn(world: {
  readonly policy: Policy;
  readonly sites: readonly Site[];
}): readonly string[] {
  return world.sites.length === 0 ? world.policy.operators : world.sites.flatMap(leadersOf);
}

/** Why this person may not judge a script; undefined when they may. */
export function refuseReview(
  person: Person,
  release: Release,
  { policy }: { readonly policy: Policy },
): Refusal | undefined {
  if (isImplementer(release, person.accountId)) return { why: 'implementer-reviews' };
  if (policy.dbas.includes(person.accountId)) return undefined;
  return {
    why: 'person-may-not',
    wanted: 'Reviewing SQL',
    who: 'dba',
    environment: release.environment,
  };
}

function starters(
  release: Release,
  world: { readonly policy: Policy; readonly sites: readonly Site[] },
): readonly string[] {
  const leaders = leadersIn(world);
  return testersStart(release, world.policy) ? [...leaders, ...world.policy.testers] : leaders;
}

function sqlRunners(release: Release, policy: Policy): readonly string[] {
  const { testers, dbas, operators } = policy;
  return [...dbas, ...operators, ...(testersStart(release, policy) ? testers : [])];
}

function testersStart(release: Release, policy: Policy): boolean {
  const environment =
    release.environment === null ? undefined : environmentOf(policy, release.environment);
  return environment?.starters === 'testers';
}
