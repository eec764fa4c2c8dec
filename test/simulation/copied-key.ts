/** Somebody has copied the key of an agent, not its process: starts copies of it, and lies about jobs, until it is found. */
import { approveAgent } from '#app/manage-agents';
import type { Envelope } from '#wire/agent';
import type { JobRecord } from '#wire/records';
import { fingerprintOf } from '../../agent/keys';
import type { AgentKey } from '../../agent/keys';
import type { AgentMachine } from './agent-machine';
import { PROJECT } from './cast';
import type { Doorstep } from './doorstep';
import { FUNCTIONS } from './functions';
import { createLife } from './scheduler';
import type { Life } from './scheduler';
import { envelopeOf, signedRequest } from './signed-request';

interface Copy {
  readonly machine: AgentMachine;
  readonly key: AgentKey;
  /** Which it draws at each of its starts. */
  readonly boots: readonly string[];
}

type Said = Pick<Envelope, 'op' | 'job' | 'fence' | 'seq' | 'data'>;

/** A copy that is started more often pushes its agent out of what the app remembers. */
const STARTS_MAX = 3;

/** Uses the key while the storm lasts, or until the app says no; then an admin confirms the agent whenever it is suspended. */
export async function liveCopyist(doorstep: Doorstep, isOver: () => boolean): Promise<void> {
  const { sim, boots } = doorstep;
  const life = createLife('copyist');
  await sim.scheduler.wait(life, sim.chance.between(1_000, 30_000), 'copies a key');
  const copy = stolenFrom(doorstep);
  for (const boot of copy?.boots ?? []) boots.copied(boot);
  while (copy && !isOver()) {
    await sim.scheduler.wait(life, sim.chance.between(300, 4_000), 'has a copied key');
    if (isOver() || !sim.strikes('key-copied')) continue;
    if (!(await useCopy(doorstep, copy))) break;
  }
  await confirmAgain(doorstep, life);
}

/** The key that the agent signs with at this moment. */
function stolenFrom({ sim, store, agents }: Doorstep): Copy | undefined {
  const found = agents.flatMap(({ machine }) => {
    const newest = store.peek('agent', machine.identity.agent)?.keys.at(-1)?.id;
    const key = machine.keys.made.find(({ keyId }) => keyId === newest);
    return key ? [{ machine, key }] : [];
  });
  if (found.length === 0) return undefined;
  const starts = sim.chance.between(1, STARTS_MAX);
  const boots = Array.from({ length: starts }, () => sim.chance.letters(12));
  return { ...sim.chance.pick(found), boots };
}

/** False when the copy is of no use any more. */
async function useCopy(doorstep: Doorstep, { machine, key, boots }: Copy): Promise<boolean> {
  const { sim, store, functions, keys, boots: watch, logs } = doorstep;
  if (store.peek('agent', machine.identity.agent)?.state !== 'active') return false;
  const boot = sim.chance.pick(boots);
  const said = whatToSay(doorstep, machine, boots);
  if (!said) return true;
  const envelope = { ...envelopeOf(doorstep, machine, key, said), boot };
  if (keys.strangerBy(envelope) !== undefined) return false;
  const body = JSON.stringify(envelope);
  sim.count(`copied key used for ${envelope.op}`);
  logs.sent?.(envelope, body);
  const request = signedRequest(sim, key, body);
  const end = await FUNCTIONS.copy(functions, request, envelope, (ports) =>
    watch.guarded(ports, envelope),
  );
  if (end.kind !== 'answered') return true;
  watch.toldThief(envelope, end.answer.status);
  return end.answer.status !== 401 && end.answer.status !== 403;
}

/** Mostly nothing while there is no work: polls are what a copy is found by. */
function whatToSay(
  doorstep: Doorstep,
  { identity: { agent } }: AgentMachine,
  boots: readonly string[],
): Said | undefined {
  const { sim, store } = doorstep;
  const { chance } = sim;
  const jobs = store.all('job').filter((job) => job.agents.includes(agent));
  const open = jobs.filter(({ status }) => status !== 'finished');
  const own = open.find((job) => job.status === 'running' && boots.includes(job.boot ?? ''));
  const running = open.filter(({ status }) => status === 'running');
  if (own && chance.happens(0.8)) return lieAbout(doorstep, own, own.fence);
  if (running.length > 0 && chance.happens(0.6)) {
    const job = chance.pick(running);
    return lieAbout(doorstep, job, job.fence + chance.pick([0, 0, 0, 1, -1]));
  }
  if (open.length > 0 && chance.happens(0.7)) {
    const data = { requestId: chance.letters(20), skipsDone: true };
    return { op: 'claim', job: chance.pick(open).job, data };
  }
  if (chance.happens(0.85)) return undefined;
  return {
    op: 'poll',
    data: { version: '1.0.0', busy: false, speaks: [1, 2], ...heard(doorstep) },
  };
}

/** A thief says of what it has heard what it likes. */
const heard = ({ sim }: Doorstep): { readonly heard?: number } =>
  sim.chance.pick([{ heard: secondsOf(sim) }, { heard: 0 }, {}]);

/** As whoever works on it would say it. */
function lieAbout(doorstep: Doorstep, job: JobRecord, guess: number): Said {
  const { sim, store } = doorstep;
  const fence = Math.max(0, guess);
  const [at, seq] = [secondsOf(sim), job.lastSeq + 1];
  const about = { job: job.job, fence };
  switch (sim.chance.pick(['finish', 'finish', 'report', 'heartbeat', 'log', 'fetch'] as const)) {
    case 'finish':
      return { op: 'finish', ...about, seq, data: { outcome: { kind: 'succeeded' } } };
    case 'report': {
      const step = store.plan(job.planDigest)?.steps[0]?.id ?? 'code-1';
      const entry = { at, step, host: 'h1', state: 'healthy', note: 'a lie', milliseconds: 1 };
      return { op: 'report', ...about, seq, data: { entries: [entry] } };
    }
    case 'heartbeat':
      return { op: 'heartbeat', ...about, data: { step: null, ...heard(doorstep) } };
    case 'log': {
      const lines = [{ at: 0, level: 'info', text: 'a lie' }];
      return { op: 'log', ...about, data: { chunk: LIE_CHUNK, firstLine: 0, lines } };
    }
    case 'fetch':
      return { op: 'fetch', ...about, data: { digest: job.planDigest, offset: 0 } };
  }
}

/** Behind all that an agent leaves in a run. */
const LIE_CHUNK = 900;

/** An admin has had the copy ended, and compares the fingerprint with the one on the agent's terminal. */
async function confirmAgain(doorstep: Doorstep, life: Life): Promise<void> {
  const { sim, store, functions, agents } = doorstep;
  for (;;) {
    await sim.scheduler.wait(life, sim.chance.between(2_000, 20_000), 'looks for suspended agents');
    for (const { machine } of agents) {
      const record = store.peek('agent', machine.identity.agent);
      const key = machine.keys.made.find(({ keyId }) => keyId === record?.keys.at(-1)?.id);
      if (record?.state !== 'suspended' || !key) continue;
      const { agentId } = record;
      const fingerprint = fingerprintOf(key.publicKey);
      const end = await functions.invoke('settings agent.approve', (ports) =>
        approveAgent(ports, { project: PROJECT, agentId, fingerprint }),
      );
      if (end.kind === 'answered' && end.answer.kind === 'done') sim.count('agent confirmed again');
    }
  }
}

const secondsOf = ({ scheduler }: Doorstep['sim']): number => Math.floor(scheduler.now() / 1_000);
