/** Jira as the app's account sees it: issues in the real workflow, with the app's own rules on every transition. */
import type { Status } from '#core/status';
import { PERSON_TRANSITIONS } from '#core/transitions';
import type { TemplateTransition } from '#core/workflow-template';
import type { Issue, Jira, StatusChange } from '#app/ports';
import type { ClickLedger } from './click-ledger';
import { OutsideError } from './failures';
import { FUNCTIONS } from './functions';
import type { Functions } from './functions';
import { conditionAgainst, REASON_FIELD, statusIdOf, statusOf, TEMPLATE } from './jira-workflow';
import type { FakeIssue } from './jira-workflow';
import { createLife } from './scheduler';
import type { Life } from './scheduler';
import type { Sim } from './sim';

export type Moved =
  | { readonly kind: 'moved'; readonly change: StatusChange }
  | { readonly kind: 'refused'; readonly words: string };

export interface FakeJira {
  port(life: Life): Jira;
  readonly issues: ReadonlyMap<string, FakeIssue>;
  make(issue: Omit<Issue, 'statusId'>): FakeIssue;
  /** Conditions, validator, commit: the same for a person and for the app. */
  transition(issue: FakeIssue, transition: TemplateTransition, click: Clicker): Promise<Moved>;
  /** Past every rule, as an admin can. */
  force(issue: FakeIssue, to: Status, accountId: string): StatusChange;
  /** Deletes an issue, as an admin can: whoever asks for it learns that there is none. */
  remove(issue: FakeIssue): void;
  readonly editors: Set<string>;
}

/** Who moves the issue: a person with what the screen asked, or the app. */
export interface Clicker {
  readonly accountId: string;
  readonly isApp: boolean;
  readonly reason: string | null;
  /** The page is older than the gate field: Jira's conditions have been passed already. */
  readonly pastConditions?: boolean;
}

const APP_ACCOUNT = 'app';
/** Longest that Jira's search lags behind. */
const SEARCH_LAG_MILLISECONDS = 20_000;

export function createFakeJira(sim: Sim, functions: Functions, clicks: ClickLedger): FakeJira {
  const issues = new Map<string, FakeIssue>();
  const editors = new Set<string>();
  const server = createLife('jira');
  let changes = 0;

  const find = (idOrKey: string): FakeIssue | undefined =>
    issues.get(idOrKey) ?? [...issues.values()].find(({ key }) => key === idOrKey);
  const must = (id: string): FakeIssue => {
    const issue = issues.get(id);
    if (!issue) throw new OutsideError('JiraError', `issue ${id}: 404`);
    return issue;
  };

  const setStatus = (
    issue: FakeIssue,
    to: Status,
    author: string,
    reason: string | null,
  ): StatusChange => {
    changes += 1;
    const texts = reason === null ? {} : { [REASON_FIELD]: reason };
    const moved = { from: issue.statusId, to: statusIdOf(to) };
    const change: StatusChange = { id: String(changes), author, ...moved, texts };
    issue.statusId = change.to;
    issue.updatedAt = sim.scheduler.now();
    if (change.from !== change.to) issue.changes.push(change);
    sim.trace.note(`jira ${issue.key} ${change.from} -> ${change.to} by ${author}`);
    return change;
  };

  const noteClick = (
    issue: FakeIssue,
    row: TemplateTransition,
    accountId: string,
    plans: readonly (string | null)[],
  ): void => {
    clicks.clicked(issue.id, { accountId, action: row.action, plans });
    // After two clicks at once the changelog looks like another transition; nobody can tell them apart.
    const from = statusOf(issue);
    if (from === undefined || from === row.to) return;
    const alike = PERSON_TRANSITIONS.filter(
      (other) => other.from.includes(from) && other.to === row.to && other.action !== row.action,
    );
    for (const { action } of alike) clicks.clicked(issue.id, { accountId, action, plans });
  };

  const transition: FakeJira['transition'] = async (issue, row, click) => {
    const refuse = (words: string): Moved => ({ kind: 'refused', words });
    const isHere = (): boolean =>
      row.from.length === 0 || row.from.some((status) => statusIdOf(status) === issue.statusId);
    if (!isHere()) return refuse('not available in this status');
    const hidden = click.pastConditions === true ? undefined : conditionAgainst(issue, row, click);
    if (hidden !== undefined) return refuse(hidden);

    const before = clicks.shown(issue.id);
    const answer = await FUNCTIONS.validate(functions, {
      issueKey: issue.key,
      action: row.action,
      reason: click.reason,
    });
    const plans = [before, clicks.shown(issue.id)];
    await sim.scheduler.wait(server, sim.chance.between(1, 60), `commits ${row.action}`);
    if (!answer.allowed) return refuse(answer.sentence);
    // Two clicks at once: Jira looks at the status once more, unless it does not.
    if (!isHere() && sim.chance.happens(0.8)) return refuse('the issue has moved meanwhile');
    if (!issues.has(issue.id)) return refuse('the issue is gone');
    if (!click.isApp) noteClick(issue, row, click.accountId, plans);
    return { kind: 'moved', change: setStatus(issue, row.to, click.accountId, click.reason) };
  };

  const mayFail = (doing: string): void => {
    if (sim.strikes('jira-fails')) throw new OutsideError('JiraError', `${doing}: 503`);
  };
  const mayLoseAnswer = (doing: string): void => {
    if (sim.strikes('jira-loses-answer')) throw new OutsideError('JiraError', `${doing}: 504`);
  };

  const port = (life: Life): Jira => ({
    issue: (idOrKey) =>
      sim.ask(life, `issue ${idOrKey}`, () => {
        mayFail('issue');
        const issue = find(idOrKey);
        return issue && plainIssue(issue);
      }),
    issuesUpdatedSince: (project, minutes) =>
      sim.ask(life, 'search', () => {
        mayFail('search');
        const until = sim.scheduler.now() - sim.chance.below(SEARCH_LAG_MILLISECONDS);
        const since = sim.scheduler.now() - minutes * 60_000;
        return [...issues.values()]
          .filter((issue) => issue.project === project)
          .filter(({ updatedAt }) => updatedAt >= since && updatedAt <= until)
          .sort((left, right) => right.updatedAt - left.updatedAt)
          .slice(0, 50)
          .map(({ id }) => id);
      }),
    statusChanges: (issueId) =>
      sim.ask(life, `changelog ${issueId}`, () => {
        mayFail('changelog');
        return [...must(issueId).changes].reverse();
      }),
    groupsOf: () => sim.ask(life, 'groups', () => []),
    mayEdit: (accountId) =>
      sim.ask(life, 'permissions', () => {
        mayFail('permissions');
        return editors.has(accountId);
      }),
    writeGate: (issueId, gate, environment) =>
      sim.tell(life, `write gate ${issueId}`, () => {
        mayFail('gate');
        const issue = must(issueId);
        issue.gate = gate;
        issue.environment = environment;
        mayLoseAnswer('gate');
      }),
    move: async (issueId, transitionId) => {
      const label = `move ${issueId} by ${transitionId}`;
      const row = TEMPLATE.transitions.find(({ id }) => id === transitionId);
      const issue = await sim.ask(life, label, () => {
        mayFail('move');
        return issues.get(issueId);
      });
      if (!row || !issue) return { kind: 'refused', words: 'no such issue or transition' };
      const moved = await transition(issue, row, APP);
      await sim.scheduler.wait(life, sim.chance.between(1, 60), `${label}: ${moved.kind}`);
      mayLoseAnswer('move');
      return moved.kind === 'moved' ? { kind: 'moved' } : moved;
    },
    comment: async (issueId, mark) => {
      const isThere = await sim.ask(life, `comments of ${issueId}`, () => {
        mayFail('comments');
        return must(issueId).comments.includes(mark);
      });
      if (isThere && !sim.isOff('comment-mark')) return;
      await sim.tell(life, `comment ${mark}`, () => {
        mayFail('comment');
        must(issueId).comments.push(mark);
      });
      mayLoseAnswer('comment');
    },
  });

  return {
    port,
    issues,
    editors,
    transition,
    make: (issue) => {
      const made: FakeIssue = {
        ...issue,
        statusId: statusIdOf('draft'),
        gate: null,
        environment: null,
        comments: [],
        changes: [],
        updatedAt: sim.scheduler.now(),
      };
      issues.set(issue.id, made);
      return made;
    },
    remove: (issue) => {
      issues.delete(issue.id);
      sim.trace.note(`jira ${issue.key} is deleted`);
    },
    force: (issue, to, accountId) => setStatus(issue, to, accountId, null),
  };
}

const APP: Clicker = { accountId: APP_ACCOUNT, isApp: true, reason: null };

const plainIssue = ({ id, key, project, issueTypeId, statusId, reporter }: FakeIssue): Issue => ({
  id,
  key,
  project,
  issueTypeId,
  statusId,
  reporter,
});
