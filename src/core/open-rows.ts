/** Which of the rows that leave a status are open to a release: of the ways back only the failed stage's. */
import type { RunStage } from './plan-step';
import type { Release } from './release';
import type { Status } from './status';
import { PERSON_TRANSITIONS } from './transitions';
import type { PersonAction, PersonTransition } from './transitions';

/** The action that takes up a failed stage again. */
export const RETRY_OF = {
  SQL: 'retry-sql',
  CONFIG: 'retry-config',
  CODE: 'retry-code',
  VERIFY: 'retry-verification',
  ROLLBACK: 'retry-rollback',
} as const satisfies Record<RunStage, PersonAction>;

/** The stage that an action takes up again; undefined for any other action. */
export function retriedBy(action: PersonAction): RunStage | undefined {
  const stages: readonly RunStage[] = ['SQL', 'CONFIG', 'CODE', 'VERIFY', 'ROLLBACK'];
  return stages.find((stage) => RETRY_OF[stage] === action);
}

/** Whether the row leaves the release's status and fits to what has failed there. */
export function isOpen(row: PersonTransition, release: Release): boolean {
  if (!row.from.includes(release.status)) return false;
  const failed = release.failure?.stage;
  const retried = retriedBy(row.action);
  if (retried !== undefined) return failed === undefined || failed === retried;
  if (row.action === 'roll-back') return failed !== 'ROLLBACK';
  const isHandwork = row.action === 'confirm-config' || row.action === 'report-config-failed';
  return !isHandwork || release.handworkLeft;
}

/** The person's row that leads a release from one status to another, if there is one. */
export const personRowBetween = (
  from: Status,
  to: Status,
  release: Release,
): PersonTransition | undefined => {
  const rows = PERSON_TRANSITIONS.filter(
    (row) => row.from.includes(from) && row.to === to && from !== to,
  );
  return rows.find((row) => isOpen(row, release)) ?? rows[0];
};
