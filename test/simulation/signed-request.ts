/** Requests for the web trigger, signed with any key. */
import type { AgentRequest } from '#app/agent-message';
import type { Envelope } from '#wire/agent';
import {
  HEADER_ID,
  HEADER_SIGNATURE,
  HEADER_TIMESTAMP,
  SIGNATURE_VERSION,
  signedText,
} from '#wire/signature';
import type { AgentKey } from '../../agent/keys';
import type { AgentMachine } from './agent-machine';
import type { FakeStore } from './fake-store';
import type { Sim } from './sim';

/** Signed at this moment. */
export function signedRequest(sim: Sim, key: AgentKey, body: string): AgentRequest {
  const id = sim.chance.letters(20);
  const seconds = String(Math.floor(sim.scheduler.now() / 1_000));
  return requestOf(
    {
      'content-type': 'application/json',
      [HEADER_ID]: id,
      [HEADER_TIMESTAMP]: seconds,
      [HEADER_SIGNATURE]: `${SIGNATURE_VERSION},${key.sign(signedText(id, seconds, body))}`,
    },
    body,
  );
}

export const requestOf = (
  headers: Readonly<Record<string, string>>,
  body: string,
): AgentRequest => ({
  method: 'POST',
  headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
  body,
});

/**
 * What an agent of this machine would say, under this key, in the start that the app has seen last: its boot is known to
 * whoever has copied the whole process, and then another rule must say no. Copies with boots of their own: `copied-key.ts`.
 */
export function envelopeOf(
  { sim, store }: { readonly sim: Sim; readonly store: FakeStore },
  { identity: { audience: aud, agent } }: AgentMachine,
  key: AgentKey,
  said: Pick<Envelope, 'op' | 'job' | 'fence' | 'seq' | 'data'>,
): Envelope {
  const unseen = sim.chance.letters(12);
  const boot = store.peek('agent', agent)?.boot ?? unseen;
  return { v: 1, aud, agent, key: key.keyId, boot, ...said };
}
