import { beforeAll, describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv2020 from 'ajv/dist/2020';
import { z } from 'zod';
import { createEnrollment } from '#app/manage-agents';
import { agentOpenApi } from '../../scripts/openapi';
import { createCaller, makeKeys, newKey } from '../support/agent-caller';
import type { AgentCaller, Words } from '../support/agent-caller';
import { REPORTER, TESTER } from '../support/builders';
import { aReleaseWorld, PROJECT } from '../support/release-world';
import type { ReleaseWorld } from '../support/release-world';

const Document = z.object({
  paths: z.record(
    z.string(),
    z.object({
      post: z.object({
        operationId: z.string(),
        requestBody: z.object({
          content: z.record(z.string(), z.object({ schema: z.record(z.string(), z.unknown()) })),
        }),
        responses: z.record(
          z.string(),
          z.object({
            content: z.record(z.string(), z.object({ schema: z.record(z.string(), z.unknown()) })),
          }),
        ),
      }),
    }),
  ),
  components: z.object({ schemas: z.object({ Problem: z.record(z.string(), z.unknown()) }) }),
});

const FILE = join(__dirname, '../../resources/openapi/agent.json');
const document = Document.parse(JSON.parse(readFileSync(FILE, 'utf8')));
const operations = Object.values(document.paths).map(({ post }) => post);

/** The complaints of a JSON schema about a value; none when it fits. */
function complaints(schema: Record<string, unknown>, value: unknown): readonly string[] {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  ajv.validate(schema, value);
  return (ajv.errors ?? []).map((error) => `${error.instancePath} ${error.message ?? ''}`);
}

describe('the OpenAPI file of the agent’s trigger', () => {
  let world: ReleaseWorld;
  let calls: Readonly<Record<string, { readonly words: Words; readonly agent: AgentCaller }>>;

  beforeAll(async () => {
    world = await aReleaseWorld();
    await world.click('submit', REPORTER);
    await world.click('start', TESTER);
    const { agent } = world;
    const { state } = await world.record();
    const job = state.run?.job ?? '';
    const keys = makeKeys();
    const { code } = await createEnrollment(world.ports, {
      project: PROJECT,
      name: 'second',
      environments: ['SIT'],
    });
    const entry = {
      at: 1,
      step: 'code-1',
      host: 'web-1',
      state: 'staged',
      note: '',
      milliseconds: 12,
    };
    calls = {
      enroll: {
        agent: createCaller(world.ports, keys, '-'),
        words: {
          op: 'enroll',
          aud: 'enroll',
          data: { code, name: 'second', publicKey: keys.publicKey },
        },
      },
      poll: { agent, words: { op: 'poll', data: { version: '0.1.0', busy: false } } },
      claim: { agent, words: { op: 'claim', job, data: { requestId: 'request-1' } } },
      fetch: {
        agent,
        words: { op: 'fetch', job, fence: 1, data: { digest: state.planDigest, offset: 0 } },
      },
      heartbeat: { agent, words: { op: 'heartbeat', job, fence: 1, data: { step: null } } },
      report: { agent, words: { op: 'report', job, fence: 1, seq: 1, data: { entries: [entry] } } },
      log: {
        agent,
        words: {
          op: 'log',
          job,
          fence: 1,
          data: { chunk: 0, firstLine: 0, lines: [{ at: 1, level: 'info', text: 'one' }] },
        },
      },
      finish: {
        agent,
        words: { op: 'finish', job, fence: 1, seq: 2, data: { outcome: { kind: 'succeeded' } } },
      },
      'add-key': { agent, words: { op: 'add-key', data: newKey(agent, world.ports).data } },
    };
  });

  test('is what the wire schemas say', () => {
    expect(agentOpenApi()).toBe(readFileSync(FILE, 'utf8'));
  });

  test('describes every operation that is exercised here, and no other', () => {
    expect(operations.map(({ operationId }) => operationId)).toEqual(Object.keys(calls));
  });

  test.each(operations)(
    'holds for $operationId: its request, its answer, its problems [S0-29]',
    async (operation) => {
      const { agent, words } = calls[operation.operationId] ?? {};
      if (!agent || !words) throw new Error(`${operation.operationId} is not exercised.`);
      const request = agent.request(words);
      const requestSchema = operation.requestBody.content['application/json']?.schema ?? {};
      expect(complaints(requestSchema, JSON.parse(request.body))).toEqual([]);

      const answer = await agent.call(words);

      expect(answer.status).toBe(200);
      expect(
        complaints(
          operation.responses['200']?.content['application/json']?.schema ?? {},
          answer.body,
        ),
      ).toEqual([]);
      const stranger = await createCaller(world.ports).call(
        words.op === 'enroll' ? { op: 'poll', data: {} } : words,
      );
      expect(stranger.status).toBe(401);
      expect(complaints(document.components.schemas.Problem, stranger.body)).toEqual([]);
      expect(stranger.body).toMatchObject({
        type: 'urn:interlock:problem:unauthorized',
        status: 401,
      });
      expect(operation.responses['401']?.content).toHaveProperty(['application/problem+json']);
    },
  );

  test('refuses what has the wrong type, and tolerates a member that it does not know [S0-30]', async () => {
    const wrong = await world.agent.call({ op: 'poll', data: { version: 7, busy: false } });
    const more = await world.agent.call({
      op: 'poll',
      data: { version: '9', busy: false, later: 'news' },
    });

    expect(wrong.status).toBe(400);
    expect(wrong.body).toMatchObject({
      type: 'urn:interlock:problem:invalid',
      message: expect.stringContaining('version'),
    });
    expect(more.status).toBe(200);
  });
});
