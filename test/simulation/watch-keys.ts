/** I15 and I16 for keys: the former key is good until its end and not a second longer, and no thief brings one of his own. */
import type { Envelope } from '#wire/agent';
import type { AgentRecord } from '#wire/records';
import type { AgentMachine } from './agent-machine';
import { agentKey } from './agent-keys';
import type { FakeStore } from './fake-store';
import { renewsKeys } from './shares';
import type { Sim } from './sim';

export interface KeyWatch {
  /** Who that is whom the app must not know: the agent is revoked, or its key was good once and is no more. */
  strangerBy(envelope: Envelope): string | undefined;
  /** The app knows the agent, and its key is good. */
  isGood(envelope: Envelope): boolean;
  /** An agent gets this answer to its message. */
  answered(envelope: Envelope, body: string, status: number): void;
  /** Machines of which nothing was heard since the last of their former keys has ended; empty where nobody has renewed. */
  unheard(machines: readonly AgentMachine[]): readonly AgentMachine[];
}

/** Whoever steals keys has one of his own. */
export const THIEF = 'thief';

export function watchKeys(sim: Sim, store: FakeStore): KeyWatch {
  /** Until when a key that was replaced is good, in seconds, and whose it is. */
  const ends = new Map<string, { readonly agentId: string; readonly at: number }>();
  /** When an agent last got an answer under its newest key. */
  const heardAt = new Map<string, number>();
  const thief = renewsKeys(sim) ? agentKey(sim, THIEF).keyId : '';
  const seconds = (): number => Math.floor(sim.scheduler.now() / 1_000);

  store.onCommit((changes) => {
    for (const { entity, before, after } of changes)
      if (entity === 'agent')
        onAgent(before as AgentRecord | undefined, after as AgentRecord | undefined);
  });

  function onAgent(before: AgentRecord | undefined, after: AgentRecord | undefined): void {
    if (!after || before?.keys === after.keys) return;
    const { agentId, keys } = after;
    for (const { id, notAfter } of keys) {
      if (id === thief) sim.violated('I16', `${after.name} has the key of a thief.`);
      if (notAfter === null && hasEnded(id))
        sim.violated('I16', `A key of ${after.name} that has ended is good again.`);
      if (notAfter !== null) ends.set(id, { agentId, at: notAfter });
    }
    for (const { id } of before?.keys ?? [])
      if (keys.every((key) => key.id !== id)) ends.set(id, { agentId, at: seconds() - 1 });
  }

  const hasEnded = (key: string): boolean => (ends.get(key)?.at ?? Infinity) < seconds();
  const lastEnd = ({ identity }: AgentMachine): number =>
    Math.max(-1, ...[...ends.values()].filter(isOf(identity.agent)).map(({ at }) => at));

  return {
    strangerBy: ({ agent, key }) => {
      if (store.peek('agent', agent)?.state === 'revoked') return 'a revoked agent';
      return hasEnded(key) ? 'a key that has ended' : undefined;
    },
    isGood: ({ agent, key }) => {
      const record = store.peek('agent', agent);
      const isKnown = record?.keys.some(({ id }) => id === key) ?? false;
      return isKnown && record?.state !== 'revoked' && !hasEnded(key);
    },
    answered: ({ agent, key }, _body, status) => {
      if (status === 200 && !ends.has(key)) heardAt.set(agent, seconds());
    },
    unheard: (machines) =>
      machines.filter((machine) => (heardAt.get(machine.identity.agent) ?? 0) <= lastEnd(machine)),
  };
}

const isOf =
  (agent: string) =>
  ({ agentId }: { readonly agentId: string }): boolean =>
    agentId === agent;
