/** Protections of the app, switched off from outside: the store answers what makes the rule agree. */
import type { Ports, Store } from '#app/ports';
import type { Envelope } from '#wire/agent';
import type { EntityName, RecordOf } from '#wire/records';
import type { Sim } from './sim';

/** Changes what is read of one entity. */
type Lie<Name extends EntityName> = (record: RecordOf<Name>) => RecordOf<Name>;

/** The ports of an agent's call. */
export function portsForCall(sim: Sim, ports: Ports, { op, seq }: Envelope): Ports {
  const isMessage = op === 'report' || op === 'finish';
  if (sim.isOff('sequence') && isMessage) {
    const next = (seq ?? 1) - 1;
    return lying(ports, 'job', (job) => ({ ...job, lastSeq: next, lastMessage: null }));
  }
  if (op !== 'claim') return ports;
  if (sim.isOff('lease')) return lying(ports, 'job', (job) => ({ ...job, leaseUntil: 0 }));
  if (sim.isOff('fence-row')) {
    const noFence = lying(ports, 'job', (job) => ({ ...job, fence: 0 }));
    return lying(noFence, 'scope', (scope) => ({ ...scope, fence: 0 }));
  }
  return ports;
}

/** The ports of a click that is recorded. */
export const portsForClick = (sim: Sim, ports: Ports): Ports =>
  sim.isOff('click-ids') ? lying(ports, 'release', (record) => ({ ...record, clicks: [] })) : ports;

/** The ports of a worker that does Jira effects. */
export const portsForWork = (sim: Sim, ports: Ports): Ports =>
  sim.isOff('outbox-turn')
    ? lying(ports, 'release', (record) => ({
        ...record,
        jira: {
          ...record.jira,
          working: record.jira.working && { ...record.jira.working, until: 0 },
        },
      }))
    : ports;

function lying<Name extends EntityName>(ports: Ports, about: Name, lie: Lie<Name>): Ports {
  const { store } = ports;
  const lied = <Asked extends EntityName>(
    entity: Asked,
    record: RecordOf<Asked> | undefined,
  ): RecordOf<Asked> | undefined => {
    if (record === undefined || !isAbout(entity, about)) return record;
    // Both names are the same, so both types are.
    return lie(record as unknown as RecordOf<Name>) as unknown as RecordOf<Asked>;
  };
  const lyingStore: Store = {
    ...store,
    get: async (entity, key) => lied(entity, await store.get(entity, key)),
    getMany: async (places) => {
      const found = await store.getMany(places);
      return { get: (entity, key) => lied(entity, found.get(entity, key)) };
    },
  };
  return { ...ports, store: lyingStore };
}

const isAbout = (entity: EntityName, about: EntityName): boolean => entity === about;
