/** What took effect for a job, as the targets themselves know it. */
import type { Writer } from '../../agent/centres/namespace-record';
import type { LedgerRow } from '../../agent/sql/database';

export interface Deed {
  readonly job: string;
  /** The host's address, or the script's or the change's id. */
  readonly place: string;
  readonly what: string;
  readonly fence: number;
  /** The release's digest, or the statement's number. */
  readonly of: string;
}

export interface Deeds {
  ran(row: LedgerRow): void;
  wrote(writer: Writer): void;
  /** In databases and centres: hosts keep a ledger of their own. */
  all(): readonly Deed[];
}

export function createDeeds(): Deeds {
  const deeds: Deed[] = [];
  return {
    ran: ({ job, script, fence, number }) => {
      deeds.push({ job, place: script, what: 'statement', fence, of: String(number) });
    },
    wrote: ({ job, change, act, fence }) => {
      deeds.push({ job, place: change, what: act, fence, of: '' });
    },
    all: () => deeds,
  };
}
