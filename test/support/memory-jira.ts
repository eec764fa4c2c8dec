/** The Jira port in memory: the workflow that the template asks for, with our rules on it, comments, fields and a changelog. */
import type { Comment } from '#core/jira-moves';
import type { GateValue } from '#core/gate-field';
import { ANYBODY } from '#core/gate-field';
import type { Status } from '#core/status';
import { workflowTemplate } from '#core/workflow-template';
import type { TemplateTransition } from '#core/workflow-template';
import type { Click } from '#app/apply-transition';
import type { TransitionAnswer, TransitionQuestion } from '#app/check-transition';
import type { Issue, Jira, StatusChange } from '#app/ports';

export interface MemoryIssue {
  readonly id: string;
  readonly key: string;
  readonly project: string;
  issueTypeId: string;
  statusId: string;
  reporter: string | null;
  gate: GateValue | null;
  environment: string | null;
  /** Newest first. */
  readonly changes: StatusChange[];
  readonly comments: { readonly mark: string; readonly comment: Comment }[];
}

/** What became of a person's click; `click` is what the post-function would tell. */
export type Clicked =
  | { readonly kind: 'moved'; readonly click: Click }
  | { readonly kind: 'hidden' }
  | { readonly kind: 'refused'; readonly sentence: string };

type Method = keyof Jira;

export interface MemoryJira extends Jira {
  readonly issues: Map<string, MemoryIssue>;
  /** The calls that reached Jira, by name. */
  readonly calls: Method[];
  /** The next call of that name fails: before anything happened, or after all of it did. */
  failNext(method: Method, when: 'before' | 'after'): void;
  /** Every call fails until it is switched back. */
  down: boolean;
  /** Group ids by account id, and the accounts that may not edit. */
  readonly groups: Map<string, readonly string[]>;
  readonly readers: Set<string>;
  addIssue(over?: Partial<MemoryIssue>): MemoryIssue;
  /** A person clicks a transition: conditions, validator, move, changelog. */
  clickOn(issue: MemoryIssue, action: string, by: string, reason?: string): Promise<Clicked>;
  /** An admin's move past every rule. */
  drag(issue: MemoryIssue, to: Status, by?: string): void;
  statusOf(issue: MemoryIssue): Status | undefined;
}

const TEMPLATE = workflowTemplate();

/** Jira's own id of a status. */
export const jiraStatusId = (status: Status): string => `status-${status}`;

export const RELEASE_TYPE = '10100';

/** What the screens of transitions ask for. */
export const REASON_FIELD = 'customfield_1';

/** `validate` is our validator: it is asked for every transition that a rule of ours stands on. */
export function createMemoryJira(
  validate: (question: TransitionQuestion) => Promise<TransitionAnswer>,
): MemoryJira {
  const issues = new Map<string, MemoryIssue>();
  const calls: Method[] = [];
  const faults: { readonly method: Method; readonly when: 'before' | 'after' }[] = [];
  let serial = 10_000;

  const call = async <Answer>(method: Method, effect: () => Answer | Promise<Answer>) => {
    calls.push(method);
    await Promise.resolve();
    const fault = faults.findIndex((candidate) => candidate.method === method);
    const when = fault < 0 ? undefined : faults.splice(fault, 1)[0]?.when;
    if (jira.down || when === 'before') throw new Error(`Jira is down: ${method}.`);
    const answer = await effect();
    if (when === 'after') throw new Error(`Jira's answer to ${method} was lost.`);
    return answer;
  };
  const find = (idOrKey: string): MemoryIssue | undefined =>
    issues.get(idOrKey) ?? [...issues.values()].find(({ key }) => key === idOrKey);
  const issueOrThrow = (id: string): MemoryIssue => {
    const issue = find(id);
    if (!issue) throw new Error(`404: there is no issue ${id}.`);
    return issue;
  };
  const shift = (
    issue: MemoryIssue,
    to: Status,
    author: string | null,
    reason?: string,
  ): string => {
    serial += 1;
    const texts = reason === undefined ? {} : { [REASON_FIELD]: reason };
    const from = issue.statusId;
    const change: StatusChange = { id: String(serial), author, from, to: jiraStatusId(to), texts };
    // Jira's changelog has no entry for a transition that stays where it is.
    if (change.from !== change.to) issue.changes.unshift(change);
    issue.statusId = change.to;
    return change.id;
  };
  const opens = (issue: MemoryIssue, { from }: TemplateTransition): boolean =>
    from.length === 0 || from.some((status) => jiraStatusId(status) === issue.statusId);
  const ask = (issue: MemoryIssue, action: string, reason: string | null) =>
    validate({ issueKey: issue.key, action, reason });

  const jira: MemoryJira = {
    issues,
    calls,
    failNext: (method, when) => faults.push({ method, when }),
    down: false,
    groups: new Map(),
    readers: new Set(),
    addIssue(over = {}) {
      serial += 1;
      const issue: MemoryIssue = {
        id: String(serial),
        key: `REL-${serial}`,
        project: '10000',
        issueTypeId: RELEASE_TYPE,
        statusId: jiraStatusId('draft'),
        reporter: 'acc-reporter',
        gate: null,
        environment: null,
        changes: [],
        comments: [],
        ...over,
      };
      issues.set(issue.id, issue);
      return issue;
    },
    async clickOn(issue, action, by, reason) {
      const row = TEMPLATE.transitions.find((candidate) => candidate.action === action);
      const allowed = issue.gate?.allow[action] ?? [];
      const mayClick = allowed.includes(ANYBODY) || allowed.includes(`u:${by}`);
      if (row?.by !== 'person' || !opens(issue, row) || !mayClick) return { kind: 'hidden' };
      const answer = await ask(issue, action, reason ?? null);
      if (!answer.allowed) return { kind: 'refused', sentence: answer.sentence };
      const changelogId = shift(issue, row.to, by, reason);
      const click: Click = {
        issueId: issue.id,
        action,
        accountId: by,
        changelogId,
        executionId: `execution-${changelogId}`,
        reason: reason ?? null,
      };
      return { kind: 'moved', click };
    },
    drag: (issue, to, by = 'acc-admin') => void shift(issue, to, by),
    statusOf: (issue) =>
      TEMPLATE.statuses.find(({ status }) => jiraStatusId(status) === issue.statusId)?.status,

    issue: (idOrKey) => call('issue', () => portIssue(find(idOrKey))),
    issuesUpdatedSince: (project) =>
      call('issuesUpdatedSince', () =>
        [...issues.values()].filter((issue) => issue.project === project).map(({ id }) => id),
      ),
    statusChanges: (id) => call('statusChanges', () => [...issueOrThrow(id).changes]),
    groupsOf: (accountId) => call('groupsOf', () => jira.groups.get(accountId) ?? []),
    mayEdit: (accountId) => call('mayEdit', () => !jira.readers.has(accountId)),
    writeGate: (id, gate, environment) =>
      call('writeGate', () => {
        Object.assign(issueOrThrow(id), { gate, environment });
      }),
    move: (id, transitionId) =>
      call('move', async () => {
        const issue = find(id);
        const row = TEMPLATE.transitions.find((candidate) => candidate.id === transitionId);
        if (!issue || !row || !opens(issue, row)) return refusal('This transition is not offered.');
        if (!issue.gate?.due.includes(row.action)) return refusal('A condition is not met.');
        const answer = await ask(issue, row.action, null);
        if (!answer.allowed) return refusal(answer.sentence);
        shift(issue, row.to, null);
        return { kind: 'moved' as const };
      }),
    comment: (id, mark, comment) =>
      call('comment', () => {
        const { comments } = issueOrThrow(id);
        if (comments.every((known) => known.mark !== mark)) comments.push({ mark, comment });
      }),
  };
  return jira;
}

const refusal = (words: string) => ({ kind: 'refused' as const, words });

const portIssue = (issue: MemoryIssue | undefined): Issue | undefined =>
  issue && {
    id: issue.id,
    key: issue.key,
    project: issue.project,
    issueTypeId: issue.issueTypeId,
    statusId: issue.statusId,
    reporter: issue.reporter,
  };
