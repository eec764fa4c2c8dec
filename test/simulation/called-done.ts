/** Which statement people have called done, as the question promised it and as the database knows who was in doubt. */
import type { ReleaseEvent } from '#core/release-event';
import type { LedgerRow } from '../../agent/sql/database';
import type { HistoryWatch } from './watch-history';

/** What the question says where “done” is about one statement; whether the app took it so is not believed. */
const PROMISE = 'done says that this statement has happened';

/** Where a statement stands. */
export interface StatementPlace {
  readonly environment: string;
  readonly release: string;
  readonly scriptDigest: string;
  readonly number: number;
}

export interface CalledDone {
  /** A row as it comes to the ledger. */
  written(row: LedgerRow, environment: string): void;
  /** A person has answered “done” to a question about one statement: it is not to run again, and all others are to run. */
  isAbout(issueId: string, event: ReleaseEvent): boolean;
  /** The statements of the release that were called done, each with the job that asked. */
  of(issueId: string): readonly (StatementPlace & { readonly job: string })[];
}

/** One name for one place. */
export const placeName = ({ environment, release, scriptDigest, number }: StatementPlace): string =>
  [environment, release, scriptDigest, number].join(' ');

export function watchCalledDone(history: HistoryWatch): CalledDone {
  /** Job → the statement that it was about to begin last, or asked about, outside a transaction. */
  const doubts = new Map<string, StatementPlace>();

  const isPromised = (issueId: string, job: string): boolean => {
    const asked = history
      .eventsOf(issueId)
      .findLast((event) => event.type === 'outcome-unknown' && event.job === job);
    return asked?.type === 'outcome-unknown' && asked.question.includes(PROMISE);
  };
  const jobOf = (issueId: string, event: ReleaseEvent): string | undefined =>
    event.type === 'answered' && event.answer === 'done' && isPromised(issueId, event.job)
      ? event.job
      : undefined;

  return {
    written: ({ release, scriptDigest, number, state, atomic, job }, environment) => {
      if (atomic || (state !== 'intent' && state !== 'asked')) return;
      doubts.set(job, { environment, release, scriptDigest, number });
    },
    isAbout: (issueId, event) => jobOf(issueId, event) !== undefined,
    of: (issueId) =>
      history.eventsOf(issueId).flatMap((event) => {
        const job = jobOf(issueId, event);
        const place = job === undefined ? undefined : doubts.get(job);
        return job === undefined || place === undefined ? [] : [{ ...place, job }];
      }),
  };
}
