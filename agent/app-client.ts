/** Speaks to the app: builds the envelope, signs it, sends it once, and reads the answer. */
import type { z } from 'zod';
import {
  ClaimAnswer,
  EnrollAnswer,
  ErrorAnswer,
  FetchAnswer,
  HeartbeatAnswer,
  PollAnswer,
  PROTOCOL_VERSION,
  ReportAnswer,
} from '#wire/agent';
import type { Envelope } from '#wire/agent';
import {
  CLOCK_SKEW_MAX_SECONDS,
  HEADER_ID,
  HEADER_SIGNATURE,
  HEADER_TIMESTAMP,
  SIGNATURE_VERSION,
  signedText,
} from '#wire/signature';
import type { AgentKey } from './keys';
import { instant } from './lease';
import type { AppClient, AppResult, Clock, Identity, Log } from './ports';
import { CORRECTION_MAX_SECONDS } from './server-time';
import type { ServerTime } from './server-time';

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

export interface Sender {
  readonly exchange: Exchange;
  readonly clock: Clock;
  readonly time: ServerTime;
  readonly key: AgentKey;
  /** Random per start. */
  readonly boot: string;
  readonly log: Log;
}

/** What of the envelope a single message decides. */
type Message = Pick<Envelope, 'aud' | 'op' | 'agent' | 'job' | 'fence' | 'seq' | 'data'> & {
  /** The same for every try of one message. */
  readonly id: string;
};

/** The client of an enrolled agent. `version` is the agent's own. */
export function createAppClient(sender: Sender, identity: Identity, version: string): AppClient {
  let polls = 0;
  const { agent, audience: aud } = identity;
  const { boot, time } = sender;
  const call = <Answer extends { now: number }>(
    schema: z.ZodType<Answer>,
    message: Omit<Message, 'aud' | 'agent'>,
  ) => callApp(sender, schema, { ...message, aud, agent });

  return {
    poll: () => {
      polls += 1;
      return call(PollAnswer, {
        op: 'poll',
        id: `${boot}.poll.${polls}`,
        data: { version, busy: false },
      });
    },
    claim: (job, requestId) =>
      call(ClaimAnswer, { op: 'claim', id: `${requestId}.claim`, job, data: { requestId } }),
    fetch: ({ job, fence }, digest, offset) =>
      call(FetchAnswer, {
        op: 'fetch',
        id: `${job}.${fence}.fetch.${digest.slice(0, 16)}.${offset}`,
        job,
        fence,
        data: { digest, offset },
      }),
    heartbeat: ({ job, fence }, step) =>
      call(HeartbeatAnswer, {
        op: 'heartbeat',
        id: `${job}.${fence}.heartbeat.${time.now()}`,
        job,
        fence,
        data: { step },
      }),
    report: ({ job, fence }, seq, entries) =>
      call(ReportAnswer, {
        op: 'report',
        id: `${job}.${fence}.${seq}`,
        job,
        fence,
        seq,
        data: { entries },
      }),
    finish: ({ job, fence }, seq, outcome) =>
      call(ReportAnswer, {
        op: 'finish',
        id: `${job}.${fence}.${seq}`,
        job,
        fence,
        seq,
        data: { outcome },
      }),
    serverSeconds: () => time.now(),
  };
}

/** Enrolls: proves that the new key is this agent's, and learns who it is from now on. */
export const enroll = (
  sender: Sender,
  code: string,
  name: string,
): Promise<AppResult<EnrollAnswer>> =>
  callApp(sender, EnrollAnswer, {
    op: 'enroll',
    id: `${sender.boot}.enroll`,
    aud: 'enroll',
    agent: '-',
    data: { code, name, publicKey: sender.key.publicKey },
  });

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
  const refusal = ErrorAnswer.safeParse(data);
  if (!refusal.success) return nonsense(raw.status);
  const { now, message: words, ...rest } = refusal.data;
  sender.time.learn(now, sentAt);
  return { kind: 'refused', ...rest, message: words ?? WORDS[rest.error] };
}

function signMessage(sender: Sender, message: Message): SignedMessage {
  const { id, ...rest } = message;
  const envelope: Envelope = {
    v: PROTOCOL_VERSION,
    ...rest,
    key: sender.key.keyId,
    boot: sender.boot,
  };
  const body = JSON.stringify(envelope);
  const seconds = String(timestamp(sender));
  const signature = sender.key.sign(signedText(id, seconds, body));
  return {
    headers: {
      'content-type': 'application/json',
      [HEADER_ID]: id,
      [HEADER_TIMESTAMP]: seconds,
      [HEADER_SIGNATURE]: `${SIGNATURE_VERSION},${signature}`,
    },
    body,
  };
}

/** The app's time, unless the agent's own clock is so wrong that somebody has to look at it. */
function timestamp({ time, log }: Sender): number {
  const ahead = time.aheadSeconds();
  if (Math.abs(ahead) <= CORRECTION_MAX_SECONDS) return time.now();
  log.error(
    `The clock of this machine is ${Math.abs(ahead)} s off; set it, then the app answers again.`,
  );
  return time.now() + ahead;
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
  unauthorized: 'The app does not accept this agent’s signature.',
  stale: 'Another agent owns the job now, or it is finished.',
  gap: 'The app misses an earlier report.',
  taken: 'Another agent has claimed the job.',
  pending: 'No admin has confirmed this agent yet.',
  invalid: 'The app cannot read this version’s messages.',
  gone: 'The job is over.',
  busy: 'The app is busy.',
} as const satisfies Record<ErrorAnswer['error'], string>;
