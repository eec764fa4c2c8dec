/**
 * The agent's trigger under inputs from a fixed seed: messages with bytes changed, envelopes of anything, and well
 * signed nonsense. Nothing throws, nothing is answered with 5xx, and a stranger changes no byte. All 200,000 of
 * bench/RESULTS.md come with FUZZ_INPUTS=200000.
 */
import { beforeAll, describe, expect, test } from '@jest/globals';
import process from 'node:process';
import fc from 'fast-check';
import type { AgentRequest } from '#app/agent-message';
import { handleAgentCall } from '#app/handle-agent';
import { newKey, signedRequest } from '../support/agent-caller';
import type { Words } from '../support/agent-caller';
import { REPORTER, TESTER } from '../support/builders';
import { aReleaseWorld } from '../support/release-world';
import type { ReleaseWorld } from '../support/release-world';

const SEED = 20_261_121;

const INPUTS = Number(process.env['FUZZ_INPUTS'] ?? 20_000);
const SPOILED = INPUTS * 0.65;
const ANYTHING = INPUTS * 0.25;
const SIGNED = INPUTS * 0.1;
const DEADLINE_MILLISECONDS = 600_000;

let world: ReleaseWorld;
/** One whole message of each operation. */
let genuine: readonly AgentRequest[];
beforeAll(async () => {
  world = await aReleaseWorld();
  await world.click('submit', REPORTER);
  await world.click('start', TESTER);
  const { job, fence, planDigest } = await world.claim();
  const entry = { at: 1, step: 'code-1', host: 'web1', state: 'staged', note: '', milliseconds: 1 };
  const line = { at: 1, level: 'info', text: 'a line' };
  const { publicKey } = world.agent.keys;
  const code = 'a'.repeat(28);
  const words: readonly Words[] = [
    { op: 'enroll', agent: '-', data: { code, name: 'room', publicKey } },
    { op: 'poll', data: { version: '0.2.0', busy: false, speaks: [1, 2], heard: 0 } },
    { op: 'claim', job, data: { requestId: 'request-1' } },
    { op: 'fetch', job, fence, data: { digest: planDigest, offset: 0 } },
    { op: 'heartbeat', job, fence, data: { step: null, speaks: [1, 2], heard: 0 } },
    { op: 'report', job, fence, seq: 1, data: { entries: [entry] } },
    { op: 'log', job, fence, data: { chunk: 0, firstLine: 0, lines: [line] } },
    { op: 'finish', job, fence, seq: 1, data: { outcome: { kind: 'succeeded' } } },
    { op: 'add-key', data: newKey(world.agent, world.ports).data },
  ];
  genuine = words.map((one) => world.agent.request(one));
});

/** Mulberry32: the same numbers on every machine. */
function createDice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % sides;
  };
}

type Dice = ReturnType<typeof createDice>;

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
function spoil(roll: Dice): AgentRequest | undefined {
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

/** Knocks with each; counts what was answered. A stranger's answer is compared with the first one, byte for byte. */
async function knockWith(requests: Iterable<AgentRequest>, strangers: boolean) {
  const answers = new Map<string, number>();
  const stranger = JSON.stringify(
    (await handleAgentCall(world.ports, { method: 'GET', headers: {}, body: '' })).body,
  );
  let count = 0;
  world.ports.resetCost();
  for (const request of requests) {
    const { status, body } = await handleAgentCall(world.ports, request);
    count += 1;
    answers.set(String(status), (answers.get(String(status)) ?? 0) + 1);
    if (strangers && (status !== 401 || JSON.stringify(body) !== stranger)) {
      throw new Error(`${JSON.stringify(request)} was answered ${status} ${JSON.stringify(body)}`);
    }
  }
  return { count, answers: Object.fromEntries(answers), writes: world.ports.cost.writes };
}

describe('the agent’s trigger', () => {
  test(
    'takes messages with bytes changed for a stranger’s, and writes nothing',
    async () => {
      const roll = createDice(SEED);
      function* spoiled(): Generator<AgentRequest> {
        for (let left = SPOILED; left > 0;) {
          const request = spoil(roll);
          if (!request) continue;
          left -= 1;
          yield request;
        }
      }
      const before = new Map(world.ports.memory.rows);

      const { count, writes } = await knockWith(spoiled(), true);

      expect({ count, writes }).toEqual({ count: SPOILED, writes: 0 });
      expect(world.ports.memory.rows).toEqual(before);
    },
    DEADLINE_MILLISECONDS,
  );

  test(
    'takes envelopes of anything, not signed, for a stranger’s',
    async () => {
      const roll = createDice(SEED + 1);
      const values = fc.sample(fc.jsonValue({ maxDepth: 3 }), { numRuns: 5_000, seed: SEED });
      const pick = (): unknown => values[roll(values.length)];
      const [, poll] = genuine;
      if (!poll) throw new Error('There is a poll.');
      const whole = JSON.parse(poll.body) as Record<string, unknown>;
      const names = [...Object.keys(whole), 'job', 'fence', 'seq', 'other'];
      function* anything(): Generator<AgentRequest> {
        for (let left = ANYTHING; left > 0; left -= 1) {
          const body = {
            ...whole,
            [names[roll(names.length)] ?? '']: pick(),
            boot: `boot${left}x`,
          };
          yield { ...poll!, body: JSON.stringify(roll(3) === 0 ? pick() : body) }; // It is there.
        }
      }
      const before = new Map(world.ports.memory.rows);

      const { count, writes } = await knockWith(anything(), true);

      expect({ count, writes }).toEqual({ count: ANYTHING, writes: 0 });
      expect(world.ports.memory.rows).toEqual(before);
    },
    DEADLINE_MILLISECONDS,
  );

  test(
    'answers well signed nonsense in words, never with 5xx',
    async () => {
      const roll = createDice(SEED + 2);
      const values = fc.sample(fc.jsonValue({ maxDepth: 4 }), { numRuns: 5_000, seed: SEED + 2 });
      const { keys } = world.agent;
      const now = String(world.ports.clock.now());
      function* signed(): Generator<AgentRequest> {
        for (let left = SIGNED; left > 0; left -= 1) {
          // Whoever enrolls is no known agent yet.
          const one = genuine[1 + roll(genuine.length - 1)];
          const whole = JSON.parse(one?.body ?? '') as { data: Record<string, unknown> };
          const members = Object.keys(whole.data);
          const member = members[roll(members.length)] ?? '';
          const value = values[roll(values.length)];
          const data = roll(4) === 0 ? value : { ...whole.data, [member]: value };
          const more = roll(2) === 0 ? {} : { fence: roll(3), seq: roll(3) };
          const job = roll(4) === 0 ? { job: `${roll(20_000)}.${roll(20)}` } : {};
          yield signedRequest(keys, JSON.stringify({ ...whole, ...more, ...job, data }), now);
        }
      }

      const { count, answers } = await knockWith(signed(), false);

      expect(count).toBe(SIGNED);
      // 401: JSON that the app does not read at all.
      expect(['200', '400', '401', '403', '409', '410']).toEqual(
        expect.arrayContaining(Object.keys(answers)),
      );
      expect(world.ports.warnings).toEqual([]);
    },
    DEADLINE_MILLISECONDS,
  );
});
