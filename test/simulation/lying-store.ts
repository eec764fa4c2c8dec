/** A store that lies about one entity to who reads it, and keeps the truth when it is written. */
import { evolve } from '#core/evolve';
import type { Change, Ports, Store } from '#app/ports';
import type { EntityName, EventSegment, RecordOf, ReleaseRecord } from '#wire/records';

/** Changes what is read of one entity. */
type Lie<Name extends EntityName> = (record: RecordOf<Name>) => RecordOf<Name>;

/** The ports, with a lie about every record of the entity. */
export function lying<Name extends EntityName>(ports: Ports, about: Name, lie: Lie<Name>): Ports {
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

/**
 * The same about a release's state: what is decided on the lie is written as events of the true state, so
 * that only the decision is wrong.
 */
export function lyingState(
  ports: Ports,
  lie: (state: ReleaseRecord['state']) => ReleaseRecord['state'],
): Ports {
  const truth = new Map<string, ReleaseRecord['state']>();
  const lied = lying(ports, 'release', (record) => {
    truth.set(record.state.issueId, record.state);
    return { ...record, state: lie(record.state) };
  });
  return {
    ...lied,
    store: {
      ...lied.store,
      transact: (changes) => ports.store.transact(changes.map((change) => told(change, changes))),
    },
  };

  function told(change: Change, changes: readonly Change[]): Change {
    if (change.entity !== 'release' || change.type !== 'set') return change;
    const before = truth.get(change.key);
    if (before === undefined) return change;
    const state = eventsIn(changes).reduce(evolve, before);
    return { ...change, record: { ...change.record, status: state.status, state } };
  }
}

const eventsIn = (changes: readonly Change[]): EventSegment['events'] =>
  changes.flatMap((change) =>
    change.entity === 'events' && change.type === 'set' ? change.record.events : [],
  );

const isAbout = (entity: EntityName, about: EntityName): boolean => entity === about;
