/** What a target database is to the agent: one lock, a fence, a ledger, and statements that run. */
import type { Failure } from '#core/failure';
import type { DatabaseRule } from './database-rule';
import type { Statement } from './split-script';

export interface Databases {
  connect(rule: DatabaseRule): Promise<Connected>;
}

export type Connected =
  | { readonly kind: 'connected'; readonly database: Database }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** One session of one database. */
export interface Database {
  /** Asks the server who it is: the test query. */
  version(): Promise<Reply<string>>;
  /** Takes the one lock of this database, kept until the session ends: also when the agent dies before a statement does. */
  lock(): Promise<Reply<LockAnswer>>;
  /** Makes the tables on first use; raises the scope's fence, and answers the highest that it has seen. */
  raiseFence(scope: string, fence: number): Promise<Reply<number>>;
  /** What was meant and done for this text or this script, the newest fence last. */
  readLedger(of: LedgerPage): Promise<Reply<readonly LedgerRow[]>>;
  write(row: LedgerRow): Promise<Reply<null>>;
  /** Whether the statement and its ledger row can be one transaction. */
  isAtomic(statement: Statement): Promise<Reply<boolean>>;
  /** Runs the statement that the row is the intent of, and writes what came of it. */
  run(row: LedgerRow, text: string): Promise<Ran>;
  /** Runs a setting of the session, which needs no ledger. */
  set(text: string): Promise<Reply<number>>;
  close(): Promise<void>;
}

export type Reply<Value> =
  | { readonly kind: 'done'; readonly value: Value }
  /** The server said no; it has changed nothing. */
  | { readonly kind: 'refused'; readonly code: string; readonly sentence: string }
  /** The session ended before the answer. */
  | { readonly kind: 'lost'; readonly sentence: string };

export type Ran =
  | { readonly kind: 'done'; readonly rows: number; readonly milliseconds: number }
  | { readonly kind: 'failed'; readonly sentence: string; readonly milliseconds: number }
  /** A higher fence has been here. */
  | { readonly kind: 'superseded'; readonly seen?: number }
  /** The statement cannot run in a transaction, and has not run: the intent has to say so first. */
  | { readonly kind: 'not-atomic' }
  | { readonly kind: 'lost'; readonly sentence: string };

export type LockAnswer =
  | { readonly kind: 'held' }
  | {
      readonly kind: 'busy';
      /** The server's number of the session that has it. */
      readonly session: string;
      /** Whether that session runs something at this moment; null where the server does not show it to this user. */
      readonly runs: boolean | null;
      /** Ends that session; only where it was seen to run nothing. */
      readonly end?: () => Promise<Reply<unknown>>;
    };

/** Which rows belong to one script of one release in one database. */
export interface LedgerPage {
  /** Names the installation too: two of them may use one database. */
  readonly scope: string;
  /** The id. */
  readonly release: string;
  /** The script's id in the content: a corrected text has the same. */
  readonly script: string;
  /** SHA-256 of the script's text. */
  readonly scriptDigest: string;
}

export interface LedgerRow extends LedgerPage {
  /** Of the statement in its text, from 1. */
  readonly number: number;
  readonly statementDigest: string;
  readonly job: string;
  readonly fence: number;
  /** `intent`: it was about to begin; `asked`: its end is unknown, and people were asked. */
  readonly state: 'intent' | 'asked' | 'done' | 'failed';
  /** Ends together with its transaction: an intent that nobody has seen end has not happened. */
  readonly atomic: boolean;
}
