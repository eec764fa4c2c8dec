/** What people really clicked in Jira: nothing may be recorded in their name more often than that. */
import type { ReleaseEvent } from '#core/release-event';
import type { Action } from '#core/transitions';
import type { Sim } from './sim';

export interface ClickLedger {
  /** Jira let the person's click through. */
  clicked(issueId: string, accountId: string, action: Action): void;
  /** The app recorded this. */
  recorded(issueId: string, event: ReleaseEvent): void;
}

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

export function createClickLedger(sim: Sim): ClickLedger {
  const left = new Map<string, number>();
  const types = new Set(Object.values(EVENT_OF));
  const place = (issueId: string, accountId: string, type: ReleaseEvent['type']): string =>
    `${type} of ${issueId} by ${accountId}`;

  return {
    clicked: (issueId, accountId, action) => {
      const type = EVENT_OF[action];
      if (type === undefined) return;
      const key = place(issueId, accountId, type);
      left.set(key, (left.get(key) ?? 0) + 1);
    },
    recorded: (issueId, event) => {
      if (!types.has(event.type) || !('by' in event)) return;
      const key = place(issueId, event.by ?? '', event.type);
      const clicks = (left.get(key) ?? 0) - 1;
      left.set(key, clicks);
      if (clicks < 0) sim.violated('click', `${key} was recorded more often than it was clicked.`);
    },
  };
}
