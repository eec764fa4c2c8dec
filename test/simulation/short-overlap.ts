/** A former key is good for a day, and no run lasts so long: here it ends after seconds, wherever the app says a day. */
import type { Change, Ports } from '#app/ports';
import type { Sim } from './sim';

/** Some end before the last late message, some after. */
const OVERLAP_SECONDS = [5, 40];

/** The ports of the call that adds a key. */
export function withShortOverlap(sim: Sim, ports: Ports): Ports {
  const latest = ports.clock.now() + sim.chance.pick(OVERLAP_SECONDS);
  const shortened = (change: Change): Change => {
    if (change.entity !== 'agent' || change.type !== 'set') return change;
    const keys = change.record.keys.map((key) =>
      key.notAfter === null ? key : { ...key, notAfter: Math.min(key.notAfter, latest) },
    );
    return { ...change, record: { ...change.record, keys } };
  };
  const { store } = ports;
  return {
    ...ports,
    store: { ...store, transact: (changes) => store.transact(changes.map(shortened)) },
  };
}
