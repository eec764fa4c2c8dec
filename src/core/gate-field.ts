/** The value of the read-only field *Interlock gate*, over which Jira's conditions are evaluated. */
import { approvalBy, isImplementer, openStep, stepsOf } from './approvals';
import type { ApprovalStep, Policy } from './policy';
import { isOpen } from './open-rows';
import { leadersIn, permitted } from './permissions';
import type { Release } from './release';
import type { Site } from './site';
import { PERSON_TRANSITIONS } from './transitions';
import type { PersonTransition } from './transitions';

/** Anybody may see the transition; the validator and the post-function judge. */
export const ANYBODY = '*';

/** Most accounts that are listed for one action, and most letters of them; beyond it the field says anybody, to stay below 8 KB. */
const GATE_ACCOUNTS_MAX = 20;
const GATE_LIST_MAX_CHARS = 1_500;

export interface GateValue {
  /** Epoch seconds until which the value holds at the most. */
  readonly until: number;
  /** The app's own moves that are due, in their order. */
  readonly due: readonly string[];
  /** Per person's action: `u:<account id>` of everyone who may, or `*`. */
  readonly allow: Readonly<Record<string, readonly string[]>>;
}

/** How long a gate value holds when nothing changes. */
export const GATE_VALID_SECONDS = 24 * 3600;

/** The value of the field for a release that stands where it does. */
export function gateValue(
  release: Release,
  due: readonly string[],
  world: { readonly policy: Policy; readonly sites: readonly Site[]; readonly now: number },
): GateValue {
  const open = PERSON_TRANSITIONS.filter((row) => isOpen(row, release));
  const allow = Object.fromEntries(open.map((row) => [row.action, visibleTo(row, release, world)]));
  return { until: world.now + GATE_VALID_SECONDS, due, allow };
}

function visibleTo(
  row: PersonTransition,
  release: Release,
  world: { readonly policy: Policy; readonly sites: readonly Site[] },
): readonly string[] {
  // Jira's own permissions say who may edit; the post-function asks them again.
  if (row.who === 'editor') return [ANYBODY];
  const accounts =
    row.who === 'approver' || row.who === 'any-approver'
      ? approvers(row.who, release, world)
      : permitted(row, release, world);
  if (accounts === 'anybody') return [ANYBODY];
  const listed = [...new Set(accounts)].map((accountId) => `u:${accountId}`);
  const isLong = listed.length > GATE_ACCOUNTS_MAX || listed.join().length > GATE_LIST_MAX_CHARS;
  return isLong ? [ANYBODY] : listed;
}

/** Whoever made the release or has approved it already sees no Approve. */
function approvers(
  who: 'approver' | 'any-approver',
  release: Release,
  world: { readonly policy: Policy; readonly sites: readonly Site[] },
): readonly string[] | 'anybody' {
  const due = openStep(release, world.policy)?.step;
  const steps = who === 'any-approver' ? stepsOf(release, world.policy) : due ? [due] : [];
  if (steps.some((step) => step.from.kind === 'group')) return 'anybody';
  const signers = steps.flatMap((step) => namedSigners(step, leadersIn(world)));
  return who === 'any-approver'
    ? signers
    : signers.filter(
        (accountId) => !isImplementer(release, accountId) && !approvalBy(release, accountId),
      );
}

/** The accounts that a step names; nobody knows a group's here. */
function namedSigners(step: ApprovalStep, leaders: readonly string[]): readonly string[] {
  switch (step.from.kind) {
    case 'leaders':
      return leaders;
    case 'accounts':
      return step.from.accountIds;
    case 'group':
      return [];
  }
}
