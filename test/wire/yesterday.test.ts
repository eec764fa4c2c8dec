/**
 * The protocol of 0.1 as it was on the wire: a recorded session of its agent, and its OpenAPI file. The app of
 * today must go on understanding that agent, and the agent of today that app.
 */
import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv2020 from 'ajv/dist/2020';
import { z } from 'zod';
import { handleAgentCall } from '#app/handle-agent';
import { approveAgent } from '#app/manage-agents';
import { createAppClient, enroll } from '../../agent/app-client';
import type { SignedMessage } from '../../agent/app-client';
import { keyOf } from '../../agent/keys';
import { createServerTime } from '../../agent/server-time';
import { silent } from '../agent/support/an-agent';
import { IDENTITY } from '../agent/support/fake-app';
import { createVirtualClock } from '../agent/support/virtual-clock';
import { makeKeys } from '../support/agent-caller';
import { REPORTER, TESTER } from '../support/builders';
import { aReleaseWorld, PROJECT } from '../support/release-world';

const json = (name: string): unknown =>
  JSON.parse(readFileSync(join(__dirname, 'traces', name), 'utf8'));

const Recorded = z.object({
  kind: z.literal('message'),
  at: z.number(),
  headers: z.record(z.string(), z.string()),
  body: z.string(),
  status: z.number(),
  answer: z.looseObject({ error: z.string().optional() }),
});
const Trace = z.object({
  code: z.string(),
  messages: z.array(
    z.discriminatedUnion('kind', [
      Recorded,
      z.object({ kind: z.enum(['approved', 'started']), at: z.number() }),
    ]),
  ),
});
const trace = Trace.parse(json('agent-0.1.json'));
const recorded = trace.messages.filter((message) => message.kind === 'message');

type JsonSchema = Record<string, unknown>;
const Content = z.record(z.string(), z.object({ schema: z.record(z.string(), z.unknown()) }));
const Operations = z.object({
  paths: z.record(
    z.string(),
    z.object({
      post: z.object({
        operationId: z.string(),
        requestBody: z.object({ content: Content }),
        responses: z.record(z.string(), z.object({ content: Content })),
      }),
    }),
  ),
  components: z.object({ schemas: z.object({ Problem: z.record(z.string(), z.unknown()) }) }),
});
const yesterday = Operations.parse(json('openapi-0.1.json'));
const operations = Object.values(yesterday.paths).map(({ post }) => post);

/** As the readers of 0.1 read: a member that they do not know is left out, except at the top of an envelope. */
function tolerant(schema: JsonSchema, isEnvelope = false): JsonSchema {
  const members = Object.entries(schema).map(([name, value]) => {
    if (name === 'additionalProperties' && value === false) return [name, !isEnvelope] as const;
    return [name, isRecord(value) ? tolerant(value) : value] as const;
  });
  return {
    ...Object.fromEntries(members),
    ...(isEnvelope && { additionalProperties: false }),
  };
}
const isRecord = (value: unknown): value is JsonSchema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function complaints(schema: JsonSchema | undefined, value: unknown): readonly string[] {
  if (schema === undefined) return ['0.1 knows no such message'];
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  ajv.validate(schema, value);
  return (ajv.errors ?? []).map((error) => `${error.instancePath} ${error.message ?? ''}`);
}

const operationOf = (body: string) =>
  operations.find(
    ({ operationId }) => operationId === z.object({ op: z.string() }).parse(JSON.parse(body)).op,
  );

/** What an agent of 0.1 cannot read of an answer. */
const unreadable = (body: string, status: number, answer: unknown): readonly string[] =>
  complaints(
    tolerant(
      status === 200
        ? (operationOf(body)?.responses['200']?.content['application/json']?.schema ?? { not: {} })
        : yesterday.components.schemas.Problem,
    ),
    answer,
  );

describe('an agent of 0.1', () => {
  test('is answered by the app of today as by its own, from enrollment to the end of a job', async () => {
    const world = await aReleaseWorld();
    const { ports } = world;
    const before = ports.clock.now();
    await ports.store.create('enrollment', ports.crypto.sha256(trace.code), {
      version: 1,
      project: PROJECT,
      name: 'Room 2',
      environments: ['SIT', 'STAGE'],
      expiresAt: before + 900,
      usedBy: null,
    });
    let fingerprint = '';
    let agentId = '';
    for (const message of trace.messages) {
      ports.pass(message.at - ports.clock.now());
      if (message.kind === 'approved') {
        const approved = await approveAgent(ports, { project: PROJECT, agentId, fingerprint });
        expect(approved).toEqual({ kind: 'done' });
      } else if (message.kind !== 'message') {
        await world.click('submit', REPORTER);
        await world.click('start', TESTER);
      }
      if (message.kind !== 'message') continue;
      const headers = Object.entries(message.headers).map(
        ([name, value]) => [name, [value]] as const,
      );
      const answer = await handleAgentCall(ports, {
        method: 'POST',
        headers: Object.fromEntries(headers),
        body: message.body,
      });

      expect(answer.status).toBe(message.status);
      // What the app has come to say since is passed over.
      expect(Object.keys(answer.body)).toEqual(expect.arrayContaining(Object.keys(message.answer)));
      expect(unreadable(message.body, answer.status, answer.body)).toEqual([]);
      const enrolled = z.object({ agent: z.string(), fingerprint: z.string() });
      const known = enrolled.safeParse(answer.body).data;
      if (known) [agentId, fingerprint] = [known.agent, known.fingerprint];
    }
    expect(ports.warnings).toEqual([]);
    expect(recorded).toHaveLength(13);
  });
});

describe('the agent of today', () => {
  /** What an agent sends with; its app answers as it is told. */
  function aSender(answerTo: (body: string) => { status: number; answer: object }) {
    const clock = createVirtualClock();
    const key = keyOf(makeKeys().privateKey);
    const sent: string[] = [];
    const exchange = {
      post: async ({ body }: SignedMessage) => {
        sent.push(body);
        const { status, answer } = answerTo(body);
        return { kind: 'answered' as const, status, body: JSON.stringify(answer) };
      },
    };
    const time = createServerTime(clock);
    return { sender: { exchange, clock, time, key, boot: 'a1b2c3d4e5f6a7b8', log: silent }, sent };
  }

  /** A client whose app is of 0.1: it answers with what was recorded then. */
  function aClient() {
    const { sender, sent } = aSender((body) => {
      const { op } = z.object({ op: z.string() }).parse(JSON.parse(body));
      const same = recorded.find((message) => message.body.includes(`"op":"${op}"`));
      return same ?? { status: 401, answer: { error: 'unauthorized', now: 1 } };
    });
    return { client: createAppClient(sender, IDENTITY, '0.2.0'), sent };
  }

  test('says to an app of 0.1 only what that app reads, and reads its answers', async () => {
    const { client, sent } = aClient();
    const ref = { job: '10001.8', fence: 1 };
    const entry = { at: 1, step: 'code-1', host: 'web1', state: 'staged', note: '' } as const;

    const results = [
      await client.poll(),
      await client.claim(ref.job, 'a1b2c3d4e5f6a7b8.1'),
      await client.fetch(ref, 'a'.repeat(64), 0),
      await client.heartbeat(ref, 'stage'),
      await client.report(ref, 1, [{ ...entry, milliseconds: 5 }]),
      await client.finish(ref, 2, { kind: 'succeeded' }),
    ];

    expect(results.map(({ kind }) => kind)).toEqual(results.map(() => 'answered'));
    for (const body of sent) {
      const schema = operationOf(body)?.requestBody.content['application/json']?.schema;
      expect(complaints(schema && tolerant(schema, true), JSON.parse(body))).toEqual([]);
    }
  });

  test('enrolls at an app of 0.1, which refuses versions as it refuses a wrong code', async () => {
    const [asked] = recorded.filter(({ body }) => body.includes('"op":"enroll"'));
    const { sender, sent } = aSender((body) => {
      const schema = operationOf(body)?.requestBody.content['application/json']?.schema;
      const reads = complaints(schema, JSON.parse(body)).length === 0;
      return (
        (reads ? asked : undefined) ?? { status: 401, answer: { error: 'unauthorized', now: 1 } }
      );
    });

    const result = await enroll(sender, trace.code, 'Room 2');

    expect(result).toMatchObject({ kind: 'answered', answer: { agent: asked?.answer['agent'] } });
    expect(sent).toHaveLength(2);
  });
});
