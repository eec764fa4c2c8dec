/** Writes the OpenAPI file of the agent's web trigger from the wire schemas: `npm run openapi`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import {
  AddKeyAnswer,
  AddKeyData,
  ClaimAnswer,
  ClaimData,
  EnrollAnswer,
  EnrollData,
  Envelope,
  ErrorAnswer,
  FetchAnswer,
  FetchData,
  FinishAnswer,
  FinishData,
  HeartbeatAnswer,
  HeartbeatData,
  LogAnswer,
  LogData,
  PollAnswer,
  PollData,
  ReportAnswer,
  ReportData,
} from '#wire/agent';
import { HEADER_ID, HEADER_SIGNATURE, HEADER_TIMESTAMP } from '#wire/signature';

const FILE = join(__dirname, '../resources/openapi/agent.json');

const OPERATIONS = [
  { op: 'enroll', summary: 'Redeem a one-time code', data: EnrollData, answer: EnrollAnswer },
  {
    op: 'poll',
    summary: 'Ask for jobs and when to come again',
    data: PollData,
    answer: PollAnswer,
  },
  { op: 'claim', summary: 'Claim a job', data: ClaimData, answer: ClaimAnswer },
  {
    op: 'fetch',
    summary: 'Fetch a piece of the plan by digest',
    data: FetchData,
    answer: FetchAnswer,
  },
  { op: 'heartbeat', summary: 'Renew the lease', data: HeartbeatData, answer: HeartbeatAnswer },
  { op: 'report', summary: 'Tell what hosts look like', data: ReportData, answer: ReportAnswer },
  { op: 'log', summary: 'Leave lines of a job’s log', data: LogData, answer: LogAnswer },
  { op: 'finish', summary: 'End a job', data: FinishData, answer: FinishAnswer },
  {
    op: 'add-key',
    summary: 'Replace the key that signs',
    data: AddKeyData,
    answer: AddKeyAnswer,
  },
] as const;

const FAILURES = [400, 401, 403, 409, 410, 503] as const;

/** The OpenAPI document as text: exactly what the file holds. */
export function agentOpenApi(): string {
  const document = {
    openapi: '3.1.0',
    info: {
      title: 'Interlock agent protocol',
      version: '1',
      description:
        'One web trigger; the signed body’s `op` names the operation. Every call is signed: Standard Webhooks with Ed25519 (`v1a`) over `id.timestamp.body`.',
    },
    // One real address: the fragment only keeps the operations apart, because OpenAPI has one POST per path.
    paths: Object.fromEntries(
      OPERATIONS.map((operation) => [`/#${operation.op}`, { post: describe(operation) }]),
    ),
    components: { schemas: { Problem: schemaOf(ErrorAnswer) } },
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function describe({ op, summary, data, answer }: (typeof OPERATIONS)[number]): object {
  const failures = FAILURES.map(
    (status) =>
      [
        String(status),
        {
          description: 'A problem as RFC 9457 describes them.',
          content: {
            'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
          },
        },
      ] as const,
  );
  return {
    operationId: op,
    summary,
    parameters: [HEADER_ID, HEADER_TIMESTAMP, HEADER_SIGNATURE].map((name) => ({
      name,
      in: 'header',
      required: true,
      schema: { type: 'string' },
    })),
    requestBody: {
      required: true,
      content: {
        'application/json': { schema: schemaOf(Envelope.extend({ op: z.literal(op), data })) },
      },
    },
    responses: {
      '200': {
        description: 'Done.',
        content: { 'application/json': { schema: schemaOf(answer) } },
      },
      ...Object.fromEntries(failures),
    },
  };
}

const schemaOf = (schema: z.ZodType): object => z.toJSONSchema(schema, { target: 'draft-2020-12' });

function main(): void {
  if (process.argv.includes('--write')) writeFileSync(FILE, agentOpenApi());
  else if (readFileSync(FILE, 'utf8') !== agentOpenApi())
    throw new Error('resources/openapi/agent.json is out of date; run npm run openapi.');
}

if (require.main === module) main();
