/** A session of an engine as the ledger needs it, and where the engines differ. */
import type { LockAnswer, Reply } from './database';
import type { Statement } from './split-script';

/** One session as the driver gives it. */
export interface Session {
  /** Interlock's own question, with its values apart. */
  ask(sql: string, values?: readonly Value[]): Promise<Reply<readonly unknown[]>>;
  /** One statement of a script, as it stands; answers the number of rows. */
  run(text: string): Promise<Reply<number>>;
  /** What the last `run` left open, in words that follow its name; undefined: nothing. */
  leftOpen(): string | undefined;
  end(): Promise<void>;
}
export type Value = string | number;

/** Where the engines differ. Values are `$1`, `$2`, … in the order in which they stand. */
export interface Dialect {
  /** How people call the server; its version comes after it. */
  readonly product: string;
  /** The tables' names as statements say them, whatever the script sets. */
  readonly fenceTable: string;
  readonly ledgerTable: string;
  /** Makes the fence's table, and the ledger's. */
  readonly makeFence: string;
  readonly makeLedger: string;
  /** After INSERT: replaces the row that is there. */
  readonly orReplace: string;
  lock(session: Session): Promise<Reply<LockAnswer>>;
  isAtomic(session: Session, statement: Statement): Promise<Reply<boolean>>;
  /** Whether the refusal says that the statement cannot run in a transaction. */
  needsNoTransaction(code: string): boolean;
}

/** Encrypted sessions; `ca` holds the authorities, if not those that Node knows. */
export interface Tls {
  readonly ca?: string;
}

/** What a session is opened with. */
export interface Credentials {
  readonly password: string;
  readonly tls: Tls | undefined;
}

export type Opened =
  | { readonly kind: 'opened'; readonly session: Session; readonly dialect: Dialect }
  | { readonly kind: 'failed'; readonly code: string; readonly reason: string };
