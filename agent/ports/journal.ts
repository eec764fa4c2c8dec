/** The agent's memory as its core sees it. */
import type { Failure } from '#core/failure';
import type { FinishOutcome, ReportEntry } from '#wire/agent';
import type { Checkpoint, SignedCheckpoint } from '#wire/checkpoint';
import type { JobRef } from './app';

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
