/** What the agent's trigger is fed with, from a fixed seed: spoiled messages, envelopes of anything, well signed nonsense. */
import fc from 'fast-check';
import type { AgentRequest } from '#app/agent-message';
import { newKey, signedRequest } from '../support/agent-caller';
import type { AgentCaller } from '../support/agent-caller';
import { createDice } from './dice';
import type { Dice } from './dice';

const SEED = 20_261_121;

/** The shares of an amount of inputs; the last kind is the only one that the app takes for an agent's. */
export const sharesOf = (inputs: number) => ({
  spoiled: Math.round(inputs * 0.65),
  anything: Math.round(inputs * 0.25),
  signed: Math.round(inputs * 0.1),
});

/** Who signs, and for which installation. */
export interface Voice extends Pick<AgentCaller, 'keys' | 'agentId' | 'request'> {
  readonly audience: string;
}

/** What messages about a job name. */
export interface NamedJob {
  readonly job: string;
  readonly fence: number;
  readonly planDigest: string;
}

/** One whole message of each operation, enrollment first. */
export function genuineMessages(voice: Voice, named: NamedJob): readonly AgentRequest[] {
  const { job, fence, planDigest } = named;
  const entry = { at: 1, step: 'code-1', host: 'web1', state: 'staged', note: '', milliseconds: 1 };
  const line = { at: 1, level: 'info', text: 'a line' };
  const { publicKey } = voice.keys;
  const code = 'a'.repeat(28);
  const speaks = [1, 2];
  return [
    voice.request({ op: 'enroll', agent: '-', data: { code, name: 'room', publicKey, speaks } }),
    voice.request({ op: 'poll', data: { version: '0.2.0', busy: false, speaks, heard: 0 } }),
    voice.request({ op: 'claim', job, data: { requestId: 'request-1' } }),
    voice.request({ op: 'fetch', job, fence, data: { digest: planDigest, offset: 0 } }),
    voice.request({ op: 'heartbeat', job, fence, data: { step: null, speaks, heard: 0 } }),
    voice.request({ op: 'report', job, fence, seq: 1, data: { entries: [entry] } }),
    voice.request({ op: 'log', job, fence, data: { chunk: 0, firstLine: 0, lines: [line] } }),
    voice.request({ op: 'finish', job, fence, seq: 1, data: { outcome: { kind: 'succeeded' } } }),
    voice.request({ op: 'add-key', data: newKey(voice, voice).data }),
  ];
}

/** One to four places changed: a letter replaced, doubled, left out, or put in. */
function mutate(text: string, roll: Dice): string {
  let changed = text;
  for (let times = 1 + roll(4); times > 0; times -= 1) {
    const at = roll(changed.length + 1);
    const letter = String.fromCharCode(roll(8) === 0 ? roll(0x10000) : roll(128));
    const [head, tail] = [changed.slice(0, at), changed.slice(at)];
    switch (roll(4)) {
      case 0:
        changed = head + letter + tail.slice(1);
        break;
      case 1:
        changed = head + letter + tail;
        break;
      case 2:
        changed = head + tail.slice(1 + roll(8));
        break;
      default:
        changed = head + tail.slice(0, roll(40)) + tail;
    }
  }
  return changed;
}

/** A genuine message of which the body or a header is another by now; undefined where nothing has changed. */
function spoil(genuine: readonly AgentRequest[], roll: Dice): AgentRequest | undefined {
  const request = genuine[roll(genuine.length)];
  if (!request) throw new Error('There are messages.');
  if (roll(4) > 0) {
    const body = mutate(request.body, roll);
    return body === request.body ? undefined : { ...request, body };
  }
  const names = ['webhook-id', 'webhook-timestamp', 'webhook-signature'];
  const name = names[roll(names.length)] ?? '';
  const [value = ''] = request.headers[name] ?? [];
  const other = mutate(value, roll);
  if (other === value) return undefined;
  return { ...request, headers: { ...request.headers, [name]: [other] } };
}

/** Genuine messages with bytes changed. `travels` says which of them the way to the app would bring as they are. */
export function* spoiledMessages(
  genuine: readonly AgentRequest[],
  count: number,
  travels: (request: AgentRequest) => boolean = () => true,
): Generator<AgentRequest> {
  const roll = createDice(SEED);
  for (let left = count; left > 0;) {
    const request = spoil(genuine, roll);
    if (!request || !travels(request)) continue;
    left -= 1;
    yield request;
  }
}

/** Envelopes of anything under the signature of another message. */
export function* unsignedEnvelopes(
  genuine: readonly AgentRequest[],
  count: number,
): Generator<AgentRequest> {
  const roll = createDice(SEED + 1);
  const values = fc.sample(fc.jsonValue({ maxDepth: 3 }), { numRuns: 5_000, seed: SEED });
  const pick = (): unknown => values[roll(values.length)];
  const [, poll] = genuine;
  if (!poll) throw new Error('There is a poll.');
  const whole = JSON.parse(poll.body) as Record<string, unknown>;
  const names = [...Object.keys(whole), 'job', 'fence', 'seq', 'other'];
  for (let left = count; left > 0; left -= 1) {
    const body = { ...whole, [names[roll(names.length)] ?? '']: pick(), boot: `boot${left}x` };
    yield { ...poll, body: JSON.stringify(roll(3) === 0 ? pick() : body) };
  }
}

/** Nonsense that the agent's own key has signed. */
export function* signedNonsense(
  { keys }: Voice,
  genuine: readonly AgentRequest[],
  count: number,
  seconds: () => number,
): Generator<AgentRequest> {
  const roll = createDice(SEED + 2);
  const values = fc.sample(fc.jsonValue({ maxDepth: 4 }), { numRuns: 5_000, seed: SEED + 2 });
  for (let left = count; left > 0; left -= 1) {
    // Whoever enrolls is no known agent yet.
    const one = genuine[1 + roll(genuine.length - 1)];
    const whole = JSON.parse(one?.body ?? '') as { data: Record<string, unknown> };
    const members = Object.keys(whole.data);
    const member = members[roll(members.length)] ?? '';
    const value = values[roll(values.length)];
    const changed = { ...whole.data, [member]: value };
    const data = [value, changed, changed, whole.data][roll(4)];
    const more = roll(2) === 0 ? {} : { fence: roll(3), seq: roll(3) };
    const job = roll(4) === 0 ? { job: `${roll(20_000)}.${roll(20)}` } : {};
    const body = JSON.stringify({ ...whole, ...more, ...job, data });
    yield signedRequest(keys, body, String(seconds()));
  }
}
