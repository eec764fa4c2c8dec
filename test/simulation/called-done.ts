/** What people have said about statements in doubt, as the questions put it and as the database knows which one was in doubt. */
import type { ReleaseEvent } from '#core/release-event';
import type { LedgerRow } from '../../agent/sql/database';
import type { HistoryWatch } from './watch-history';

/** What the question says where “done” is about one statement; whether the app took it so is not believed. */
const PROMISE = 'done says that this statement has happened';

/** How a question names the statement that it is about. */
const NAMED = /^Known: the agent began statement (\d+) of /;

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
  /** The question promises that one statement is taken for done, and it is not the one that the job has left in doubt. */
  namesAnother(event: ReleaseEvent): boolean;
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

export function watchCalledDone(history: Pick<HistoryWatch, 'eventsOf'>): CalledDone {
  /** Job → the statement that it was about to begin last, or asked about, outside a transaction. */
  const doubts = new Map<string, StatementPlace>();

  const questionOf = (issueId: string, job: string): ReleaseEvent | undefined =>
    history
      .eventsOf(issueId)
      .findLast((event) => event.type === 'outcome-unknown' && event.job === job);
  /** The question that a person has answered with “done”. */
  const askedBefore = (issueId: string, event: ReleaseEvent): Asked | undefined =>
    event.type === 'answered' && event.answer === 'done'
      ? askedIn(questionOf(issueId, event.job))
      : undefined;
  const placeOf = ({ job, number }: Asked): StatementPlace | undefined => {
    const doubt = doubts.get(job);
    return doubt?.number === number ? doubt : undefined;
  };
  /** An answer for an agent that left without a question is about no statement: nobody has seen one. */
  const letsAgain = (event: ReleaseEvent, place: StatementPlace): boolean => {
    if (event.type !== 'answered' || askedBefore(place.release, event)) return false;
    const doubt = doubts.get(event.job);
    const isHeard = questionOf(place.release, event.job) !== undefined;
    return isHeard && doubt !== undefined && placeName(doubt) === placeName(place);
  };

  return {
    written: ({ release, scriptDigest, number, state, atomic, job }, environment) => {
      if (atomic || (state !== 'intent' && state !== 'asked')) return;
      doubts.set(job, { environment, release, scriptDigest, number });
    },
    namesAnother: (event) => {
      const asked = askedIn(event);
      return asked !== undefined && placeOf(asked) === undefined;
    },
    isAbout: (issueId, event) => askedBefore(issueId, event) !== undefined,
    of: (issueId) =>
      history.eventsOf(issueId).flatMap((event) => {
        const asked = askedBefore(issueId, event);
        const place = asked && placeOf(asked);
        return asked && place ? [{ ...place, job: asked.job }] : [];
      }),
    timesLetAgain: (place) =>
      history.eventsOf(place.release).filter((event) => letsAgain(event, place)).length,
  };
}

/** A question about one statement. */
interface Asked {
  readonly job: string;
  /** Not a number where it names none. */
  readonly number: number;
}

const askedIn = (event: ReleaseEvent | undefined): Asked | undefined =>
  event?.type === 'outcome-unknown' && event.question.includes(PROMISE)
    ? { job: event.job, number: Number(NAMED.exec(event.question)?.[1]) }
    : undefined;
