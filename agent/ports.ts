/**
 * The outside world as the agent's core sees it. Whatever takes time, chance or a machine arrives
 * through these, so that the whole agent runs in a simulation too.
 */
import type { Failure } from '#core/failure';
import type { CodeStep, ServiceCheck } from '#core/plan-step';
import type { Host } from '#core/site';
import type {
  AddKeyAnswer,
  ClaimAnswer,
  ErrorAnswer,
  FetchAnswer,
  FinishAnswer,
  FinishOutcome,
  HeartbeatAnswer,
  LogAnswer,
  LogData,
  PollAnswer,
  ReportAnswer,
  ReportEntry,
} from '#wire/agent';
import type { Checkpoint, SignedCheckpoint } from '#wire/checkpoint';
import type { CentreRule } from './centres/centre-rule';
import type { Centres } from './centres/centres';
import type { HostRule, Limits, StoreRule } from './config';
import type { Databases } from './sql/database';
import type { DatabaseRule } from './sql/database-rule';
import type { Troubles } from './troubles';

export interface Ports {
  readonly clock: Clock;
  readonly app: AppClient;
  readonly journal: Journal;
  /** Why the journal takes nothing more, in a sentence; undefined where it does. Absent where no disk is under it. */
  readonly unwritable?: () => string | undefined;
  readonly hosts: Hosts;
  readonly artifacts: Artifacts;
  readonly centres: Centres;
  readonly databases: Databases;
  readonly health: Health;
  readonly log: Log;
  /** Absent where nobody asks for the agent's status. */
  readonly troubles?: Troubles;
  /** Takes out of a line what must not leave this machine. */
  readonly redact: (text: string) => string;
  /** Called after each poll: replaces the key that signs when it is due. `accepted`: the app knew it. */
  readonly renewKey: (accepted: boolean) => Promise<void>;
  /** A number from 0 to below 1; spreads polls, decides nothing. */
  readonly chance: () => number;
  /** Never the same twice, over all starts: names a claim. */
  readonly newRequestId: () => string;
}

/** What an agent knows about itself from the moment it starts. */
export interface Settings {
  /** The agent.yml in force, and where it stands: refusals name it. */
  readonly file: string;
  readonly hosts: readonly HostRule[];
  readonly stores: readonly StoreRule[];
  readonly databases: readonly DatabaseRule[];
  readonly centres: readonly CentreRule[];
  readonly limits: Limits;
  readonly identity: Identity;
}

/** What enrollment settled, pinned from then on. */
export interface Identity {
  readonly agent: string;
  readonly audience: string;
  /** The installation's Ed25519 public key, 32 bytes in base64: signs decisions. */
  readonly appKey: string;
}

export interface Agent extends Ports {
  readonly settings: Settings;
}

/** Two clocks, because each lies in its own way: wall time jumps, monotonic time stops in a suspended machine. */
export interface Clock {
  /** Epoch milliseconds. */
  wallMilliseconds(): number;
  monotonicMilliseconds(): number;
  /** Resolves after the time, or as soon as the signal aborts. */
  sleep(milliseconds: number, until?: AbortSignal): Promise<void>;
}

/** A moment on both clocks. */
export interface Instant {
  readonly wall: number;
  readonly monotonic: number;
}

/** A claim's name in every later message. */
export interface JobRef {
  readonly job: string;
  readonly fence: number;
}

/** One attempt each; who calls decides whether there is another. A message tried again keeps its identity. */
export interface AppClient {
  /** Countersigns the checkpoints that it carries. */
  poll(checkpoints?: readonly SignedCheckpoint[]): Promise<AppResult<PollAnswer>>;
  claim(job: string, requestId: string): Promise<AppResult<ClaimAnswer>>;
  fetch(ref: JobRef, digest: string, offset: number): Promise<AppResult<FetchAnswer>>;
  heartbeat(ref: JobRef, step: string | null): Promise<AppResult<HeartbeatAnswer>>;
  report(
    ref: JobRef,
    seq: number,
    entries: readonly ReportEntry[],
  ): Promise<AppResult<ReportAnswer>>;
  /** `lostLines`: of this claim's log; absent where nobody knows. */
  finish(
    ref: JobRef,
    seq: number,
    outcome: FinishOutcome,
    lostLines?: number,
  ): Promise<AppResult<FinishAnswer>>;
  log(ref: JobRef, chunk: LogData): Promise<AppResult<LogAnswer>>;
  /** `proof`: the new key's own signature. */
  addKey(publicKey: string, proof: string): Promise<AppResult<AddKeyAnswer>>;
  /** The version of the protocol that the app was last heard to speak. */
  speaks(): number;
  /** Epoch seconds by the app's clock, as far as its answers told it. */
  serverSeconds(): number;
}

export type AppResult<Answer> =
  | { readonly kind: 'answered'; readonly answer: Answer; readonly sentAt: Instant }
  | {
      readonly kind: 'refused';
      readonly error: ErrorAnswer['error'];
      readonly message: string;
      /** This machine's clock is so wrong that the app refuses whatever it has signed. */
      readonly isClock?: true;
      readonly expectedSeq?: number;
      /** The app's versions of the protocol, none of which this agent speaks. */
      readonly speaks?: readonly number[];
      readonly retryAfterSeconds?: number;
      /** With `gone`, about a job that this agent has worked on: what its end has become a part of. */
      readonly checkpoint?: SignedCheckpoint;
    }
  | { readonly kind: 'unreachable'; readonly sentence: string };

/** What an agent is about to do to a host, written before it does it. */
export interface Intent {
  readonly job: string;
  readonly fence: number;
  readonly step: string;
  readonly host: string;
  readonly act: HostAct;
  /** The release that the act puts on the host. */
  readonly digest: string;
  readonly version: string;
  /** Why a host goes back; only on the way back. */
  readonly failure?: Failure;
}

/** `return-…` puts the previous release back after the new one failed. */
export type HostAct = 'stage' | 'activate' | 'start' | 'return-activate' | 'return-start';

export interface JournaledIntent extends Intent {
  readonly serial: number;
  /** Null: nobody wrote down how it ended. */
  readonly result: string | null;
}

/** A job that the journal has not seen the end of. */
export interface OpenJob extends JobRef {
  /** Set once the work is over and only the app has yet to hear it. */
  readonly outcome: FinishOutcome | null;
}

export type OutboxMessage = JobRef & { readonly seq: number } & (
    | { readonly kind: 'report'; readonly entries: readonly ReportEntry[] }
    | { readonly kind: 'finish'; readonly outcome: FinishOutcome }
  );

/** The agent's memory. Each call is one transaction that is on disk when it resolves. */
export interface Journal {
  openJobs(): Promise<readonly OpenJob[]>;
  /** Opens the job or takes it up again; what the app has not acknowledged is numbered anew after `lastSeq`. */
  beginJob(ref: JobRef, lastSeq: number): Promise<OpenJob>;
  /** Forgets a job that belongs to somebody else now, with everything it had to tell. */
  dropJob(job: string, why: string): Promise<void>;
  /** Everything that was meant and done on hosts for the job, oldest first. */
  intentsOf(job: string): Promise<readonly JournaledIntent[]>;
  /** Resolves to the intent's serial. */
  writeIntent(intent: Intent, entry: ReportEntry): Promise<number>;
  /** The result and what the app is told of it, in one transaction. */
  writeResult(serial: number, result: string, entry: ReportEntry): Promise<void>;
  /** Something to tell the app that follows no intent. */
  tell(job: string, entry: ReportEntry): Promise<void>;
  /** The work is over; the finish is the outbox's last message. */
  finishJob(job: string, outcome: FinishOutcome): Promise<void>;
  /** The first message that is not acknowledged; asked again, it is the same one. */
  nextMessage(job: string): Promise<OutboxMessage | undefined>;
  /** The app has the job's messages up to this one; with its finish the job is closed. */
  acknowledge(job: string, seq: number): Promise<void>;
  /** The app misses messages from this one on: they are sent again. False when this claim has none of them. */
  sendAgainFrom(job: string, seq: number): Promise<boolean>;
  /** The longest history of a release that the installation has signed and this agent has kept. */
  lastCheckpoint(audience: string, issueId: string): Promise<Checkpoint | undefined>;
  /** Keeps a checkpoint for good; one of that length that is there already stays. */
  keepCheckpoint(checkpoint: Checkpoint, signed: SignedCheckpoint): Promise<void>;
  /** Checkpoints whose countersignature the app does not have yet, the oldest first. */
  waitingCheckpoints(audience: string, max: number): Promise<readonly SignedCheckpoint[]>;
  /** The app has the countersignatures of the checkpoints with these heads. */
  acknowledgeCheckpoints(heads: readonly string[]): Promise<void>;
}

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
  /** The host has seen a higher fence: the job belongs to somebody else. */
  | { readonly kind: 'superseded'; readonly sentence: string }
  /** The connection ended before the answer: the act may have happened. */
  | { readonly kind: 'lost'; readonly sentence: string };

export interface InstalledRelease {
  readonly digest: string;
  readonly version: string;
  /** SHA-256 of the approved package, where configuration was merged into it; absent: `digest` is it. */
  readonly artifactSha256?: string;
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

/** An act that a host has done to its end. */
export interface LedgerLine extends JobRef {
  readonly operation: 'stage' | 'activate' | 'reactivate' | 'start';
  readonly digest: string;
  readonly version: string;
}

export interface Artifacts {
  /**
   * Opens a package and judges it whole: digest, archive, what it holds. Where this agent keeps
   * configuration of the site, it is merged in, and the digest is the merged package's.
   */
  open(
    artifact: CodeStep['artifact'],
    environment: string,
    site: string,
  ): Promise<
    | { readonly kind: 'opened'; readonly artifact: OpenArtifact }
    | { readonly kind: 'refused'; readonly failure: Failure }
  >;
}

/** A package whose file stays open: what was judged is what is sent. */
export interface OpenArtifact {
  readonly sha256: string;
  readonly sizeBytes: number;
  /** Bytes after unpacking: hosts check their room first. */
  readonly unpackedBytes: number;
  read(): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

export interface Health {
  /** One look at a service. */
  look(target: HostTarget, service: ServiceCheck): Promise<Look>;
}

export type Look =
  | {
      readonly kind: 'answered';
      readonly healthy: boolean;
      /** HTTP status of the health path. */
      readonly status: number;
      /** Null where the plan names no version path, or the service is not healthy. */
      readonly version: string | null;
      readonly milliseconds: number;
    }
  | { readonly kind: 'silent'; readonly sentence: string }
  /** agent.yml does not allow the look. */
  | { readonly kind: 'refused'; readonly sentence: string };

export interface Log {
  info(message: string, facts?: Readonly<Record<string, unknown>>): void;
  warn(message: string, facts?: Readonly<Record<string, unknown>>): void;
  error(message: string, facts?: Readonly<Record<string, unknown>>): void;
}
