/** What people really clicked in Jira: nothing may be recorded in their name more often than that. */
import type { ReleaseEvent } from '#core/release-event';
import type { Action } from '#core/transitions';
import type { FakeStore } from './fake-store';
import type { Sim } from './sim';

export interface ClickLedger {
  /** The plan that whoever looks at the issue now sees. */
  shown(issueId: string): string | null;
  /** Jira let the person's click through; the plans are those that stood while it was judged. */
  clicked(issueId: string, click: SeenClick): void;
  /** The app recorded this, and the plan is the one that it is about. */
  recorded(issueId: string, event: ReleaseEvent, planDigest: string | null): void;
}

export interface SeenClick {
  readonly accountId: string;
  readonly action: Action;
  readonly plans: readonly (string | null)[];
}

/** Whoever clicks this means one exact plan. */
const BINDING: readonly ReleaseEvent['type'][] = ['approved', 'started', 'sql-submitted'];

/** The events that a click becomes. */
const EVENT_OF: Partial<Record<Action, ReleaseEvent['type']>> = {
  submit: 'submitted',
  approve: 'approved',
  reject: 'rejected',
  start: 'started',
  'submit-sql': 'sql-submitted',
  'confirm-config': 'config-confirmed',
  'report-config-failed': 'config-reported-failed',
  'retry-sql': 'retried',
  'retry-config': 'retried',
  'retry-code': 'retried',
  'retry-verification': 'retried',
  'retry-rollback': 'retried',
  'roll-back': 'rollback-started',
  promote: 'promoted',
  complete: 'completed',
  iterate: 'iterated',
  abort: 'aborted',
};

export function createClickLedger(sim: Sim, store: FakeStore): ClickLedger {
  const left = new Map<string, number>();
  const seen = new Map<string, Set<string | null>>();
  const types = new Set(Object.values(EVENT_OF));
  const place = (issueId: string, accountId: string, type: ReleaseEvent['type']): string =>
    `${type} of ${issueId} by ${accountId}`;

  return {
    shown: (issueId) => store.peek('release', issueId)?.state.planDigest ?? null,
    clicked: (issueId, { accountId, action, plans }) => {
      const type = EVENT_OF[action];
      if (type === undefined) return;
      const key = place(issueId, accountId, type);
      left.set(key, (left.get(key) ?? 0) + 1);
      seen.set(key, new Set([...(seen.get(key) ?? []), ...plans]));
    },
    recorded: (issueId, event, planDigest) => {
      if (!types.has(event.type) || !('by' in event)) return;
      const key = place(issueId, event.by ?? '', event.type);
      const clicks = (left.get(key) ?? 0) - 1;
      left.set(key, clicks);
      if (clicks < 0) sim.violated('click', `${key} was recorded more often than it was clicked.`);
      if (BINDING.includes(event.type) && seen.get(key)?.has(planDigest) !== true)
        sim.violated('I4', `${key} was recorded for a plan that was another when it was clicked.`);
    },
  };
}
