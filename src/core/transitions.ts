/**
 * The one transition table: from it come the workflow in Jira, the rules of the machine, and what
 * the pages say. A row has one target, because a Jira transition has one.
 *
 * The rows of grayscale and of stopping join it with the acts that perform them.
 */
import type { Status } from './status';

export type PersonAction =
  | 'submit'
  | 'approve'
  | 'reject'
  | 'start'
  | 'submit-sql'
  | 'confirm-config'
  | 'report-config-failed'
  | 'retry-sql'
  | 'retry-config'
  | 'retry-code'
  | 'retry-verification'
  | 'retry-rollback'
  | 'roll-back'
  | 'promote'
  | 'complete'
  | 'iterate'
  | 'abort';

export type MachineAction =
  | 'approved'
  | 'content-changed'
  | 'script-rejected'
  | 'no-sql'
  | 'sql-succeeded'
  | 'sql-failed'
  | 'no-config'
  | 'config-applied'
  | 'config-failed'
  | 'no-code'
  | 'code-succeeded'
  | 'code-failed'
  | 'verified'
  | 'not-verified'
  | 'rolled-back'
  | 'rollback-failed';

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
  | 'leader-or-tester'
  | 'sql-runner'
  | 'config-applier';

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
    action: 'submit-sql',
    name: 'Submit SQL',
    from: ['sql-pending'],
    to: 'sql-executing',
    by: 'person',
    who: 'sql-runner',
  },
  {
    action: 'confirm-config',
    name: 'Confirm config',
    from: ['config-executing'],
    to: 'code-executing',
    by: 'person',
    who: 'config-applier',
  },
  {
    action: 'report-config-failed',
    name: 'Report config failed',
    from: ['config-executing'],
    to: 'fix-pending',
    by: 'person',
    who: 'config-applier',
    reason: true,
  },
  {
    action: 'retry-sql',
    name: 'Retry SQL',
    from: ['fix-pending'],
    to: 'sql-pending',
    by: 'person',
    who: 'starter',
  },
  {
    action: 'retry-config',
    name: 'Retry config',
    from: ['fix-pending'],
    to: 'config-executing',
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
    action: 'retry-rollback',
    name: 'Retry rollback',
    from: ['fix-pending'],
    to: 'rolling-back',
    by: 'person',
    who: 'leader',
  },
  {
    action: 'roll-back',
    name: 'Roll back',
    from: ['fix-pending', 'deployed', 'released'],
    to: 'rolling-back',
    by: 'person',
    who: 'leader',
    reason: true,
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
    from: ['deployed', 'fix-pending', 'rolled-back'],
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
  {
    action: 'script-rejected',
    name: 'Script rejected',
    from: ['sql-pending'],
    to: 'fix-pending',
    by: 'app',
  },
  { action: 'no-sql', name: 'No SQL', from: ['sql-pending'], to: 'config-executing', by: 'app' },
  {
    action: 'sql-succeeded',
    name: 'SQL succeeded',
    from: ['sql-executing'],
    to: 'config-executing',
    by: 'app',
  },
  {
    action: 'sql-failed',
    name: 'SQL failed',
    from: ['sql-executing'],
    to: 'fix-pending',
    by: 'app',
  },
  {
    action: 'no-config',
    name: 'No config',
    from: ['config-executing'],
    to: 'code-executing',
    by: 'app',
  },
  {
    action: 'config-applied',
    name: 'Config applied',
    from: ['config-executing'],
    to: 'code-executing',
    by: 'app',
  },
  {
    action: 'config-failed',
    name: 'Config failed',
    from: ['config-executing'],
    to: 'fix-pending',
    by: 'app',
  },
  { action: 'no-code', name: 'No code', from: ['code-executing'], to: 'verifying', by: 'app' },
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
  {
    action: 'rolled-back',
    name: 'Rolled back',
    from: ['rolling-back'],
    to: 'rolled-back',
    by: 'app',
  },
  {
    action: 'rollback-failed',
    name: 'Rollback failed',
    from: ['rolling-back'],
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

/** The action of the app's repair move to a status. */
export const repairTo = (status: Status): RepairAction => `repair-${status}`;
