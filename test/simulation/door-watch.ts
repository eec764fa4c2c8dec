/** I16: a call that is not from an agent of this installation changes no byte and learns nothing. */
import type { AgentAnswer } from '#app/agent-answer';
import type { Ports } from '#app/ports';
import type { Sim } from './sim';

/** What every stranger reads, besides the time. */
const UNKNOWN = { type: 'urn:interlock:problem:unauthorized', status: 401, error: 'unauthorized' };

/** Ports that note when anything is written. */
export function sealedPorts(sim: Sim, ports: Ports, who: string): Ports {
  const broken = (what: string): void => sim.violated('I16', `A call of ${who} ${what}.`);
  const { store, queue } = ports;
  return {
    ...ports,
    store: {
      ...store,
      create: (entity, key, record) => {
        broken(`made ${entity} ${key}`);
        return store.create(entity, key, record);
      },
      transact: (changes) => {
        if (changes.length > 0) broken(`changed ${changes.map(({ entity }) => entity).join(', ')}`);
        return store.transact(changes);
      },
      putText: (text) => {
        broken('stored a text');
        return store.putText(text);
      },
    },
    queue: {
      push: (task, delaySeconds) => {
        broken(`asked for ${task.type}`);
        return queue.push(task, delaySeconds);
      },
    },
  };
}

/** The one answer for all of them; «busy» says that the app could not look. */
export function checkUnknown(sim: Sim, { status, body }: AgentAnswer, who: string): void {
  if (status === 503) return;
  const { type, error } = Object(body) as { readonly type?: string; readonly error?: string };
  const members = Object.keys(body).sort().join();
  const isPlain = members === 'error,now,status,title,type';
  if (status !== UNKNOWN.status || type !== UNKNOWN.type || error !== UNKNOWN.error || !isPlain)
    sim.violated('I16', `A call of ${who} was answered ${String(status)}: ${JSON.stringify(body)}`);
}

/** Whatever the app says, it is no. */
export function checkRefused(sim: Sim, { status, body }: AgentAnswer, who: string): void {
  if (status === 200) sim.violated('I16', `A call of ${who} was answered ${JSON.stringify(body)}`);
}
