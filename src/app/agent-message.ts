/** From a web trigger's request to an agent's message that is known to be genuine. Cheap checks first. */
import { parseStrictJson } from '#core/strict-json';
import { BODY_MAX_BYTES, Envelope } from '#wire/agent';
import {
  CLOCK_SKEW_MAX_SECONDS,
  HEADER_ID,
  HEADER_SIGNATURE,
  HEADER_TIMESTAMP,
  SIGNATURE_VERSION,
  signedText,
} from '#wire/signature';
import type { Ports } from './ports';

export interface AgentRequest {
  readonly method: string;
  /** Header names in lower case; a header that came twice has two values. */
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly body: string;
}

/** A request whose form is right; nothing is known about who sent it. */
export interface Unverified {
  readonly signedText: string;
  /** Base64 signatures: at most two, while a key is being replaced. */
  readonly signatures: readonly string[];
  readonly envelope: Envelope;
  /** Epoch seconds, by the sender's clock. */
  readonly signedAt: number;
  readonly raw: string;
}

/** Dots are no danger: between two of them stands the timestamp, and what follows it must be JSON. */
const ID = /^[A-Za-z0-9._-]{1,200}$/;
const TIMESTAMP = /^[0-9]{10}$/;
const SIGNATURE = new RegExp(`^${SIGNATURE_VERSION},([A-Za-z0-9+/]{86}==)$`);
const SIGNATURES_MAX = 2;
/** Deeper than any message of the protocol. */
const DEPTH_MAX = 20;
/** Turned into bytes it would be another character than was signed. */
const HALF_CHARACTER = /\p{Surrogate}/u;

/** Undefined for whatever is not exactly a signed message: no store was read until here. */
export function readMessage(request: AgentRequest, now: number): Unverified | undefined {
  if (request.method !== 'POST') return undefined;
  if (request.body.length > BODY_MAX_BYTES || bytesOf(request.body) > BODY_MAX_BYTES)
    return undefined;
  if (!/^application\/json(;\s*charset=utf-8)?$/i.test(single(request, 'content-type') ?? ''))
    return undefined;
  const id = single(request, HEADER_ID);
  const timestamp = single(request, HEADER_TIMESTAMP);
  const signatures = (single(request, HEADER_SIGNATURE) ?? '')
    .split(' ')
    .map((text) => SIGNATURE.exec(text)?.[1]);
  const readable = signatures.filter((signature) => signature !== undefined);
  if (id === undefined || !ID.test(id)) return undefined;
  if (timestamp === undefined || !TIMESTAMP.test(timestamp)) return undefined;
  if (Math.abs(now - Number(timestamp)) > CLOCK_SKEW_MAX_SECONDS) return undefined;
  if (signatures.length > SIGNATURES_MAX || readable.length === 0) return undefined;
  if (HALF_CHARACTER.test(request.body)) return undefined;
  const envelope = Envelope.safeParse(parseStrictJson(request.body, DEPTH_MAX));
  if (!envelope.success) return undefined;
  return {
    signedText: signedText(id, timestamp, request.body),
    signatures: readable,
    envelope: envelope.data,
    signedAt: Number(timestamp),
    raw: request.body,
  };
}

/** Whether one of the signatures is this key's. */
export const isSignedBy = (
  message: Unverified,
  publicKey: string,
  crypto: Ports['crypto'],
): boolean =>
  message.signatures.some((signature) => crypto.verify(publicKey, message.signedText, signature));

const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

function single(request: AgentRequest, name: string): string | undefined {
  const values = request.headers[name];
  return values?.length === 1 ? values[0] : undefined;
}
