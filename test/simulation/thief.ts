/** Somebody has copied a key that its agent has replaced since: it opens nothing once it has ended, and brings in no other before. */
import { keyProofText } from '#wire/signature';
import { agentKey } from './agent-keys';
import type { AgentRunner } from './agent-machine';
import type { Doorstep } from './doorstep';
import { FUNCTIONS } from './functions';
import { envelopeOf, signedRequest } from './signed-request';
import { THIEF } from './watch-keys';

/** False when no agent has replaced its key. */
export async function useStolenKey(doorstep: Doorstep): Promise<boolean> {
  const { sim, functions, keys, agents } = doorstep;
  const robbed = agents.flatMap((agent) => formerKeysOf(doorstep, agent));
  if (robbed.length === 0) return false;
  const { machine, key } = sim.chance.pick(robbed);
  const own = agentKey(sim, THIEF);
  const { identity } = machine;
  const proof = own.sign(keyProofText(identity.audience, identity.agent, own.publicKey));
  const addKey = { op: 'add-key', data: { publicKey: own.publicKey, proof } } as const;
  const poll = { op: 'poll', data: { version: '1.0.0', busy: false, speaks: [1, 2] } } as const;
  const wanted = envelopeOf(doorstep, machine, key, addKey);
  const who = keys.strangerBy(wanted);
  if (who === undefined) {
    sim.count('former key brought another');
    const request = signedRequest(sim, key, JSON.stringify(wanted));
    await FUNCTIONS.usurper(functions, request, wanted, 'a thief with a former key');
    return true;
  }
  sim.count('ended key used');
  const envelope = sim.chance.happens(0.5) ? wanted : envelopeOf(doorstep, machine, key, poll);
  const request = signedRequest(sim, key, JSON.stringify(envelope));
  await FUNCTIONS.stranger(functions, request, envelope, who);
  return true;
}

/** As the app knows it: what the machine has made last, the app may not have heard of. */
const formerKeysOf = ({ store }: Doorstep, { machine }: AgentRunner) =>
  (store.peek('agent', machine.identity.agent)?.keys ?? []).flatMap(({ id, notAfter }) => {
    const key = machine.keys.made.find(({ keyId }) => keyId === id);
    return notAfter === null || !key ? [] : [{ machine, key }];
  });
