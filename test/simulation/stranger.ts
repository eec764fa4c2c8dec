/** Somebody at the web trigger who is no agent of this installation, or asks for what is not theirs. */
import type { Envelope } from '#wire/agent';
import { HEADER_TIMESTAMP } from '#wire/signature';
import type { Doorstep } from './doorstep';
import { FUNCTIONS } from './functions';
import { createLife } from './scheduler';
import { hasReader, isDivided } from './shares';
import { envelopeOf, requestOf, signedRequest } from './signed-request';
import { useStolenKey } from './thief';

/** Knocks now and then. Where some agents are for some jobs, others try to be the first who asks for one. */
export async function liveStranger(doorstep: Doorstep, isOver: () => boolean): Promise<void> {
  const { sim, store } = doorstep;
  const life = createLife('stranger');
  if (isDivided(sim))
    store.onCommit((changes) => {
      if (isOver() || !changes.some(({ entity, asNew }) => entity === 'job' && asNew)) return;
      sim.scheduler.after(life, sim.chance.between(0, 200), 'tries to be first', () => {
        void reachTooFar(doorstep);
      });
    });
  while (!isOver()) {
    await sim.scheduler.wait(life, sim.chance.between(1_000, 6_000), 'lurks');
    if (isOver() || !sim.strikes('stranger-calls')) continue;
    if (await reachTooFar(doorstep)) continue;
    if (hasReader(sim) && sim.chance.happens(0.4)) await sayAgain(doorstep);
    else if (!(await useStolenKey(doorstep)))
      await sim.chance.pick([forge, addressElsewhere])(doorstep);
  }
}

/** An agent's words with another content, under the signature of the old one. */
async function forge({ sim, functions, tap: { heard } }: Doorstep): Promise<void> {
  if (!heard) return;
  const envelope = JSON.parse(heard.body) as Envelope;
  const body = JSON.stringify({ ...envelope, boot: sim.chance.letters(12) });
  sim.count('message forged');
  const headers = { ...heard.headers, [HEADER_TIMESTAMP]: String(secondsOf(sim)) };
  await FUNCTIONS.stranger(functions, requestOf(headers, body), envelope, 'a forger');
}

/** Lines of a log as an agent has sent them, once more and a while later. */
async function sayAgain({ sim, functions, keys, tap }: Doorstep): Promise<void> {
  const { heardLog } = tap;
  if (!heardLog) return;
  const envelope = JSON.parse(heardLog.body) as Envelope;
  const request = requestOf(heardLog.headers, heardLog.body);
  const who = keys.strangerBy(envelope);
  sim.count('lines of a log replayed');
  if (who === undefined) await FUNCTIONS.agent(functions, request, envelope);
  else await FUNCTIONS.stranger(functions, request, envelope, who);
}

/** An agent's own words and signature, for another installation. */
async function addressElsewhere(doorstep: Doorstep): Promise<void> {
  const { sim, functions, agents } = doorstep;
  const { heard } = doorstep.tap;
  if (!heard) return;
  const envelope = JSON.parse(heard.body) as Envelope;
  const sender = agents.find(({ machine }) => machine.identity.agent === envelope.agent);
  const key = sender?.machine.keys.made.find(({ keyId }) => keyId === envelope.key);
  if (!key) return;
  const elsewhere = { ...envelope, aud: 'ari:cloud:ecosystem::installation/2' };
  sim.count('message for another installation');
  const request = signedRequest(sim, key, JSON.stringify(elsewhere));
  await FUNCTIONS.stranger(functions, request, elsewhere, 'an agent of another installation');
}

/** An agent asks for a job that is not within its reach; false when there is no such job. */
async function reachTooFar(doorstep: Doorstep): Promise<boolean> {
  const { sim, store, functions, agents, reach } = doorstep;
  const job = store.all('job').find(({ status }) => status !== 'finished');
  if (!job) return false;
  const others = agents.flatMap(({ machine }) => {
    const why = reach.whyNot(machine.identity.agent, job);
    const record = store.peek('agent', machine.identity.agent);
    const key = machine.keys.made.find(({ keyId }) => keyId === record?.keys.at(-1)?.id);
    // Before its first poll it would look like a start of its own.
    return why === undefined || !key || record?.boot === null ? [] : [{ machine, key, why }];
  });
  const other = others.length > 1 ? sim.chance.pick(others) : others[0];
  if (!other) return false;
  const { machine, key, why } = other;
  const data = { requestId: sim.chance.letters(20) };
  const envelope = envelopeOf(doorstep, machine, key, { op: 'claim', job: job.job, data });
  sim.count(`job of another ${why} asked for`);
  await FUNCTIONS.agent(functions, signedRequest(sim, key, JSON.stringify(envelope)), envelope);
  return true;
}

const secondsOf = ({ scheduler }: Doorstep['sim']): number => Math.floor(scheduler.now() / 1_000);
