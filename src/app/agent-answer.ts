/** The answers to an agent, made in one place, so that a refusal tells a stranger nothing. */
import { PROTOCOL_VERSIONS } from '#wire/agent';
import type { ErrorAnswer } from '#wire/agent';
import type { SignedCheckpoint } from '#wire/checkpoint';
import { suspendedWords } from './agent-trouble';

export interface AgentAnswer {
  readonly status: number;
  readonly body: object;
}

export const ok = (body: object): AgentAnswer => ({ status: 200, body });

/** One body for every cause before authorisation: which agents, keys and jobs exist stays unknown. */
export const unauthorized = (now: number): AgentAnswer =>
  failure(401, { error: 'unauthorized', now });

/** The schema is checked after the signature: only a known agent reads this. */
export const invalid = (now: number, message: string): AgentAnswer =>
  failure(400, { error: 'invalid', now, message });

/** No version of the protocol is common: the agent says so and ends, one of 0.1 only says so. */
export const outdated = (now: number, message: string): AgentAnswer =>
  failure(400, { error: 'invalid', now, message, speaks: [...PROTOCOL_VERSIONS] });

export const pending = (now: number): AgentAnswer => failure(403, { error: 'pending', now });

/** Not `pending` by another name: agents of 0.1 read this one, with its words. */
export const suspended = (now: number, name: string): AgentAnswer =>
  failure(403, { error: 'pending', now, message: suspendedWords(name) });

/** `message`: who has the job now, for an agent that had it. */
export const stale = (now: number, message?: string): AgentAnswer =>
  failure(409, { error: 'stale', now, ...(message !== undefined && { message }) });

/** `message`: who works on it. */
export const taken = (now: number, message: string): AgentAnswer =>
  failure(409, { error: 'taken', now, message });

export const gap = (now: number, expectedSeq: number): AgentAnswer =>
  failure(409, { error: 'gap', now, expectedSeq });

/** `checkpoint`: for an agent that has worked on what is over. */
export const gone = (now: number, checkpoint?: SignedCheckpoint): AgentAnswer =>
  failure(410, { error: 'gone', now, ...(checkpoint && { checkpoint }) });

/** `message`: why, where it is more than a moment's matter. */
export const busy = (now: number, retryAfterSeconds: number, message?: string): AgentAnswer =>
  failure(503, {
    error: 'busy',
    now,
    retryAfterSeconds,
    ...(message !== undefined && { message }),
  });

/** The shape of RFC 9457, with our own members beside the standard ones. */
function failure(status: number, own: Omit<ErrorAnswer, 'type' | 'title' | 'status'>): AgentAnswer {
  const body: ErrorAnswer = {
    type: `urn:interlock:problem:${own.error}`,
    title: TITLES[own.error],
    status,
    ...own,
  };
  return { status, body };
}

const TITLES: Readonly<Record<ErrorAnswer['error'], string>> = {
  unauthorized: 'The message is not from an agent of this installation.',
  stale: 'The job belongs to somebody else now, or it is over.',
  gap: 'A message of the job is missing; send from the expected one.',
  taken: 'Another agent works on the job.',
  pending: 'No project admin has confirmed this agent yet.',
  invalid: 'The message breaks the protocol.',
  gone: 'There is no such thing for this agent, or there is no more.',
  busy: 'Interlock cannot answer now; come again.',
};
