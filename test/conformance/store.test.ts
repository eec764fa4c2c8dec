import { kvs } from '@forge/kvs';
import { store } from '#forge/store';
import { installKvs } from '../support/forge-kvs';
import { createMemoryStore } from '../support/memory-store';
import { describeStore } from './store-suite';

/** Lists of Local Jira's key-value store lag behind so far by default. */
const STALE_MS = 2_000;

describeStore('of Forge, on the real SDK over Local Jira', () => {
  const { clock } = installKvs({ staleMs: () => STALE_MS });
  return {
    store,
    settle: () => clock.advance(STALE_MS + 1),
    damage: (entity, key) => kvs.entity(entity).set(key, { version: 1, data: 'torn' }),
  };
});

describeStore('in memory', () => {
  const memory = createMemoryStore({ unseenWrites: () => 3 });
  return {
    store: memory,
    settle: () => {
      memory.settle();
    },
    damage: async (entity, key) => {
      memory.rows.set(`${entity} ${key}`, '{"version":1,"data":"torn"}');
    },
  };
});
