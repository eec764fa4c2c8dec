/** The words spoken between an agent and the app: one web trigger, one envelope, nine operations. */
import { z } from 'zod';
import { ACT_RESULTS, ACTS } from '#core/act-chain';
import type { RunStage } from '#core/plan-step';
import { FAILURE_CLASSES } from '#core/failure';
import {
  CheckpointHead,
  CountersignedCheckpoint,
  COUNTERSIGNATURES_MAX,
  SignedCheckpoint,
} from './checkpoint';

/** The envelope's own shape. What may stand inside it is agreed on: see PROTOCOL_VERSIONS. */
export const ENVELOPE_VERSION = 1;

/**
 * What this side speaks, oldest first: its own version and the one before. 1: as released with agent 0.1.
 * 2: heartbeats may be answered with `stop`, and there are the operations `log` and `add-key`. An agent names its versions, the app answers with the one that holds;
 * who names none speaks 1.
 */
export const PROTOCOL_VERSIONS: readonly number[] = [1, 2];

/** From this version on an agent understands that it shall stop. */
export const STOP_SINCE_VERSION = 2;
/** From this version on an app takes log lines. */
export const LOG_SINCE_VERSION = 2;
/** From this version on an app takes another key. */
export const KEYS_SINCE_VERSION = 2;

/** A key that is replaced stays good for so long, so that nothing on its way is lost. */
export const KEY_OVERLAP_SECONDS = 24 * 3_600;

/** Most lines in one chunk of a job's log. */
export const LOG_LINES_MAX = 200;
/** Longest line of a log; what is longer is cut where it is written. */
export const LOG_LINE_MAX_CHARS = 1_000;
/** Longest chunk of a log, counted in the characters of its lines and of what they name: three bytes each still fit a stored value. */
export const LOG_CHUNK_MAX_CHARS = 64 * 1024;

/** Longest body that either side reads, in UTF-8 bytes. */
export const BODY_MAX_BYTES = 256 * 1024;

/** Largest piece of content in one answer of `fetch`, in characters. */
export const FETCH_PIECE_MAX_CHARS = 150 * 1024;

/** Most entries in one report: all of them are applied, or none. */
export const REPORT_ENTRIES_MAX = 50;

/** How long a claim holds without a heartbeat. */
export const LEASE_SECONDS = 90;

/** How often an agent renews its lease while it works. */
export const HEARTBEAT_SECONDS = 20;

/** Before the end of its lease an agent starts no further effect. */
export const LEASE_MARGIN_SECONDS = 30;

/** After the end of a lease nobody else may claim for so long: the old agent's last effect ends first. */
export const TAKEOVER_GRACE_SECONDS = 30;

/** How long a signed decision is good for; heartbeats bring fresh ones. */
export const DECISION_VALID_SECONDS = 15 * 60;

/** When an agent comes again: a person is about to start or has just clicked. */
export const POLL_IMMINENT_MILLISECONDS = 250;
/** When an agent comes again: a release that it serves is being watched. */
export const POLL_HOT_MILLISECONDS = 2_000;
/** When an agent comes again while a job is there and nobody watches, or when it was hot for long enough this day. */
export const POLL_WARM_MILLISECONDS = 15_000;
/** An agent is hot for at most so long in a day: each call costs. */
export const HOT_SECONDS_A_DAY = 2 * 3_600;
/** When an agent comes again while nothing is going on; it adds jitter itself. */
export const POLL_FAR_MILLISECONDS = 60_000;

const id = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/);
const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/);
/** Largest number that counts or tells a time. */
export const SERIAL_MAX = 2_147_483_647;
const serial = z.int().min(0).max(SERIAL_MAX);
const protocolVersion = z.int().min(0).max(999);
/** The versions that an agent speaks; absent in agents of 0.1. */
const speaks = z.array(protocolVersion).min(1).max(10).exactOptional();
/** The newest time of the app's that the agent has heard since its start; absent in agents of 0.1, and in claims of 0.2. */
const heard = serial.exactOptional();
/** The version that the app speaks with this agent; absent where the app is of 0.1, or the agent named none. */
const speak = protocolVersion.exactOptional();

/** An agent whose clock is so far from the app's says so. */
export const CLOCK_TOLD_SECONDS = 60;

/** A raw Ed25519 public key: 32 bytes in base64. */
export const PublicKey = z.string().regex(/^[A-Za-z0-9+/]{43}=$/);

export const Envelope = z.strictObject({
  v: z.literal(ENVELOPE_VERSION),
  /** The installation that the message is for; `enroll` before the agent knows it. */
  aud: z.string().min(1).max(200),
  op: z.enum([
    'enroll',
    'poll',
    'claim',
    'fetch',
    'heartbeat',
    'report',
    'log',
    'finish',
    'add-key',
  ]),
  /** The agent's id; `-` while it enrolls. */
  agent: z.string().regex(/^(-|[A-Za-z0-9][A-Za-z0-9._-]{0,99})$/),
  /** First 16 hex digits of the SHA-256 over the raw public key. */
  key: z.string().regex(/^[0-9a-f]{16}$/),
  /** Random per start of the agent: two at once mean a cloned key. */
  boot: z.string().regex(/^[A-Za-z0-9]{8,32}$/),
  job: id.exactOptional(),
  fence: serial.exactOptional(),
  seq: serial.exactOptional(),
  data: z.unknown(),
});
export type Envelope = z.infer<typeof Envelope>;

export const EnrollData = z.strictObject({
  code: z.string().min(20).max(64),
  name: z.string().min(1).max(80),
  publicKey: PublicKey,
  /** Left out towards an app of 0.1, which refuses what it does not know. */
  speaks,
});
export type EnrollData = z.infer<typeof EnrollData>;

export const PollData = z.object({
  version: z.string().max(40),
  busy: z.boolean(),
  speaks,
  heard,
  /** How far the clock of the agent's machine is ahead of the app's; absent where it is right, and in agents of 0.1. */
  clockAheadSeconds: z.int().min(-86_400).max(86_400).exactOptional(),
  /** Checkpoints that the agent has kept; sent again until the answer names their heads. */
  countersigned: z.array(CountersignedCheckpoint).max(COUNTERSIGNATURES_MAX).exactOptional(),
});
export type PollData = z.infer<typeof PollData>;

/** The same request id gets the same answer, so that a lost answer costs nothing. */
export const ClaimData = z.object({
  requestId: id,
  speaks,
  /** The agent goes on behind statements that people call done; absent in agents of yesterday, which would run them. */
  skipsDone: z.literal(true).exactOptional(),
  heard,
});
export type ClaimData = z.infer<typeof ClaimData>;

export const FetchData = z.object({ digest: sha256Hex, offset: serial });
export type FetchData = z.infer<typeof FetchData>;

/** Longest name of what an agent does at the moment; what is longer is cut where it is sent. */
export const STEP_MAX_CHARS = 200;

export const HeartbeatData = z.object({
  step: z.string().max(STEP_MAX_CHARS).nullable(),
  speaks,
  heard,
});
export type HeartbeatData = z.infer<typeof HeartbeatData>;

/** What one host, script or namespace looks like to the agent; a host that is neither NEW nor OLD is UNKNOWN, never guessed. */
export const HostState = z.enum([
  'waiting',
  'staging',
  'staged',
  'switching',
  'switched',
  'starting',
  'healthy',
  /** A script or a namespace. */
  'running',
  'done',
  'failed',
  'unknown',
]);
export type HostState = z.infer<typeof HostState>;

/** Most acts that one entry of a report tells: its own, and what a host's ledger shows of earlier claims. */
export const ENTRY_ACTS_MAX = 16;

/** Longest id of a step, or of what it works on. */
export const PLACE_MAX_CHARS = 100;
/** Longest name of what an act was about. */
export const ACT_OF_MAX_CHARS = 200;
/** Longest note of an entry. */
export const NOTE_MAX_CHARS = 1_000;
/** Longest sentence of a failure, and longest question. */
export const SENTENCE_MAX_CHARS = 2_000;

/** What an agent did at a target, for the audit. */
export const AgentAct = z.object({
  what: z.enum(ACTS),
  result: z.enum(ACT_RESULTS),
  fence: serial,
  of: z.string().max(ACT_OF_MAX_CHARS),
  first: serial.exactOptional(),
  last: serial.exactOptional(),
  found: z.boolean().exactOptional(),
});
export type AgentAct = z.infer<typeof AgentAct>;

export const ReportEntry = z.object({
  /** Epoch seconds, corrected by the app's own clock. */
  at: serial,
  step: z.string().max(PLACE_MAX_CHARS),
  /** The host's id; a script's or a change's where the step is one of SQL or CONFIG. */
  host: z.string().max(PLACE_MAX_CHARS),
  state: HostState,
  /** One sentence; empty when the state says it all. */
  note: z.string().max(NOTE_MAX_CHARS),
  milliseconds: serial,
  /** What ended with it; absent where nothing did, and in agents of 0.1. */
  acts: z.array(AgentAct).max(ENTRY_ACTS_MAX).exactOptional(),
});
export type ReportEntry = z.infer<typeof ReportEntry>;

export const ReportData = z.object({
  entries: z.array(ReportEntry).min(1).max(REPORT_ENTRIES_MAX),
});
export type ReportData = z.infer<typeof ReportData>;

export const LogLine = z.object({
  /** Epoch seconds, corrected by the app's own clock. */
  at: serial,
  level: z.enum(['info', 'warn', 'error']),
  /** The host, script or change that it is about, by its id; absent where it is about none, and in agents of 0.1. */
  host: z.string().max(100).exactOptional(),
  text: z.string().max(LOG_LINE_MAX_CHARS),
});
export type LogLine = z.infer<typeof LogLine>;

/** What a line counts in its chunk. */
export const lineChars = ({ text, host = '' }: LogLine): number => text.length + host.length;

/** A piece of the log that a claim of a job leaves. Chunks and lines are counted from 0 within the claim. */
export const LogData = z.object({
  chunk: serial,
  /** Number of the first line: where it does not follow the last one, lines were lost. */
  firstLine: serial,
  lines: z
    .array(LogLine)
    .min(1)
    .max(LOG_LINES_MAX)
    .refine(
      (lines) => lines.reduce((sum, line) => sum + lineChars(line), 0) <= LOG_CHUNK_MAX_CHARS,
    ),
});
export type LogData = z.infer<typeof LogData>;

export const AddKeyData = z.object({
  publicKey: PublicKey,
  /** The new key's signature over `keyProofText`: whoever sends it has the private key. */
  proof: z.string().regex(/^[A-Za-z0-9+/]{86}==$/),
});
export type AddKeyData = z.infer<typeof AddKeyData>;

export const FailureSchema = z.object({
  class: z.enum(FAILURE_CLASSES),
  sentence: z.string().min(1).max(SENTENCE_MAX_CHARS),
});

/** A scope's fence is raised at most so far by what an agent has seen at a target: nobody uses fences up. */
export const FENCE_LEAP_MAX = 1_000_000;

export const FinishOutcome = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('succeeded') }),
  z.object({
    kind: z.literal('failed'),
    failure: FailureSchema,
    /** A target refused the job's fence because it has seen this one, higher than any the app gave out; absent in agents of 0.1. */
    fenceSeen: serial.exactOptional(),
  }),
  z.object({
    kind: z.literal('unknown'),
    question: z.string().min(1).max(SENTENCE_MAX_CHARS),
    /** It is about one statement, and a new job can go on behind it; absent elsewhere, and in agents of yesterday. */
    isStatement: z.literal(true).exactOptional(),
  }),
]);
export type FinishOutcome = z.infer<typeof FinishOutcome>;

export const FinishData = z.object({
  outcome: FinishOutcome,
  /** Lines of this claim's log of which no answer came, so that they may have arrived; absent in agents of 0.1. */
  lostLines: serial.exactOptional(),
  /** Lines that this claim has written: behind the last that arrived they are lost for certain. */
  writtenLines: serial.exactOptional(),
});
export type FinishData = z.infer<typeof FinishData>;

/** What an agent says of its log at the end. */
export type LogEnd = Required<Pick<FinishData, 'lostLines' | 'writtenLines'>>;

const RUN_STAGES = ['SQL', 'CONFIG', 'CODE', 'VERIFY', 'ROLLBACK'] as const satisfies RunStage[];
export const RunStageSchema = z.enum(RUN_STAGES);

/** What the gate decided, as it is signed by the installation's key. */
export const GateDecision = z.object({
  v: z.literal(1),
  aud: z.string(),
  agent: z.string(),
  job: z.string(),
  fence: serial,
  issueId: z.string(),
  environment: z.string(),
  stage: RunStageSchema,
  planDigest: sha256Hex,
  policyVersion: serial,
  approvals: z.array(z.object({ accountId: z.string(), step: z.string() })),
  /** Jobs that asked about a statement which a person then called done; absent where the stage is not SQL, and in apps of yesterday. */
  doneStatements: z.array(id).exactOptional(),
  /**
   * Jobs that asked about a statement and were answered; absent as above. Without it an agent takes every question of
   * an older job for an answered one, as an agent of yesterday does, which reads past it.
   */
  answeredStatements: z.array(id).exactOptional(),
  /** Epoch seconds. */
  validUntil: serial,
});
export type GateDecision = z.infer<typeof GateDecision>;

export const SignedDecision = z.object({
  /** The decision's JSON, byte for byte as it was signed. */
  text: z.string(),
  /** Base64 of 64 bytes. */
  signature: z.string().regex(/^[A-Za-z0-9+/]{86}==$/),
});
export type SignedDecision = z.infer<typeof SignedDecision>;

export const EnrollAnswer = z.object({
  now: serial,
  agent: id,
  audience: z.string(),
  appKey: PublicKey,
  /** Compared by an admin with what the agent prints. */
  fingerprint: z.string(),
});
export type EnrollAnswer = z.infer<typeof EnrollAnswer>;

export const PollAnswer = z.object({
  now: serial,
  speak,
  state: z.enum(['pending', 'active']),
  jobs: z.array(id),
  nextPollMilliseconds: z.int().min(100).max(3_600_000),
  /** Heads of the countersigned checkpoints that need not be sent again. */
  countersigned: z.array(CheckpointHead).exactOptional(),
});
export type PollAnswer = z.infer<typeof PollAnswer>;

export const ClaimAnswer = z.object({
  now: serial,
  speak,
  job: id,
  stage: RunStageSchema,
  environment: z.string(),
  planDigest: sha256Hex,
  scopes: z.array(z.string()),
  fence: serial,
  /** Sequence number of the last report that the app has: a new owner goes on from there. */
  lastSeq: serial,
  leaseSeconds: serial,
  decision: SignedDecision,
});
export type ClaimAnswer = z.infer<typeof ClaimAnswer>;

export const FetchAnswer = z.object({
  now: serial,
  text: z.string(),
  nextOffset: serial.nullable(),
});
export type FetchAnswer = z.infer<typeof FetchAnswer>;

export const HeartbeatAnswer = z.object({
  now: serial,
  speak,
  leaseSeconds: serial,
  /** `stop`: end before the next effect, leave nothing half done, and say what was done. */
  command: z.enum(['continue', 'stop']),
  decision: SignedDecision,
});
export type HeartbeatAnswer = z.infer<typeof HeartbeatAnswer>;

export const ReportAnswer = z.object({ now: serial, lastSeq: serial });
export type ReportAnswer = z.infer<typeof ReportAnswer>;

export const FinishAnswer = ReportAnswer.extend({
  /** The history that the job's end has become a part of. */
  checkpoint: SignedCheckpoint.exactOptional(),
});
export type FinishAnswer = z.infer<typeof FinishAnswer>;
export const LogAnswer = z.object({ now: serial, nextChunk: serial });
export type LogAnswer = z.infer<typeof LogAnswer>;

export const AddKeyAnswer = z.object({
  now: serial,
  key: z.string(),
  /** Until when the key that it replaces is good, in epoch seconds. */
  formerUntil: serial,
});
export type AddKeyAnswer = z.infer<typeof AddKeyAnswer>;

/**
 * Every answer that is not 200. `unauthorized` (401) is the same for every cause; `stale` (409): another
 * agent owns the job now, or it is finished; `gap` (409): send from `expectedSeq`; `taken` (409): claimed by
 * another; `pending` (403): no admin has confirmed the agent; `invalid` (400): the message breaks the schema;
 * `busy` (503): try again after `retryAfterSeconds`.
 */
export const ErrorAnswer = z.object({
  /** RFC 9457: names the kind of problem for programs; `urn:interlock:problem:` and the error. */
  type: z.string(),
  title: z.string(),
  status: z.int(),
  error: z.enum(['unauthorized', 'stale', 'gap', 'taken', 'pending', 'invalid', 'gone', 'busy']),
  now: serial,
  message: z.string().exactOptional(),
  expectedSeq: serial.exactOptional(),
  /** With `invalid`: the versions that the app speaks, of which the agent speaks none. */
  speaks,
  retryAfterSeconds: serial.exactOptional(),
  /** With `gone`, to an agent that has worked on the job: the history that the job's end has become a part of. */
  checkpoint: SignedCheckpoint.exactOptional(),
});
export type ErrorAnswer = z.infer<typeof ErrorAnswer>;
