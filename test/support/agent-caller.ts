/** An agent's voice: makes a key, signs messages as the protocol wants, and lets a test spoil any part of one. */
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { AgentAnswer } from '#app/agent-answer';
import type { AgentRequest } from '#app/agent-message';
import { handleAgentCall } from '#app/handle-agent';
import type { Ports } from '#app/ports';
import type { AddKeyData, Envelope } from '#wire/agent';
import { keyProofText, signedText } from '#wire/signature';

export interface AgentKeys {
  /** Base64 of 32 bytes. */
  readonly publicKey: string;
  readonly keyId: string;
  readonly privateKey: KeyObject;
}

export function makeKeys(): AgentKeys {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = Buffer.from(String(publicKey.export({ format: 'jwk' }).x), 'base64url');
  return {
    publicKey: raw.toString('base64'),
    keyId: createHash('sha256').update(raw).digest('hex').slice(0, 16),
    privateKey,
  };
}

/** What a message says; everything else of its envelope is as it should be. */
export type Words = Pick<Envelope, 'op' | 'data'> & Partial<Envelope>;

export interface AgentCaller {
  readonly keys: AgentKeys;
  readonly agentId: string;
  /** A signed request, before a test spoils it. */
  request(words: Words): AgentRequest;
  call(words: Words): Promise<AgentAnswer>;
}

/** Another key of an agent, and what asks the app to take it. */
export function newKey(
  { agentId }: Pick<AgentCaller, 'agentId'>,
  { audience }: Pick<Ports, 'audience'>,
): { readonly keys: AgentKeys; readonly data: AddKeyData } {
  const keys = makeKeys();
  const text = keyProofText(audience, agentId, keys.publicKey);
  const proof = sign(null, Buffer.from(text), keys.privateKey).toString('base64');
  return { keys, data: { publicKey: keys.publicKey, proof } };
}

let serial = 0;

export function createCaller(
  ports: Ports,
  keys: AgentKeys = makeKeys(),
  agentId = `ag-${keys.keyId}`,
): AgentCaller {
  const request = (words: Words): AgentRequest => {
    const { op, data, ...rest } = words;
    const envelope = {
      v: 1,
      aud: ports.audience,
      op,
      agent: agentId,
      key: keys.keyId,
      boot: 'boot0001',
      ...rest,
      data,
    };
    return signedRequest(keys, JSON.stringify(envelope), String(ports.clock.now()));
  };
  return {
    keys,
    agentId,
    request,
    call: (words) => handleAgentCall(ports, request(words)),
  };
}

/** A POST with these bytes, signed. */
export function signedRequest(keys: AgentKeys, body: string, timestamp: string): AgentRequest {
  serial += 1;
  const id = `message-${serial}`;
  const signature = sign(null, Buffer.from(signedText(id, timestamp, body)), keys.privateKey);
  return {
    method: 'POST',
    headers: {
      'content-type': ['application/json'],
      'webhook-id': [id],
      'webhook-timestamp': [timestamp],
      'webhook-signature': [`v1a,${signature.toString('base64')}`],
    },
    body,
  };
}
