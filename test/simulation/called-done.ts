/** Which statement people have called done, as the question promised it and as the database knows who was in doubt. */
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
}

/** One name for one place. */
export const placeName = ({ environment, release, scriptDigest, number }: StatementPlace): string =>
  [environment, release, scriptDigest, number].join(' ');

export function watchCalledDone(history: Pick<HistoryWatch, 'eventsOf'>): CalledDone {
  /** Job → the statement that it was about to begin last, or asked about, outside a transaction. */
  const doubts = new Map<string, StatementPlace>();

  /** The question that a person has answered with “done”. */
  const askedBefore = (issueId: string, event: ReleaseEvent): Asked | undefined =>
    event.type === 'answered' && event.answer === 'done'
      ? askedIn(
          history
            .eventsOf(issueId)
            .findLast((asked) => asked.type === 'outcome-unknown' && asked.job === event.job),
        )
      : undefined;
  const placeOf = ({ job, number }: Asked): StatementPlace | undefined => {
    const doubt = doubts.get(job);
    return doubt?.number === number ? doubt : undefined;
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
