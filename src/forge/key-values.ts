/** Plain keys of Forge's storage, as the texts need them. */
import { kvs } from '@forge/kvs';
import { StoreError } from './store-error';
import type { KeyValues } from './texts';

/** The keys of the installation on whose behalf the function runs. */
export const keyValues: KeyValues = {
  get: (key) => tried(`reading ${key}`, () => kvs.get<unknown>(key)),
  set: (key, value) => tried(`writing ${key}`, () => kvs.set(key, value)),
  setForDays: (key, value, days) =>
    tried(`writing ${key}`, () => kvs.set(key, value, { ttl: { value: days, unit: 'DAYS' } })),
};

async function tried<Answer>(doing: string, call: () => Promise<Answer>): Promise<Answer> {
  try {
    return await call();
  } catch (error) {
    throw new StoreError(doing, error);
  }
}
