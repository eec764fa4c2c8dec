/** An agent replaces the key that it signs with: at most two are good at a time, and the former one for a day. */
import { KEY_OVERLAP_SECONDS } from '#wire/agent';
import type { AddKeyAnswer, AddKeyData } from '#wire/agent';
import type { AgentRecord } from '#wire/records';
import { keyProofText } from '#wire/signature';
import { busy, invalid, ok } from './agent-answer';
import type { AgentAnswer } from './agent-answer';
import type { AgentCall } from './agent-call';
import type { Ports } from './ports';

/** The same key again gets the same answer and changes nothing, so that a lost answer costs nothing. */
export async function addKey(ports: Ports, call: AgentCall<AddKeyData>): Promise<AgentAnswer> {
  const { store, crypto, clock, audience } = ports;
  const { agent, envelope, data } = call;
  const now = clock.now();
  const { publicKey, proof } = data;
  const text = keyProofText(audience, agent.agentId, publicKey);
  if (!crypto.verify(publicKey, text, proof))
    return invalid(now, 'The new key has not signed for itself; make another one.');
  const id = crypto.keyId(publicKey);
  if (agent.keys.some((key) => key.id === id)) return answer(now, agent, id);

  const signer = agent.keys.find((key) => key.id === envelope.key);
  if (signer?.notAfter !== null)
    return invalid(now, 'This key is being replaced; only the newest key adds another one.');
  const former = { ...signer, notAfter: now + KEY_OVERLAP_SECONDS };
  const record: AgentRecord = {
    ...agent,
    version: agent.version + 1,
    keys: [former, { id, publicKey, notBefore: now, notAfter: null }],
  };
  const result = await store.transact([
    { type: 'set', entity: 'agent', key: agent.agentId, record, expect: agent.version },
  ]);
  return result === 'done' ? answer(now, record, id) : busy(now, 1);
}

function answer(now: number, { keys }: AgentRecord, id: string): AgentAnswer {
  const former = keys.find((key) => key.id !== id);
  const body: AddKeyAnswer = { now, key: id, formerUntil: former?.notAfter ?? now };
  return ok(body);
}
