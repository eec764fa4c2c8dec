/** Speaks to the app: builds the envelope, signs it, sends it once, and reads the answer. */
import type { z } from 'zod';
import {
  AddKeyAnswer,
  ClaimAnswer,
  EnrollAnswer,
  ErrorAnswer,
  FetchAnswer,
  FinishAnswer,
  HeartbeatAnswer,
  LogAnswer,
  PollAnswer,
  PROTOCOL_VERSIONS,
  ReportAnswer,
  STEP_MAX_CHARS,
} from '#wire/agent';
import { countersignedText } from '#wire/checkpoint';
import { CLOCK_SKEW_MAX_SECONDS } from '#wire/signature';
import { clockSentence, clockState, watchClock } from './clock-trouble';
import { cutText } from './cut-text';
import { sha256Hex } from './keys';
import { instant } from './lease';
import type { Identity } from './ports/agent';
import type { AppClient, AppResult } from './ports/app';
import type { Clock } from './ports/clock';
import { signMessage, timestamp } from './signed-message';
import type { Message, Signer } from './signed-message';
import type { Troubles } from './troubles';

/** What an agent needs of an error; the rest is for people and their tools. */
const Refusal = ErrorAnswer.pick({
  error: true,
  now: true,
  message: true,
  speaks: true,
  expectedSeq: true,
  retryAfterSeconds: true,
  checkpoint: true,
});

/** What is spoken until the app has named another. */
const FIRST_VERSION = 1;

/** Carries one signed message to the web trigger and brings the raw answer. */
export interface Exchange {
  post(message: SignedMessage): Promise<RawAnswer>;
}

export interface SignedMessage {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type RawAnswer =
  | { readonly kind: 'answered'; readonly status: number; readonly body: string }
  | { readonly kind: 'unreachable'; readonly sentence: string };

export interface Sender extends Signer {
  readonly exchange: Exchange;
  readonly clock: Clock;
  /** Hears of a clock that is wrong. */
  readonly troubles?: Troubles;
}

/** A step as heartbeats name it: names in it may be as long as the whole. */
export const toldStep = (step: string | null): string | null =>
  step === null ? null : cutText(step, STEP_MAX_CHARS);

/** What a claim tells of this agent. */
export const claimData = (requestId: string, heard: number) => ({
  requestId,
  speaks: [...PROTOCOL_VERSIONS],
  skipsDone: true,
  heard,
});

/** The client of an enrolled agent. `version` is the agent's own. */
export function createAppClient(sender: Sender, identity: Identity, version: string): AppClient {
  let polls = 0;
  const speaks = [...PROTOCOL_VERSIONS];
  const { agent, audience: aud } = identity;
  const { boot, time } = sender;
  const watch = watchClock(time, sender.log, sender.troubles);
  const call = async <Answer extends { now: number }>(
    schema: z.ZodType<Answer>,
    message: Omit<Message, 'aud' | 'agent'>,
  ) => {
    const result = await callApp(sender, schema, { ...message, aud, agent });
    watch();
    return result;
  };
  let spoken = FIRST_VERSION;
  /** An app of 0.1 names no version. */
  const agreed = <Answer extends { speak?: number }>(result: AppResult<Answer>) => {
    if (result.kind === 'answered') spoken = result.answer.speak ?? FIRST_VERSION;
    return result;
  };

  return {
    poll: async (checkpoints = []) => {
      polls += 1;
      const countersigned = checkpoints.map((signed) => ({
        ...signed,
        countersignature: sender.key.sign(countersignedText(agent, signed.text)),
      }));
      const result = await call(PollAnswer, {
        op: 'poll',
        id: `${boot}.poll.${polls}`,
        data: {
          version,
          busy: false,
          speaks,
          heard: time.heard(),
          ...(clockState(time) !== 'right' && { clockAheadSeconds: time.aheadSeconds() }),
          ...(countersigned.length > 0 && { countersigned }),
        },
      });
      return agreed(result);
    },
    claim: async (job, requestId) => {
      const data = claimData(requestId, time.heard());
      const result = await call(ClaimAnswer, { op: 'claim', id: `${requestId}.claim`, job, data });
      // A claim that names no version says nothing of it: polls do.
      return result.kind === 'answered' && result.answer.speak === undefined
        ? result
        : agreed(result);
    },
    fetch: ({ job, fence }, digest, offset) =>
      call(FetchAnswer, {
        op: 'fetch',
        id: `${job}.${fence}.fetch.${digest.slice(0, 16)}.${offset}`,
        job,
        fence,
        data: { digest, offset },
      }),
    heartbeat: async ({ job, fence }, step) => {
      const result = await call(HeartbeatAnswer, {
        op: 'heartbeat',
        id: `${job}.${fence}.heartbeat.${time.now()}`,
        job,
        fence,
        data: { step: toldStep(step), speaks, heard: time.heard() },
      });
      return agreed(result);
    },
    report: ({ job, fence }, seq, entries) =>
      call(ReportAnswer, {
        op: 'report',
        id: `${job}.${fence}.${seq}`,
        job,
        fence,
        seq,
        data: { entries },
      }),
    finish: ({ job, fence }, seq, outcome, logEnd) =>
      call(FinishAnswer, {
        op: 'finish',
        id: `${job}.${fence}.${seq}`,
        job,
        fence,
        seq,
        data: { outcome, ...logEnd },
      }),
    log: ({ job, fence }, chunk) =>
      call(LogAnswer, {
        op: 'log',
        id: `${job}.${fence}.log.${chunk.chunk}`,
        job,
        fence,
        data: chunk,
      }),
    addKey: (publicKey, proof) =>
      call(AddKeyAnswer, {
        op: 'add-key',
        id: `${sha256Hex(publicKey).slice(0, 16)}.add-key`,
        data: { publicKey, proof },
      }),
    speaks: () => spoken,
    serverSeconds: () => time.now(),
  };
}

/**
 * Enrolls: proves that the new key is this agent's, and learns who it is from now on. An app of 0.1 refuses what it
 * does not know, in the words for a wrong code: it is asked once more without the agent's versions.
 */
export async function enroll(
  sender: Sender,
  code: string,
  name: string,
): Promise<AppResult<EnrollAnswer>> {
  const { publicKey } = sender.key;
  const knock = (id: string, data: object) =>
    callApp(sender, EnrollAnswer, { op: 'enroll', id, aud: 'enroll', agent: '-', data });
  const first = await knock(`${sender.boot}.enroll`, {
    ...{ code, name, publicKey },
    speaks: [...PROTOCOL_VERSIONS],
  });
  const isUnknown = first.kind === 'refused' && first.error === 'unauthorized';
  return isUnknown ? knock(`${sender.boot}.enroll-0.1`, { code, name, publicKey }) : first;
}

/** Sends a message; once more, with the app's time, when the agent's own clock made it look too old or too new. */
async function callApp<Answer extends { now: number }>(
  sender: Sender,
  schema: z.ZodType<Answer>,
  message: Message,
): Promise<AppResult<Answer>> {
  const before = timestamp(sender);
  const first = await sendOnce(sender, schema, message);
  const isUnauthorized = first.kind === 'refused' && first.error === 'unauthorized';
  const corrected = Math.abs(timestamp(sender) - before) > CLOCK_SKEW_MAX_SECONDS / 2;
  return isUnauthorized && corrected ? sendOnce(sender, schema, message) : first;
}

async function sendOnce<Answer extends { now: number }>(
  sender: Sender,
  schema: z.ZodType<Answer>,
  message: Message,
): Promise<AppResult<Answer>> {
  const sentAt = instant(sender.clock);
  const raw = await sender.exchange.post(signMessage(sender, message));
  if (raw.kind === 'unreachable') return raw;

  const data = parseJson(raw.body);
  if (raw.status === 200) {
    const answer = schema.safeParse(data);
    if (!answer.success) return nonsense(raw.status);
    sender.time.learn(answer.data.now, sentAt);
    return { kind: 'answered', answer: answer.data, sentAt };
  }
  const refusal = Refusal.safeParse(data);
  if (!refusal.success) return nonsense(raw.status);
  const { now, message: words, ...rest } = refusal.data;
  sender.time.learn(now, sentAt);
  const isClock = rest.error === 'unauthorized' && clockState(sender.time) === 'refused';
  const why = isClock ? clockSentence(sender.time) : words;
  return {
    kind: 'refused',
    ...rest,
    message: why ?? WORDS[rest.error],
    ...(isClock && { isClock }),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A proxy's page, or an app that is newer than this agent can read. */
const nonsense = (status: number): AppResult<never> => ({
  kind: 'unreachable',
  sentence: `The web trigger answered ${status} with something that is no answer of Interlock.`,
});

/** What an error means where the app adds no words of its own. */
const WORDS = {
  unauthorized:
    'The app does not accept this agent’s signature; if an admin has revoked the agent, enroll it anew.',
  stale: 'Another agent owns the job now, or it is finished.',
  gap: 'The app misses an earlier report.',
  taken: 'Another agent has claimed the job.',
  pending: 'No admin has confirmed this agent yet.',
  invalid: 'The app cannot read this version’s messages.',
  gone: 'The job is over.',
  busy: 'The app is busy.',
} as const satisfies Record<ErrorAnswer['error'], string>;
