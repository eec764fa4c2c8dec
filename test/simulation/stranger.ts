/** Somebody at the web trigger who is no agent of this installation, or asks for what is not theirs. */
import type { AgentRequest } from '#app/agent-message';
import type { Envelope } from '#wire/agent';
import {
  HEADER_ID,
  HEADER_SIGNATURE,
  HEADER_TIMESTAMP,
  SIGNATURE_VERSION,
  signedText,
} from '#wire/signature';
import type { SignedMessage } from '../../agent/app-client';
import { agentKey } from './agent-keys';
import type { AgentRunner } from './agent-machine';
import type { FakeStore } from './fake-store';
import { FUNCTIONS } from './functions';
import type { Functions } from './functions';
import { createLife } from './scheduler';
import type { Sim } from './sim';

/** What the stranger has to work with. */
export interface Doorstep {
  readonly sim: Sim;
  readonly store: FakeStore;
  readonly functions: Functions;
  readonly agents: readonly AgentRunner[];
  /** A message that an agent sent, as somebody on the way may keep it. */
  overheard(): SignedMessage | undefined;
}

/** Knocks now and then. */
export async function liveStranger(doorstep: Doorstep, isOver: () => boolean): Promise<void> {
  const { sim } = doorstep;
  const life = createLife('stranger');
  while (!isOver()) {
    await sim.scheduler.wait(life, sim.chance.between(1_000, 6_000), 'lurks');
    if (isOver() || !sim.strikes('stranger-calls')) continue;
    if (!(await reachTooFar(doorstep))) await sim.chance.pick([forge, addressElsewhere])(doorstep);
  }
}

/** An agent's words with another content, under the signature of the old one. */
async function forge({ sim, functions, overheard }: Doorstep): Promise<void> {
  const heard = overheard();
  if (!heard) return;
  const envelope = JSON.parse(heard.body) as Envelope;
  const body = JSON.stringify({ ...envelope, boot: sim.chance.letters(12) });
  sim.count('message forged');
  const headers = { ...heard.headers, [HEADER_TIMESTAMP]: String(secondsOf(sim)) };
  await FUNCTIONS.stranger(functions, requestOf(headers, body), envelope, 'a forger');
}

/** An agent's own words and signature, for another installation. */
async function addressElsewhere(doorstep: Doorstep): Promise<void> {
  const { sim, functions, agents, overheard } = doorstep;
  const heard = overheard();
  if (!heard) return;
  const envelope = JSON.parse(heard.body) as Envelope;
  const sender = agents.find(({ machine }) => machine.identity.agent === envelope.agent);
  if (!sender) return;
  const elsewhere = { ...envelope, aud: 'ari:cloud:ecosystem::installation/2' };
  sim.count('message for another installation');
  const request = signedBy(sim, sender.machine.name, JSON.stringify(elsewhere));
  await FUNCTIONS.stranger(functions, request, elsewhere, 'an agent of another installation');
}

/** An agent asks for a job of an environment that is not its own; false when there is no such job. */
async function reachTooFar({ sim, store, functions, agents }: Doorstep): Promise<boolean> {
  const job = store.all('job').find(({ status }) => status !== 'finished');
  if (!job) return false;
  const others = agents.filter(
    ({ machine }) =>
      store.peek('agent', machine.identity.agent)?.environments.includes(job.environment) === false,
  );
  const [other] = others;
  if (!other) return false;
  const { identity, key, name } = other.machine;
  const envelope: Envelope = {
    v: 1,
    aud: identity.audience,
    op: 'claim',
    agent: identity.agent,
    key: key.keyId,
    boot: sim.chance.letters(12),
    job: job.job,
    data: { requestId: sim.chance.letters(20) },
  };
  sim.count('job of another environment asked for');
  await FUNCTIONS.agent(functions, signedBy(sim, name, JSON.stringify(envelope)), envelope);
  return true;
}

function signedBy(sim: Sim, name: string, body: string): AgentRequest {
  const id = sim.chance.letters(20);
  const seconds = String(secondsOf(sim));
  const signature = agentKey(sim, name).sign(signedText(id, seconds, body));
  const headers = {
    'content-type': 'application/json',
    [HEADER_ID]: id,
    [HEADER_TIMESTAMP]: seconds,
    [HEADER_SIGNATURE]: `${SIGNATURE_VERSION},${signature}`,
  };
  return requestOf(headers, body);
}

const secondsOf = (sim: Sim): number => Math.floor(sim.scheduler.now() / 1_000);

const requestOf = (headers: Readonly<Record<string, string>>, body: string): AgentRequest => ({
  method: 'POST',
  headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
  body,
});
