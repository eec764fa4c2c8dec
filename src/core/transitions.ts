/**
 * The one transition table: from it come the workflow in Jira, the rules of the machine, and what
 * the pages say. A row has one target, because a Jira transition has one.
 *
 * It holds the rows of a release that carries code only; the rows of SQL, configuration, grayscale
 * and rollback join it with the stages that perform them.
 */
import type { Status } from './status';

export type PersonAction =
  | 'submit'
  | 'approve'
  | 'reject'
  | 'start'
  | 'retry-code'
  | 'retry-verification'
  | 'promote'
  | 'complete'
  | 'iterate'
  | 'abort';

export type MachineAction =
  | 'approved'
  | 'content-changed'
  | 'no-sql'
  | 'no-config'
  | 'code-succeeded'
  | 'code-failed'
  | 'verified'
  | 'not-verified';

/** `repair-ready` is the app's way back to Ready, from wherever the issue was dragged. */
export type RepairAction = `repair-${Status}`;

export type Action = PersonAction | MachineAction | RepairAction;

/** Who may perform a person's row: judged over the policy and the leaders of the release's sites. */
export type Who =
  | 'editor'
  /** The approvers of the step that is due. */
  | 'approver'
  /** The approvers of any step of the environment. */
  | 'any-approver'
  | 'starter'
  | 'leader'
  | 'leader-or-tester';

interface Row<ActionName extends string> {
  readonly action: ActionName;
  /** The words on Jira's button. */
  readonly name: string;
  readonly from: readonly Status[];
  readonly to: Status;
  /** The transition screen asks for a reason. */
  readonly reason?: boolean;
}

export interface PersonTransition extends Row<PersonAction> {
  readonly by: 'person';
  readonly who: Who;
}

export interface MachineTransition extends Row<MachineAction> {
  readonly by: 'app';
}

export type Transition = PersonTransition | MachineTransition;

export const PERSON_TRANSITIONS: readonly PersonTransition[] = [
  {
    action: 'submit',
    name: 'Submit',
    from: ['draft'],
    to: 'awaiting-approval',
    by: 'person',
    who: 'editor',
  },
  {
    action: 'approve',
    name: 'Approve',
    from: ['awaiting-approval'],
    to: 'awaiting-approval',
    by: 'person',
    who: 'approver',
  },
  {
    action: 'reject',
    name: 'Reject',
    from: ['awaiting-approval'],
    to: 'draft',
    by: 'person',
    who: 'any-approver',
    reason: true,
  },
  {
    action: 'start',
    name: 'Start',
    from: ['ready'],
    to: 'sql-pending',
    by: 'person',
    who: 'starter',
  },
  {
    action: 'retry-code',
    name: 'Retry code',
    from: ['fix-pending'],
    to: 'code-executing',
    by: 'person',
    who: 'starter',
  },
  {
    action: 'retry-verification',
    name: 'Retry verification',
    from: ['fix-pending'],
    to: 'verifying',
    by: 'person',
    who: 'starter',
  },
  {
    action: 'promote',
    name: 'Promote',
    from: ['deployed'],
    to: 'awaiting-approval',
    by: 'person',
    who: 'leader-or-tester',
  },
  {
    action: 'complete',
    name: 'Complete',
    from: ['deployed'],
    to: 'released',
    by: 'person',
    who: 'leader',
  },
  {
    action: 'iterate',
    name: 'Iterate',
    from: ['deployed', 'fix-pending'],
    to: 'draft',
    by: 'person',
    who: 'editor',
  },
  {
    action: 'abort',
    name: 'Abort',
    from: ['draft', 'awaiting-approval', 'ready', 'sql-pending', 'fix-pending'],
    to: 'aborted',
    by: 'person',
    who: 'leader',
    reason: true,
  },
];

export const MACHINE_TRANSITIONS: readonly MachineTransition[] = [
  { action: 'approved', name: 'Approved', from: ['awaiting-approval'], to: 'ready', by: 'app' },
  {
    action: 'content-changed',
    name: 'Content changed',
    from: ['ready'],
    to: 'awaiting-approval',
    by: 'app',
  },
  { action: 'no-sql', name: 'No SQL', from: ['sql-pending'], to: 'config-executing', by: 'app' },
  {
    action: 'no-config',
    name: 'No config',
    from: ['config-executing'],
    to: 'code-executing',
    by: 'app',
  },
  {
    action: 'code-succeeded',
    name: 'Code succeeded',
    from: ['code-executing'],
    to: 'verifying',
    by: 'app',
  },
  {
    action: 'code-failed',
    name: 'Code failed',
    from: ['code-executing'],
    to: 'fix-pending',
    by: 'app',
  },
  { action: 'verified', name: 'Verified', from: ['verifying'], to: 'deployed', by: 'app' },
  {
    action: 'not-verified',
    name: 'Not verified',
    from: ['verifying'],
    to: 'fix-pending',
    by: 'app',
  },
];

/** Every row, persons first. */
export const TRANSITIONS: readonly Transition[] = [...PERSON_TRANSITIONS, ...MACHINE_TRANSITIONS];

/** The row of an action. */
export function transitionOf(action: PersonAction | MachineAction): Transition {
  const row = TRANSITIONS.find((transition) => transition.action === action);
  if (!row) throw new Error(`No row for the action ${action} in the transition table.`);
  return row;
}

/** The person's row that leads from one status to another, if there is one. */
export const personRowBetween = (from: Status, to: Status): PersonTransition | undefined =>
  PERSON_TRANSITIONS.find((row) => row.from.includes(from) && row.to === to && from !== to);

/** The action of the app's repair move to a status. */
export const repairTo = (status: Status): RepairAction => `repair-${status}`;
