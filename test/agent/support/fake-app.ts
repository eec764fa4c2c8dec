/** An app with one job at a time: real decisions, real rules for claims and messages, no store and no Jira. */
import { generateKeyPairSync, sign } from 'node:crypto';
import { canonicalText } from '#core/canonical';
import type { Plan } from '#core/plan';
import { decideClaim, decideMessage } from '#core/job';
import type { RunStage } from '#core/plan-step';
import type { z } from 'zod';
import {
  BODY_MAX_BYTES,
  ClaimData,
  DECISION_VALID_SECONDS,
  FetchData,
  FinishData,
  HeartbeatData,
  LEASE_SECONDS,
  LogData,
  PROTOCOL_VERSIONS,
  ReportData,
  TAKEOVER_GRACE_SECONDS,
} from '#wire/agent';
import type {
  ErrorAnswer,
  FinishOutcome,
  GateDecision,
  ReportEntry,
  SignedDecision,
} from '#wire/agent';
import { checkpointText } from '#wire/checkpoint';
import type { Checkpoint, SignedCheckpoint } from '#wire/checkpoint';
import { decisionText } from '#wire/signature';
import { claimData, toldStep } from '../../../agent/app-client';
import { keyOf, sha256Hex } from '../../../agent/keys';
import { instant } from '../../../agent/lease';
import type { Identity } from '../../../agent/ports/agent';
import type { AppClient, AppResult } from '../../../agent/ports/app';
import type { Clock } from '../../../agent/ports/clock';
import { textOf } from './plans';

export const AGENT = 'ag_1';
export const AUDIENCE = 'installation-1';

const appKeys = generateKeyPairSync('ed25519');
const appKey = keyOf(appKeys.privateKey);

export const IDENTITY: Identity = { agent: AGENT, audience: AUDIENCE, appKey: appKey.publicKey };

/** Signs a decision as the installation does. */
export const signDecision = (decision: object, privateKey = appKeys.privateKey): SignedDecision => {
  const text = JSON.stringify(decision);
  const signature = sign(null, Buffer.from(decisionText(text)), privateKey).toString('base64');
  return { text, signature };
};

export interface FakeApp extends AppClient {
  /** What was applied, in order. */
  readonly entries: readonly ReportEntry[];
  readonly outcome: FinishOutcome | null;
  /** The chunks of the log that arrived, and how many lines the finish said were lost. */
  readonly logged: readonly LogData[];
  readonly lostLines: number | undefined;
  /** Highest sequence number applied. */
  readonly lastSeq: number;
  readonly fence: number;
  /** Every call by its operation, in order. */
  readonly calls: readonly string[];
  /** From now on heartbeats ask to stop. */
  askToStop(): void;
  /** Another agent takes the job over. */
  takeOver(): void;
  /** Another agent has done the job. */
  endElsewhere(): void;
  /** What becomes of a call; undefined: it goes through. A lost answer was applied, a lost request was not. */
  disturb: (op: string) => 'lost-request' | 'lost-answer' | ErrorAnswer['error'] | undefined;
  /** Changes decisions before they are signed. */
  tamper: (decision: GateDecision) => object;
  /** Another plan than the one that was approved. */
  planText: string;
  /** Other texts of the release by their digest. */
  readonly texts: Map<string, string>;
}

interface FakeJob {
  readonly job?: string;
  readonly stage?: RunStage;
  readonly firstFence?: number;
  /** Jobs whose statement in doubt a person has called done; absent: an app of yesterday. */
  readonly doneStatements?: readonly string[] | undefined;
  /** Jobs that asked about a statement and were answered; absent: an app of yesterday. */
  readonly answeredStatements?: readonly string[] | undefined;
}

/** An app that offers one job with this plan. */
export function createFakeApp(
  clock: Clock,
  plan: Plan,
  {
    job = '10001.9',
    stage = 'CODE',
    firstFence = 1,
    doneStatements,
    answeredStatements,
  }: FakeJob = {},
): FakeApp {
  const { text, digest } = textOf(plan);
  const now = (): number => Math.floor(clock.wallMilliseconds() / 1_000);
  const entries: ReportEntry[] = [];
  const calls: string[] = [];
  const row = {
    status: 'offered' as 'offered' | 'running' | 'finished',
    agents: [AGENT, 'ag_2'],
    agent: null as string | null,
    requestId: null as string | null,
    fence: firstFence - 1,
    leaseUntil: 0,
    lastSeq: 0,
    lastMessage: null as string | null,
  };
  let outcome: FinishOutcome | null = null;
  let lostLines: number | undefined;
  const logged: LogData[] = [];
  let command: 'continue' | 'stop' = 'continue';

  const decision = (): SignedDecision =>
    signDecision(
      app.tamper({
        v: 1,
        aud: AUDIENCE,
        agent: AGENT,
        job,
        fence: row.fence,
        issueId: plan.issueId,
        environment: plan.environment,
        stage,
        planDigest: digest,
        policyVersion: plan.policyVersion,
        approvals: [],
        ...(doneStatements && { doneStatements: [...doneStatements] }),
        ...(answeredStatements && { answeredStatements: [...answeredStatements] }),
        validUntil: now() + DECISION_VALID_SECONDS,
      }),
    );

  /** What the job's end has become a part of. */
  const checkpoint = (): SignedCheckpoint => {
    const history = { segments: 5, events: 9, head: sha256Hex('history') };
    const { issueId } = plan;
    const signed = canonicalText({
      ...{ v: 1, aud: AUDIENCE, issueId, issueKey: 'REL-1' },
      ...history,
      at: now(),
    } satisfies Checkpoint);
    return { text: signed, signature: appKey.sign(checkpointText(signed)) };
  };

  const refuse = (
    error: ErrorAnswer['error'],
    more: Pick<ErrorAnswer, 'expectedSeq' | 'checkpoint'> = {},
  ): AppResult<never> => ({ kind: 'refused', error, message: `refused as ${error}`, ...more });

  /** A call that may be lost on its way there or back; `data` as the client puts it into the envelope. */
  const call = async <Answer>(
    op: string,
    serve: () => AppResult<Answer>,
    schema?: z.ZodType,
    data?: unknown,
  ): Promise<AppResult<Answer>> => {
    calls.push(op);
    const disturbed = app.disturb(op);
    if (disturbed === 'lost-request') return { kind: 'unreachable', sentence: 'lost' };
    if (disturbed !== undefined && disturbed !== 'lost-answer') return refuse(disturbed);
    // The door knows nobody whose message is too long; an envelope has less than a kibibyte.
    if (Buffer.byteLength(JSON.stringify(data ?? null)) > BODY_MAX_BYTES - 1_024)
      return refuse('unauthorized');
    const isReadable = schema?.safeParse(JSON.parse(JSON.stringify(data))).success ?? true;
    const result = isReadable ? serve() : refuse('invalid');
    return disturbed === undefined ? result : { kind: 'unreachable', sentence: 'lost' };
  };
  const answered = <Answer>(answer: Answer): AppResult<Answer> => ({
    kind: 'answered',
    answer,
    sentAt: instant(clock),
  });

  const message = (
    agent: { job: string; fence: number },
    seq: number,
    body: object,
    apply: () => void,
  ) => {
    const judged = decideMessage(row, {
      agentId: AGENT,
      fence: agent.fence,
      seq,
      digest: sha256Hex(JSON.stringify(body)),
    });
    if (judged.kind === 'stale') return refuse('stale');
    if (judged.kind === 'gap') return refuse('gap', { expectedSeq: judged.expectedSeq });
    if (judged.kind === 'apply') {
      apply();
      row.lastSeq = seq;
      row.lastMessage = sha256Hex(JSON.stringify(body));
    }
    return answered({ now: now(), lastSeq: row.lastSeq });
  };

  const app: FakeApp = {
    entries,
    calls,
    get outcome() {
      return outcome;
    },
    logged,
    get lostLines() {
      return lostLines;
    },
    get lastSeq() {
      return row.lastSeq;
    },
    get fence() {
      return row.fence;
    },
    disturb: () => undefined,
    tamper: (signed) => signed,
    planText: text,
    texts: new Map(),
    askToStop: () => {
      command = 'stop';
    },
    takeOver: () => {
      row.agent = 'ag_2';
      row.fence += 1;
      row.status = 'running';
      row.leaseUntil = now() + LEASE_SECONDS;
    },
    endElsewhere: () => {
      app.takeOver();
      row.status = 'finished';
    },
    serverSeconds: now,
    poll: () =>
      call('poll', () =>
        answered({
          now: now(),
          state: 'active',
          jobs: row.status === 'finished' ? [] : [job],
          nextPollMilliseconds: 2_000,
        }),
      ),
    claim: (_job, requestId) =>
      call(
        'claim',
        () => {
          const claimed = decideClaim(row, {
            agentId: AGENT,
            requestId,
            now: now(),
            graceSeconds: TAKEOVER_GRACE_SECONDS,
            highestFence: row.fence,
          });
          if (claimed.kind === 'gone' && outcome !== null)
            return refuse('gone', { checkpoint: checkpoint() });
          if (claimed.kind === 'taken' || claimed.kind === 'gone') return refuse(claimed.kind);
          if (claimed.kind === 'claimed') {
            row.status = 'running';
            row.agent = AGENT;
            row.requestId = requestId;
            row.fence = claimed.fence;
            row.leaseUntil = now() + LEASE_SECONDS;
          }
          return answered({
            now: now(),
            job,
            stage,
            environment: plan.environment,
            planDigest: digest,
            scopes: ['shop:SIT'],
            fence: row.fence,
            lastSeq: row.lastSeq,
            leaseSeconds: LEASE_SECONDS,
            decision: decision(),
          });
        },
        ClaimData,
        claimData(requestId, 0),
      ),
    fetch: (_ref, wanted, offset) =>
      call(
        'fetch',
        () => {
          const whole = app.texts.get(wanted) ?? app.planText;
          const piece = whole.slice(offset, offset + 500);
          const end = offset + piece.length;
          const nextOffset = end < whole.length ? end : null;
          return answered({ now: now(), text: piece, nextOffset });
        },
        FetchData,
        { digest: wanted, offset },
      ),
    heartbeat: (ref, step) =>
      call(
        'heartbeat',
        () => {
          if (row.agent !== AGENT || ref.fence !== row.fence || row.status !== 'running') {
            return refuse('stale');
          }
          row.leaseUntil = now() + LEASE_SECONDS;
          return answered({
            now: now(),
            leaseSeconds: LEASE_SECONDS,
            command,
            decision: decision(),
          });
        },
        HeartbeatData,
        { step: toldStep(step), speaks: PROTOCOL_VERSIONS, heard: now() },
      ),
    report: (ref, seq, told) =>
      call('report', () => message(ref, seq, [...told], () => entries.push(...told)), ReportData, {
        entries: told,
      }),
    speaks: () => Math.max(...PROTOCOL_VERSIONS),
    log: (_ref, chunk) =>
      call(
        'log',
        () => {
          logged.push(chunk);
          return answered({ now: now(), nextChunk: chunk.chunk + 1 });
        },
        LogData,
        chunk,
      ),
    addKey: () => call('add-key', () => refuse('invalid')),
    finish: (ref, seq, end, lost) =>
      call(
        'finish',
        () => {
          const result = message(ref, seq, end, () => {
            outcome = end;
            lostLines = lost?.lostLines;
            row.status = 'finished';
          });
          return result.kind === 'answered'
            ? { ...result, answer: { ...result.answer, checkpoint: checkpoint() } }
            : result;
        },
        FinishData,
        { outcome: end, ...lost },
      ),
  };
  return app;
}
