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

const person = (
  action: PersonAction,
  name: string,
  from: readonly Status[],
  to: Status,
  who: Who,
): PersonTransition => ({ action, name, from, to, by: 'person', who });

const asking = (...row: Parameters<typeof person>): PersonTransition => ({
  ...person(...row),
  reason: true,
});

/** A click on the page or in Jira. */
export const PERSON_TRANSITIONS: readonly PersonTransition[] = [
  person('submit', 'Submit', ['draft'], 'awaiting-approval', 'editor'),
  person('approve', 'Approve', ['awaiting-approval'], 'awaiting-approval', 'approver'),
  asking('reject', 'Reject', ['awaiting-approval'], 'draft', 'any-approver'),
  person('start', 'Start', ['ready'], 'sql-pending', 'starter'),
  person('submit-sql', 'Submit SQL', ['sql-pending'], 'sql-executing', 'sql-runner'),
  person(
    'confirm-config',
    'Confirm config',
    ['config-executing'],
    'code-executing',
    'config-applier',
  ),
  asking(
    'report-config-failed',
    'Report config failed',
    ['config-executing'],
    'fix-pending',
    'config-applier',
  ),
  person('retry-sql', 'Retry SQL', ['fix-pending'], 'sql-pending', 'starter'),
  person('retry-config', 'Retry config', ['fix-pending'], 'config-executing', 'starter'),
  person('retry-code', 'Retry code', ['fix-pending'], 'code-executing', 'starter'),
  person('retry-verification', 'Retry verification', ['fix-pending'], 'verifying', 'starter'),
  person('retry-rollback', 'Retry rollback', ['fix-pending'], 'rolling-back', 'leader'),
  asking(
    'roll-back',
    'Roll back',
    ['fix-pending', 'deployed', 'released'],
    'rolling-back',
    'leader',
  ),
  person('promote', 'Promote', ['deployed'], 'awaiting-approval', 'leader-or-tester'),
  person('complete', 'Complete', ['deployed'], 'released', 'leader'),
  person('iterate', 'Iterate', ['deployed', 'fix-pending', 'rolled-back'], 'draft', 'editor'),
  asking(
    'abort',
    'Abort',
    ['draft', 'awaiting-approval', 'ready', 'sql-pending', 'fix-pending'],
    'aborted',
    'leader',
  ),
];

const app = (action: MachineAction, name: string, from: Status, to: Status): MachineTransition => ({
  action,
  name,
  from: [from],
  to,
  by: 'app',
});

/** Performed by the app's account, and closed to people. */
export const MACHINE_TRANSITIONS: readonly MachineTransition[] = [
  app('approved', 'Approved', 'awaiting-approval', 'ready'),
  app('content-changed', 'Content changed', 'ready', 'awaiting-approval'),
  app('script-rejected', 'Script rejected', 'sql-pending', 'fix-pending'),
  app('no-sql', 'No SQL', 'sql-pending', 'config-executing'),
  app('sql-succeeded', 'SQL succeeded', 'sql-executing', 'config-executing'),
  app('sql-failed', 'SQL failed', 'sql-executing', 'fix-pending'),
  app('no-config', 'No config', 'config-executing', 'code-executing'),
  app('config-applied', 'Config applied', 'config-executing', 'code-executing'),
  app('config-failed', 'Config failed', 'config-executing', 'fix-pending'),
  app('no-code', 'No code', 'code-executing', 'verifying'),
  app('code-succeeded', 'Code succeeded', 'code-executing', 'verifying'),
  app('code-failed', 'Code failed', 'code-executing', 'fix-pending'),
  app('verified', 'Verified', 'verifying', 'deployed'),
  app('not-verified', 'Not verified', 'verifying', 'fix-pending'),
  app('rolled-back', 'Rolled back', 'rolling-back', 'rolled-back'),
  app('rollback-failed', 'Rollback failed', 'rolling-back', 'fix-pending'),
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
