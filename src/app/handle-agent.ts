/** The agent's web trigger: who calls, may they, and which operation is it. */
import {
  AddKeyData,
  ClaimData,
  EnrollData,
  FetchData,
  FinishData,
  HeartbeatData,
  LogData,
  PollData,
  ReportData,
} from '#wire/agent';
import type { AgentRecord } from '#wire/records';
import { addKey } from './add-key';
import type { AgentCall } from './agent-call';
import { busy, invalid, pending, suspended, unauthorized } from './agent-answer';
import type { AgentAnswer } from './agent-answer';
import { isSignedBy, readMessage } from './agent-message';
import type { AgentRequest, Unverified } from './agent-message';
import { claimJob } from './claim-job';
import { enrollAgent } from './enroll-agent';
import { fetchContent } from './fetch-content';
import { finishJob } from './finish-job';
import { pollJobs } from './poll-jobs';
import type { Ports } from './ports';
import { receiveLog } from './receive-log';
import { receiveReport } from './receive-report';
import { renewLease } from './renew-lease';
import { sightBoot } from './sight-boot';

/** How long an agent waits before it asks an app again that could not answer. */
const RETRY_AFTER_SECONDS = 5;

/** Never throws: what goes wrong on our side is «busy», and the agent comes again. */
export async function handleAgentCall(ports: Ports, request: AgentRequest): Promise<AgentAnswer> {
  const now = ports.clock.now();
  const message = readMessage(request, now);
  if (!message) return unauthorized(now);
  try {
    if (message.envelope.op === 'enroll') return await enroll(ports, message);
    const agent = await authenticate(ports, message);
    if (!agent) return unauthorized(now);
    return await perform(ports, message, agent);
  } catch (error) {
    ports.log.warn('An agent’s call could not be answered.', {
      op: message.envelope.op,
      error: String(error),
    });
    return busy(now, RETRY_AFTER_SECONDS);
  }
}

async function enroll(ports: Ports, message: Unverified): Promise<AgentAnswer> {
  const now = ports.clock.now();
  const data = EnrollData.safeParse(message.envelope.data);
  if (!data.success || ports.crypto.keyId(data.data.publicKey) !== message.envelope.key)
    return unauthorized(now);
  if (!isSignedBy(message, data.data.publicKey, ports.crypto)) return unauthorized(now);
  return enrollAgent(ports, data.data);
}

/** The agent whose live key signed the message, for this installation. */
async function authenticate(ports: Ports, message: Unverified): Promise<AgentRecord | undefined> {
  const { envelope } = message;
  if (envelope.aud !== ports.audience) return undefined;
  const agent = await ports.store.get('agent', envelope.agent);
  if (!agent || agent.state === 'revoked') return undefined;
  const key = agent.keys.find((candidate) => candidate.id === envelope.key);
  if (!key || !isLive(key, ports.clock.now())) return undefined;
  return isSignedBy(message, key.publicKey, ports.crypto) ? agent : undefined;
}

const isLive = ({ notBefore = 0, notAfter }: AgentRecord['keys'][number], now: number): boolean =>
  notBefore <= now && (notAfter === null || now <= notAfter);

async function perform(
  ports: Ports,
  message: Unverified,
  agent: AgentRecord,
): Promise<AgentAnswer> {
  const { envelope } = message;
  const now = ports.clock.now();
  const withData = async <Data extends object>(
    schema: DataSchema<Data>,
    operation: (ports: Ports, call: AgentCall<Data>) => Promise<AgentAnswer>,
  ): Promise<AgentAnswer> => {
    const data = schema.safeParse(envelope.data);
    if (!data.success) {
      const place = data.error.issues[0]?.path.join('.') ?? 'the top';
      return invalid(now, `The data of ${envelope.op} break the protocol at ${place}.`);
    }
    const { signedAt, raw } = message;
    const digest = ports.crypto.sha256(raw);
    const call = { agent, envelope, data: data.data, signedAt, digest };
    const judged = await sightBoot(ports, call);
    return judged.kind === 'refused'
      ? judged.answer
      : operation(ports, { ...call, isLate: judged.isLate });
  };

  if (agent.state === 'suspended') return suspended(now, agent.name);
  if (envelope.op === 'poll') return withData(PollData, pollJobs);
  if (agent.state !== 'active') return pending(now);
  switch (envelope.op) {
    case 'claim':
      return withData(ClaimData, claimJob);
    case 'fetch':
      return withData(FetchData, fetchContent);
    case 'heartbeat':
      return withData(HeartbeatData, renewLease);
    case 'report':
      return withData(ReportData, receiveReport);
    case 'log':
      return withData(LogData, receiveLog);
    case 'finish':
      return withData(FinishData, finishJob);
    case 'add-key':
      return withData(AddKeyData, addKey);
    case 'enroll':
      throw new Error('Enrollment is handled before authentication.');
  }
}

/** A wire schema, as far as it is needed here. */
interface DataSchema<Data> {
  safeParse(value: unknown):
    | { readonly success: true; readonly data: Data }
    | {
        readonly success: false;
        readonly error: { readonly issues: readonly { readonly path: readonly PropertyKey[] }[] };
      };
}
