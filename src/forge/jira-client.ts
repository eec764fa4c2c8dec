/** One HTTP call to Jira: as the app or as the person who clicks, patient with rate limits, parsed. */
import { asApp, asUser } from '@forge/api';
import type { APIResponse, Route } from '@forge/api';
import { z } from 'zod';
import { JiraError } from './jira-error';

export interface JiraCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: Route;
  readonly body?: unknown;
}

/** What Jira said, whether it agreed or not. */
export interface JiraAnswer {
  readonly ok: boolean;
  readonly status: number;
  /** Parsed JSON; undefined when there was none. */
  readonly body: unknown;
}

/** Sends a call and gives the answer, whatever it is. Throws only when there is none. */
export type JiraClient = (call: JiraCall) => Promise<JiraAnswer>;

/** As the app's own account: for everything that happens without a person. */
export const asAppClient: JiraClient = (call) =>
  sendPatiently((path, init) => asApp().requestJira(path, init), call);

/** As the person who clicks: Jira itself checks what they may. */
export const asUserClient: JiraClient = (call) =>
  sendPatiently((path, init) => asUser().requestJira(path, init), call);

/** Sends a call that must succeed, and reads its answer. */
export async function ask<Answer>(
  client: JiraClient,
  call: JiraCall,
  schema: z.ZodType<Answer>,
): Promise<Answer> {
  const answer = await client(call);
  if (!answer.ok) throw refused(call, answer);
  return read(call, answer, schema);
}

/** Reads an answer that agreed. */
export function read<Answer>(
  call: JiraCall,
  answer: JiraAnswer,
  schema: z.ZodType<Answer>,
): Answer {
  const parsed = schema.safeParse(answer.body);
  if (parsed.success) return parsed.data;
  throw new JiraError(
    `Jira's answer to ${nameOf(call)} cannot be read: ${z.prettifyError(parsed.error)}`,
    { status: answer.status, retryable: false, cause: parsed.error },
  );
}

/** The error for an answer that did not agree. */
export const refused = (call: JiraCall, answer: JiraAnswer): JiraError =>
  new JiraError(`Jira refused ${nameOf(call)} with ${String(answer.status)}: ${wordsOf(answer)}`, {
    status: answer.status,
    retryable: answer.status === 429 || answer.status >= 500,
  });

/** Jira's own words about a refusal, as people read them. */
export function wordsOf({ body, status }: JiraAnswer): string {
  const parsed = ErrorCollection.safeParse(body);
  const words = parsed.success
    ? [...parsed.data.errorMessages, ...Object.values(parsed.data.errors)]
    : [];
  return words.length > 0 ? words.join(' ') : `status ${String(status)} without words.`;
}

const ErrorCollection = z.object({
  errorMessages: z.array(z.string()).default([]),
  errors: z.record(z.string(), z.string()).default({}),
});

/** A 429 was not carried out, so it may be sent again; Jira says when. A person waits at most 4 s for it. */
const RATE_LIMIT_TRIES = 3;
const RATE_LIMIT_WAIT_MAX_SECONDS = 2;

type Send = (
  path: Route,
  init: { method: string; headers: Record<string, string>; body?: string },
) => Promise<APIResponse>;

async function sendPatiently(send: Send, call: JiraCall): Promise<JiraAnswer> {
  for (let attempt = 1; ; attempt += 1) {
    const response = await sendOnce(send, call);
    const waitSeconds = Number(response.headers.get('retry-after') ?? '1');
    const isLast = attempt === RATE_LIMIT_TRIES || waitSeconds > RATE_LIMIT_WAIT_MAX_SECONDS;
    if (response.status !== 429 || isLast) return toAnswer(call, response);
    await new Promise((resolve) => setTimeout(resolve, waitSeconds * 1000));
  }
}

async function sendOnce(send: Send, { method, path, body }: JiraCall): Promise<APIResponse> {
  const headers = { accept: 'application/json' };
  try {
    return await send(
      path,
      body === undefined
        ? { method, headers }
        : {
            method,
            headers: { ...headers, 'content-type': 'application/json' },
            body: JSON.stringify(body),
          },
    );
  } catch (cause) {
    throw new JiraError(`Jira could not be reached for ${method} ${path.value}: ${String(cause)}`, {
      retryable: true,
      cause,
    });
  }
}

async function toAnswer(call: JiraCall, response: APIResponse): Promise<JiraAnswer> {
  const text = await response.text();
  const answer = { ok: response.ok, status: response.status };
  if (text === '') return { ...answer, body: undefined };
  try {
    return { ...answer, body: JSON.parse(text) };
  } catch (cause) {
    // A gateway in front of Jira answers errors in HTML.
    if (!response.ok) return { ...answer, body: undefined };
    throw new JiraError(`Jira's answer to ${nameOf(call)} is no JSON.`, {
      ...answer,
      retryable: true,
      cause,
    });
  }
}

const nameOf = ({ method, path }: JiraCall): string => `${method} ${path.value}`;
