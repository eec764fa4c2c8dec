/** Where an agent can die half-way: everything that it reaches through its ports, but for what leaves nothing behind. */
import type { MergedDigests } from '../../../agent/centres/merged-digests';
import type { NamespaceStore } from '../../../agent/centres/namespace-store';
import type { Ports } from '../../../agent/ports/agent';
import type { AppClient } from '../../../agent/ports/app';
import type { Artifacts } from '../../../agent/ports/artifacts';
import type { Health } from '../../../agent/ports/health';
import type { HostSession } from '../../../agent/ports/hosts';
import type { Journal } from '../../../agent/ports/journal';
import type { Session } from '../../../agent/sql/session';

/** What the points of each port are called; a port without any changes nothing that outlives the agent. */
export const BOUNDARIES = {
  app: ['app'],
  journal: ['journal'],
  hosts: ['host'],
  artifacts: ['package'],
  centres: ['centre', 'merged'],
  databases: ['database'],
  health: ['health'],
  // The clean run renews no key: test/agent/renew-key.test.ts cuts that short.
  renewKey: [],
  // Asked by writing, into a row that nobody reads.
  unwritable: [],
  // What `status` shows of this process; the next one begins it anew.
  troubles: [],
  ...{ clock: [], log: [], redact: [], chance: [], newRequestId: [] },
} as const satisfies Record<keyof Ports, readonly string[]>;

export type Boundary = (typeof BOUNDARIES)[keyof typeof BOUNDARIES][number];

interface Reached {
  readonly app: AppClient;
  readonly journal: Journal;
  readonly host: HostSession;
  readonly package: Artifacts;
  readonly centre: NamespaceStore;
  readonly merged: MergedDigests;
  readonly database: Session;
  readonly health: Health;
}

/** Calls that only look, or let go. Whatever else a port learns to do has points as soon as it is there. */
export const IDLE = {
  // What they change at the app, the next one changes again: when the agent was heard of.
  app: ['poll', 'heartbeat', 'fetch', 'addKey', 'speaks', 'serverSeconds'],
  journal: ['openJobs', 'intentsOf', 'lastCheckpoint', 'waitingCheckpoints'],
  host: ['close'],
  package: [],
  centre: ['read', 'history', 'list'],
  merged: ['of', 'ofSite'],
  database: ['leftOpen', 'end'],
  health: [],
} as const satisfies { readonly [Name in Boundary]: readonly (keyof Reached[Name])[] };
