/** The installed workflow with the app's conditions, and an issue in it. */
import type { GateValue } from '#core/gate-field';
import { statusName } from '#core/status';
import type { Status } from '#core/status';
import { workflowTemplate } from '#core/workflow-template';
import type { TemplateTransition } from '#core/workflow-template';
import type { Issue, StatusChange } from '#app/ports';

export interface FakeIssue extends Issue {
  statusId: string;
  project: string;
  gate: GateValue | null;
  environment: string | null;
  /** The marks of the comments, in their order. */
  readonly comments: string[];
  /** Oldest first. */
  readonly changes: StatusChange[];
  updatedAt: number;
}

export const TEMPLATE = workflowTemplate();
export const ISSUE_TYPE = '10100';
export const REASON_FIELD = 'customfield_1';

/** Jira's id of a status, and back. */
export const statusIdOf = (status: Status): string => `jira-${status}`;
export const statusOf = (issue: FakeIssue): Status | undefined =>
  TEMPLATE.statuses.find(({ status }) => statusIdOf(status) === issue.statusId)?.status;

/** The conditions as the manifest writes them, over the gate field. */
export function conditionAgainst(
  { gate }: FakeIssue,
  { action, by }: TemplateTransition,
  { accountId, isApp }: { readonly accountId: string; readonly isApp: boolean },
): string | undefined {
  if (by === 'app') {
    return isApp && gate?.due.includes(action) === true ? undefined : 'only Interlock, when due';
  }
  const allowed = gate?.allow[action];
  const isAllowed = allowed?.includes('*') === true || allowed?.includes(`u:${accountId}`) === true;
  return isAllowed ? undefined : 'hidden from this person';
}

/** What a person reads on the issue. */
export const statusShown = (issue: FakeIssue): string => {
  const status = statusOf(issue);
  return status === undefined ? issue.statusId : statusName(status);
};
