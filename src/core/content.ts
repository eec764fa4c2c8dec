/** What people edit: the versioned set of changes that a release carries. */

/** A text by its digest: stored once, in pieces, and never changed. */
export interface TextRef {
  /** SHA-256 of the text as UTF-8, in lower-case hex. */
  readonly sha256: string;
  readonly bytes: number;
}

/** One script for one database; scripts run in the order of the content. */
export interface SqlScript {
  /** Unique within the content. */
  readonly id: string;
  /** Logical id: the agent's file maps it, together with the environment. */
  readonly database: string;
  readonly name: string;
  readonly text: TextRef;
  /** The author's way back, reviewed together with the script. */
  readonly undo?: TextRef;
  /** Where it runs; absent: in every environment. */
  readonly environments?: readonly string[];
}

/** Whether the script runs in the environment at all. */
export const runsIn = ({ environments }: SqlScript, environment: string): boolean =>
  environments?.includes(environment) ?? true;

/** Keys of one namespace of one application in one configuration centre. */
export interface ConfigChange {
  /** Unique within the content. */
  readonly id: string;
  /** Logical id: the agent's file maps it, together with the environment. */
  readonly centre: string;
  /** In a file store: the site whose packages carry the file. */
  readonly application: string;
  /** In a file store: the name of the file. */
  readonly namespace: string;
  /** A canonical JSON text of `KeyChange[]`. */
  readonly changes: TextRef;
  /** How many keys it changes. */
  readonly keys: number;
  /** A person applies it and says so; no agent touches the centre. */
  readonly byHand: boolean;
}

/** One key of a configuration change. */
export type KeyChange =
  | { readonly action: 'set'; readonly key: string; readonly value: ConfigValue }
  | { readonly action: 'delete'; readonly key: string };

export type ConfigValue =
  | {
      readonly kind: 'text';
      readonly text: string;
      /** Environment → the value there, where it differs. */
      readonly perEnvironment?: Readonly<Record<string, string>>;
    }
  /** The value lives at the agent under this name and never leaves the customer's network. */
  | { readonly kind: 'secret'; readonly name: string };

export interface CodeChange {
  readonly site: string;
  readonly version: string;
  /** SHA-256 of the package, in lower-case hex. */
  readonly artifactSha256: string;
  /** How many hosts follow the gatekeeper at a time; absent: all of them. */
  readonly batchSize?: number;
}

export type ReleaseKind = 'Major' | 'Minor' | 'Hotfix';

export interface Content {
  readonly kind: ReleaseKind;
  readonly sql: readonly SqlScript[];
  readonly config: readonly ConfigChange[];
  readonly code: readonly CodeChange[];
}

/** A content may change nothing in one environment, for instance where its scripts have run; this one changes nothing anywhere. */
export const isEmpty = ({ sql, config, code }: Content): boolean =>
  sql.length + config.length + code.length === 0;

/** The content in few words: `2 scripts, 1 configuration change, shop 1.2.0`. */
export function contentText({ sql, config, code }: Content): string {
  const counted = (count: number, word: string): readonly string[] =>
    count === 0 ? [] : [`${String(count)} ${word}${count === 1 ? '' : 's'}`];
  const parts = [
    ...counted(sql.length, 'script'),
    ...counted(config.length, 'configuration change'),
    ...code.map(({ site, version }) => `${site} ${version}`),
  ];
  return parts.length === 0 ? 'nothing' : parts.join(', ');
}

/** All scripts of a release together, undo texts included. */
export const SQL_BYTES_MAX = 5 * 1024 * 1024;

/** All keys of a release together. */
export const CONFIG_KEYS_MAX = 2_000;

export const SQL_SCRIPTS_MAX = 100;

/**
 * Most sites, databases and namespaces together that one release may change: a start locks all of them in the
 * one transaction that offers the job, and a transaction holds 25 changes: release, history, outbox, job, these, and
 * the inboxes of at least 9 agents, of 12 where there are 9 or fewer.
 */
export const CONTENT_SCOPES_MAX = 12;

/** Everything that the content locks, each thing once, whatever the environment. */
export function lockedBy({ sql, config, code }: Content): ReadonlySet<string> {
  return new Set([
    ...code.map(({ site }) => `site ${site}`),
    ...sql.map(({ database }) => `database ${database}`),
    ...config.map(namespaceText),
  ]);
}

/** How a namespace is called: `namespace shop/app.properties in files`. */
export const namespaceText = ({
  centre,
  application,
  namespace,
}: Pick<ConfigChange, 'centre' | 'application' | 'namespace'>): string =>
  `namespace ${application}/${namespace} in ${centre}`;
