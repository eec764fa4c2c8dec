/** The workflow that a project gets, made from the transition table: nobody writes it twice. */
import { STATUS_ORDER, STATUSES } from './status';
import type { Status, StatusCategory } from './status';
import { MACHINE_TRANSITIONS, PERSON_TRANSITIONS, repairTo, TRANSITIONS } from './transitions';
import type { Action, Transition } from './transitions';

export interface TemplateStatus {
  readonly status: Status;
  readonly name: string;
  readonly category: StatusCategory;
}

export interface TemplateTransition {
  /** Jira's transition id: chosen by us, so that the app can perform it without asking. */
  readonly id: string;
  readonly action: Action;
  readonly name: string;
  /** Empty: from any status. */
  readonly from: readonly Status[];
  readonly to: Status;
  /** A machine's transition is closed to people; a person's has a recorder. */
  readonly by: 'person' | 'app';
  /** A screen asks for a reason. */
  readonly reason: boolean;
}

export interface WorkflowTemplate {
  readonly statuses: readonly TemplateStatus[];
  readonly transitions: readonly TemplateTransition[];
}

const FIRST_PERSON_ID = 11;
const FIRST_MACHINE_ID = 101;
const FIRST_REPAIR_ID = 201;

/** Statuses that some transition enters or leaves, and every transition with the way back to each. */
export function workflowTemplate(): WorkflowTemplate {
  const statuses = STATUS_ORDER.filter(isUsed);
  return {
    statuses: statuses.map((status) => ({
      status,
      name: STATUSES[status].en,
      category: STATUSES[status].category,
    })),
    transitions: [
      ...PERSON_TRANSITIONS.map((row, index) => fromRow(row, FIRST_PERSON_ID + index)),
      ...MACHINE_TRANSITIONS.map((row, index) => fromRow(row, FIRST_MACHINE_ID + index)),
      ...statuses.map((status, index) => repair(status, FIRST_REPAIR_ID + index)),
    ],
  };
}

const isUsed = (status: Status): boolean =>
  TRANSITIONS.some((row) => row.to === status || row.from.includes(status));

const fromRow = (row: Transition, id: number): TemplateTransition => ({
  id: String(id),
  action: row.action,
  name: row.name,
  from: row.from,
  to: row.to,
  by: row.by,
  reason: row.reason ?? false,
});

const repair = (status: Status, id: number): TemplateTransition => ({
  id: String(id),
  action: repairTo(status),
  name: `Interlock: to ${STATUSES[status].en}`,
  from: [],
  to: status,
  by: 'app',
  reason: false,
});
