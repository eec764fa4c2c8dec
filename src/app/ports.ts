/** The outside world as the use cases see it. Every use case takes the ports as its first parameter. */
import type { Comment } from '#core/jira-moves';
import type { GateValue } from '#core/gate-field';
import type { EntityName, RecordOf } from '#wire/records';

export interface Ports {
  readonly store: Store;
  readonly jira: Jira;
  readonly queue: Queue;
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly log: Log;
  readonly triggers: Triggers;
  /** The installation that messages are addressed to. */
  readonly audience: string;
}

/** One write of a transaction: all of them happen, or none. */
export type Change = {
  [Name in EntityName]:
    | {
        readonly type: 'set';
        readonly entity: Name;
        readonly key: string;
        readonly record: RecordOf<Name>;
        readonly expect: number | 'new';
      }
    | {
        readonly type: 'delete';
        readonly entity: Name;
        readonly key: string;
        readonly expect: number;
      };
}[EntityName];

/** Most changes in one transaction. Source: Forge KVS, 25 operations. */
export const CHANGES_MAX = 25;

/**
 * Records under compare-and-swap. A record that does not parse is an exception: stop, do not guess.
 * Throws `StoreError` when the store cannot be reached or refuses for now.
 */
export interface Store extends Texts {
  get<Name extends EntityName>(entity: Name, key: string): Promise<RecordOf<Name> | undefined>;
  /** Several records in one round trip, each of them as `get` gives it, but not all of one instant. */
  getMany(places: readonly Place[]): Promise<Found>;
  /** Writes a record that does not exist yet; exactly one of several callers succeeds. */
  create<Name extends EntityName>(
    entity: Name,
    key: string,
    record: RecordOf<Name>,
  ): Promise<'created' | 'exists'>;
  /** `expect` is the version that was read; `new` is for keys that only this transaction can make. */
  transact(changes: readonly Change[]): Promise<'done' | 'conflict'>;
  /** Lists by an index of the manifest. Possibly stale: a hint, never a ground for a decision. */
  list<Name extends EntityName>(entity: Name, query: ListQuery): Promise<ListPage<RecordOf<Name>>>;
}

export interface Place {
  readonly entity: EntityName;
  readonly key: string;
}

/** What was read; asking for a place that nobody named is asking for nothing. */
export interface Found {
  get<Name extends EntityName>(entity: Name, key: string): RecordOf<Name> | undefined;
}

/** The places of one entity's keys. */
export const placesOf = (entity: EntityName, keys: readonly string[]): readonly Place[] =>
  keys.map((key) => ({ entity, key }));

/** Texts by their SHA-256: written once, never changed. Throws when what is stored is not the text. */
export interface Texts {
  getText(digest: string): Promise<string | undefined>;
  /** A part of a text: at most so many characters, from an offset on. Costs no more than what is read. */
  getSlice(digest: string, offset: number, maxChars: number): Promise<TextSlice | undefined>;
  /** Stores a text under its SHA-256; the same text twice is stored once. */
  putText(text: string): Promise<string>;
  /** Keeps one piece of a text that is on its way; the same piece again changes nothing. */
  putPiece(
    upload: Upload,
    place: { readonly index: number; readonly count: number },
    piece: string,
  ): Promise<void>;
  /** Makes a text of its pieces once all of them are there and its SHA-256 is the name. */
  joinPieces(upload: Upload): Promise<Joined>;
}

export interface TextSlice {
  readonly text: string;
  readonly totalChars: number;
}

/** A text on its way to a release: two releases never mix what they send. */
export interface Upload {
  readonly issueId: string;
  readonly digest: string;
}

export type Joined =
  /** `bytes`: in UTF-8. */
  | { readonly kind: 'whole'; readonly bytes: number }
  | { readonly kind: 'missing' }
  /** All pieces are there, and make another text. */
  | { readonly kind: 'different' };

export interface ListQuery {
  readonly index: string;
  readonly partition: readonly string[];
  /** Upper end of the range attribute, inclusive; absent: no limit. */
  readonly atMost?: number;
  readonly order: 'ascending' | 'descending';
  readonly limit: number;
  readonly cursor?: string;
}

export interface ListPage<Row> {
  readonly rows: readonly { readonly key: string; readonly record: Row }[];
  readonly cursor?: string;
}

export interface Issue {
  readonly id: string;
  readonly key: string;
  readonly project: string;
  readonly issueTypeId: string;
  readonly statusId: string;
  readonly reporter: string | null;
}

/** One change of status as Jira's changelog tells it. */
export interface StatusChange {
  /** The changelog id, which the post-function's event carries too. */
  readonly id: string;
  readonly author: string | null;
  readonly from: string;
  readonly to: string;
  /** What the same entry wrote into other fields, by field id: the transition's screen. */
  readonly texts: Readonly<Record<string, string>>;
}

/** Jira, as the app's own account. Throws `JiraError` when Jira cannot be reached or answers nonsense. */
export interface Jira {
  /** Undefined: no such issue, or the app may not see it. */
  issue(idOrKey: string): Promise<Issue | undefined>;
  /** Ids of the project's releases that changed in Jira lately, newest first, at most 50. */
  issuesUpdatedSince(project: string, minutes: number): Promise<readonly string[]>;
  /** The latest changes of status, newest first. */
  statusChanges(issueId: string): Promise<readonly StatusChange[]>;
  /** The groups of a person, by id. */
  groupsOf(accountId: string): Promise<readonly string[]>;
  /** Whether Jira lets the person edit the issue. */
  mayEdit(accountId: string, issueId: string, project: string): Promise<boolean>;
  /** Writes both read-only fields in one call, without changelog noise. */
  writeGate(issueId: string, gate: GateValue, environment: string | null): Promise<void>;
  /** Performs a transition; `refused` with Jira's words when Jira does not let it happen. */
  move(
    issueId: string,
    transitionId: string,
  ): Promise<{ readonly kind: 'moved' } | { readonly kind: 'refused'; readonly words: string }>;
  /** Adds a comment unless one with the same mark is there already. */
  comment(issueId: string, mark: string, comment: Comment): Promise<void>;
}

/** Later work. Delivered at least once, unordered. */
export interface Queue {
  push(task: Task, delaySeconds?: number): Promise<void>;
}

export type Task =
  | { readonly type: 'work-outbox'; readonly issueId: string }
  | { readonly type: 'reconcile'; readonly issueId: string }
  | { readonly type: 'recheck'; readonly issueId: string }
  /** Sites, policy or agents have changed: every open release looks at its world again. */
  | { readonly type: 'refresh-project'; readonly project: string };

export interface Crypto {
  /** Lower-case hex. */
  sha256(text: string): string;
  /** First 16 hex digits of the SHA-256 over the raw key. `publicKey` is base64 of 32 bytes. */
  keyId(publicKey: string): string;
  /** The key's full fingerprint as people compare it. */
  fingerprint(publicKey: string): string;
  /** Whether the base64 Ed25519 signature is the key's over the text. False for anything malformed. */
  verify(publicKey: string, text: string, signature: string): boolean;
  /** Signs with the installation's own key, which is made at the first use. Base64. */
  signAsApp(text: string): Promise<string>;
  /** The installation's public key, base64 of 32 bytes. */
  appKey(): Promise<string>;
  /** Random letters and digits. */
  token(length: number): string;
}

export interface Clock {
  /** Epoch seconds. */
  now(): number;
}

/** The app's own addresses in the outside world. */
export interface Triggers {
  /** Where agents send their messages. */
  agentUrl(): Promise<string>;
}

export interface Log {
  info(message: string, facts?: Readonly<Record<string, unknown>>): void;
  warn(message: string, facts?: Readonly<Record<string, unknown>>): void;
}
