/** Hosts as the agent sees them. */
import type { Failure } from '#core/failure';
import type { Host } from '#core/site';
import type { HostRule } from '../config';
import type { JobRef } from './app';
import type { OpenArtifact } from './artifacts';

/** A host that agent.yml allows, with the rule that allows it. */
export interface HostTarget {
  readonly host: Host;
  readonly rule: HostRule;
}

export interface Hosts {
  connect(
    target: HostTarget,
  ): Promise<
    | { readonly kind: 'connected'; readonly session: HostSession }
    | { readonly kind: 'failed'; readonly failure: Failure }
  >;
}

/** One connection, kept for the job. Each act is done at most once per (job, fence, act, digest). */
export interface HostSession {
  /**
   * What the host looks like. A fence above zero also shuts out everyone with a lower one. `healthy` is the
   * digest of the current release that was just seen healthy: the host keeps it.
   */
  state(basePath: string, fence: number, healthy?: string): Promise<HostAnswer>;
  stage(order: HostOrder, artifact: OpenArtifact): Promise<HostAnswer>;
  /** `former` is the digest of what a way back leads to; absent: what is current now. */
  activate(order: HostOrder, former?: string): Promise<HostAnswer>;
  /** The way back: the release is current again, and what came after it is left. */
  reactivate(order: HostOrder): Promise<HostAnswer>;
  start(order: HostOrder, start: Start): Promise<HostAnswer>;
  close(): Promise<void>;
}

export interface HostOrder extends JobRef {
  readonly basePath: string;
  /** SHA-256 of the package as it was sent: its directory's name. */
  readonly digest: string;
  readonly version: string;
}

/** How a release is started. */
export interface Start {
  readonly port: number;
  /** The package's own start script below its root; where there is none, the common one starts bin/run. */
  readonly script: string;
}

export type HostAnswer =
  | { readonly kind: 'done'; readonly facts: HostFacts }
  /** The host said no: the act has not happened. */
  | { readonly kind: 'refused'; readonly failure: Failure }
  /** The host has seen a higher fence, `seen` if it says which: the job belongs to somebody else, unless the app says otherwise. */
  | { readonly kind: 'superseded'; readonly sentence: string; readonly seen?: number }
  /** The connection ended before the answer: the act may have happened. */
  | { readonly kind: 'lost'; readonly sentence: string };

export interface InstalledRelease {
  readonly digest: string;
  readonly version: string;
  /** SHA-256 of the approved package, where configuration was merged into it; absent: `digest` is it. */
  readonly artifactSha256?: string;
}

/** An act that a host has done to its end. */
export interface LedgerLine extends JobRef {
  readonly operation: 'stage' | 'activate' | 'reactivate' | 'start';
  readonly digest: string;
  readonly version: string;
}

export interface HostFacts {
  /** Highest fence that the host has seen. */
  readonly fence: number;
  readonly current: InstalledRelease | null;
  /** What current stands upon: what was current before its release came. */
  readonly previous: InstalledRelease | null;
  /** The job that brought what is current, whatever came and was left again since; null where the host does not know. */
  readonly broughtBy: string | null;
  /** The job that switched last, forth or back; null where the host does not know. */
  readonly switchedBy: string | null;
  /** What that switch left. */
  readonly left: InstalledRelease | null;
  /** Digests of complete releases on the host. */
  readonly staged: readonly string[];
  /** An act that was begun and not ended, as the host wrote it. */
  readonly unfinished: string | null;
  /** Another act is under way at this moment. */
  readonly busy: boolean;
  /** `own`: a start script of the package keeps its process itself. */
  readonly process: 'running' | 'dead' | 'none' | 'own';
  /** The release that the process was started from. */
  readonly processDigest: string | null;
  /** The last acts that the host's ledger has, the oldest first; absent where the host shows none. */
  readonly ledger?: readonly LedgerLine[];
}
