/** The app as the agent sees it: one attempt at a message each. */
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
  LogEnd,
  PollAnswer,
  ReportAnswer,
  ReportEntry,
} from '#wire/agent';
import type { SignedCheckpoint } from '#wire/checkpoint';
import type { Instant } from './clock';

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
  /** `logEnd`: of this claim's log; absent where nobody knows. */
  finish(
    ref: JobRef,
    seq: number,
    outcome: FinishOutcome,
    logEnd?: LogEnd,
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
