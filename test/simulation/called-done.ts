/** What people have said about statements in doubt, as the questions put it and as the database knows which one was in doubt. */
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
  /** How often people were asked about this statement, and have let it run again. */
  timesLetAgain(place: StatementPlace): number;
}

/** One name for one place. */
export const placeName = ({ environment, release, scriptDigest, number }: StatementPlace): string =>
  [environment, release, scriptDigest, number].join(' ');

export function watchCalledDone(history: HistoryWatch): CalledDone {
  /** Job → the statement that it was about to begin last, or asked about, outside a transaction. */
  const doubts = new Map<string, StatementPlace>();

  const questionOf = (issueId: string, job: string): string | undefined => {
    const asked = history
      .eventsOf(issueId)
      .findLast((event) => event.type === 'outcome-unknown' && event.job === job);
    return asked?.type === 'outcome-unknown' ? asked.question : undefined;
  };
  const isPromised = (issueId: string, job: string): boolean =>
    questionOf(issueId, job)?.includes(PROMISE) ?? false;
  const jobOf = (issueId: string, event: ReleaseEvent): string | undefined =>
    event.type === 'answered' && event.answer === 'done' && isPromised(issueId, event.job)
      ? event.job
      : undefined;
  /** An answer for an agent that left without a question is about no statement: nobody has seen one. */
  const letsAgain = (event: ReleaseEvent, place: StatementPlace): boolean => {
    if (event.type !== 'answered' || jobOf(place.release, event) !== undefined) return false;
    const doubt = doubts.get(event.job);
    const isHeard = questionOf(place.release, event.job) !== undefined;
    return isHeard && doubt !== undefined && placeName(doubt) === placeName(place);
  };

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
    timesLetAgain: (place) =>
      history.eventsOf(place.release).filter((event) => letsAgain(event, place)).length,
  };
}
