/** Content as it is being written: everything is text as typed, until `manifestOf` makes content of it. */
import type { ConfigChange, Content, ReleaseKind, SqlScript, TextRef } from '#core/content';

/** A text that is stored already, or one that a person has written here. */
export type DraftText =
  | { readonly kind: 'stored'; readonly ref: TextRef }
  | { readonly kind: 'written'; readonly text: string };

export interface DraftScript {
  /** Stable while it is edited; the script's own id may change. */
  readonly key: string;
  readonly id: string;
  readonly name: string;
  readonly database: string;
  readonly text: DraftText;
  /** Null: there is no way back. */
  readonly undo: DraftText | null;
  /** Empty: everywhere. */
  readonly environments: readonly string[];
}

export interface DraftKey {
  readonly key: string;
  readonly action: 'set' | 'delete';
  readonly name: string;
  readonly isSecret: boolean;
  /** The value, or the secret's name. */
  readonly value: string;
  readonly perEnvironment: Readonly<Record<string, string>>;
}

export type DraftKeys =
  | { readonly kind: 'stored'; readonly ref: TextRef; readonly count: number }
  | { readonly kind: 'written'; readonly rows: readonly DraftKey[] };

export interface DraftChange {
  readonly key: string;
  readonly id: string;
  readonly centre: string;
  readonly application: string;
  readonly namespace: string;
  readonly keys: DraftKeys;
  readonly byHand: boolean;
}

export interface DraftSite {
  readonly key: string;
  readonly site: string;
  readonly version: string;
  readonly artifactSha256: string;
  /** Empty: all hosts after the first at once. */
  readonly batchSize: string;
}

export interface Draft {
  readonly kind: ReleaseKind;
  readonly scripts: readonly DraftScript[];
  readonly changes: readonly DraftChange[];
  readonly sites: readonly DraftSite[];
}

/** A draft that would give the same content again. */
export const draftOf = (content: Content | null): Draft => ({
  kind: content?.kind ?? 'Minor',
  scripts: (content?.sql ?? []).map(scriptOf),
  changes: (content?.config ?? []).map(changeOf),
  sites: (content?.code ?? []).map((change) => ({
    key: change.site,
    site: change.site,
    version: change.version,
    artifactSha256: change.artifactSha256,
    batchSize: change.batchSize === undefined ? '' : String(change.batchSize),
  })),
});

const scriptOf = (script: SqlScript): DraftScript => ({
  key: script.id,
  id: script.id,
  name: script.name,
  database: script.database,
  text: { kind: 'stored', ref: script.text },
  undo: script.undo === undefined ? null : { kind: 'stored', ref: script.undo },
  environments: script.environments ?? [],
});

const changeOf = (change: ConfigChange): DraftChange => ({
  key: change.id,
  id: change.id,
  centre: change.centre,
  application: change.application,
  namespace: change.namespace,
  keys: { kind: 'stored', ref: change.changes, count: change.keys },
  byHand: change.byHand,
});

/** The first id of the form `script-3` that nobody has. */
export function freshId(word: string, taken: readonly string[]): string {
  for (let number = taken.length + 1; ; number += 1) {
    const id = `${word}-${number}`;
    if (!taken.includes(id)) return id;
  }
}

/** The list with the item that has the key changed. */
export const withItem = <Item extends { readonly key: string }>(
  items: readonly Item[],
  key: string,
  change: Partial<Item>,
): readonly Item[] => items.map((item) => (item.key === key ? { ...item, ...change } : item));

/** The list with the item moved by one place. */
export function withMoved<Item>(
  items: readonly Item[],
  index: number,
  by: -1 | 1,
): readonly Item[] {
  const other = items[index + by];
  const item = items[index];
  if (item === undefined || other === undefined) return items;
  return items.map((each, at) => (at === index ? other : at === index + by ? item : each));
}
