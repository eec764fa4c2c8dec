/** What Jira tells the app about an issue: late, twice, or never. */
import type { Click } from '#app/apply-transition';
import type { StatusChange } from '#app/ports';
import type { TemplateTransition } from '#core/workflow-template';
import type { FakeIssue } from './jira-workflow';
import { FUNCTIONS } from './functions';
import type { Functions, Invocation } from './functions';
import { createLife } from './scheduler';
import type { Sim } from './sim';

export interface JiraEvents {
  /** The post-function of a person's transition. */
  clicked(issue: FakeIssue, row: TemplateTransition, change: StatusChange, click: Clicked): void;
  /** `avi:jira:created:issue` and its likes; the app's own changes are filtered out by Forge. */
  changed(issue: FakeIssue, what: 'created' | 'updated' | 'deleted'): void;
  /** Deliveries that are still to come. */
  pending(): number;
}

export interface Clicked {
  readonly accountId: string;
  readonly reason: string | null;
}

/** Forge calls a function again that asked for it or was killed: at most four times. */
const RETRIES_MAX = 4;
const RETRY_AFTER_MILLISECONDS = 5_000;

export function createJiraEvents(sim: Sim, functions: Functions): JiraEvents {
  const forge = createLife('events');
  let executions = 0;
  let pending = 0;

  const deliver = (
    label: string,
    delayMilliseconds: number,
    call: () => Promise<Invocation<void>>,
    retries = 0,
  ): void => {
    pending += 1;
    sim.scheduler.after(forge, delayMilliseconds, label, () => {
      void call().then((end) => {
        pending -= 1;
        if (end.kind !== 'answered' && retries < RETRIES_MAX)
          deliver(label, RETRY_AFTER_MILLISECONDS, call, retries + 1);
      });
    });
  };

  const deliverRudely = (label: string, call: () => Promise<Invocation<void>>): void => {
    if (sim.strikes('event-lost')) {
      sim.count('event lost');
      return;
    }
    const delay = (): number => {
      if (!sim.strikes('event-late')) return sim.chance.between(50, 3_000);
      return sim.chance.between(10_000, sim.chance.happens(0.05) ? 1_800_000 : 300_000);
    };
    deliver(label, delay(), call);
    if (sim.strikes('event-doubled')) deliver(label, delay(), call);
  };

  return {
    clicked: (issue, row, change, { accountId, reason }) => {
      executions += 1;
      const click: Click = {
        issueId: issue.id,
        action: row.action,
        accountId,
        // A transition that stays in its status leaves no entry in the changelog.
        changelogId: change.from === change.to ? null : change.id,
        executionId: `x${executions}`,
        reason,
      };
      deliverRudely(`post-function of ${row.action} ${issue.key}`, () =>
        FUNCTIONS.recordClick(functions, click),
      );
    },
    changed: (issue, what) =>
      deliverRudely(`event of ${issue.key}`, () => FUNCTIONS.issueChanged(functions, issue, what)),
    pending: () => pending,
  };
}
