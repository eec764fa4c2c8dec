/** Many records in one request. */
import { kvs } from '@forge/kvs';
import type { Found, Place } from '#app/ports';
import { fromStored } from './entities';
import type { StoredRecord } from './entities';
import { StoreError } from './store-error';

/**
 * Most keys in one batch, and each of them once. Source: developer.atlassian.com/platform/forge/storage-reference/
 * entities-batch (read 2026-11-21). An older page also allowed 45 batches a minute at most: see local/DIFFERENCES.md.
 */
const BATCH_MAX_KEYS = 25;

/** What lies at the places: as many requests as it takes, all at once. */
export async function readBatches(places: readonly Place[]): Promise<Found> {
  const wanted = [...new Map(places.map((place) => [nameOf(place), place])).values()];
  const batches = Array.from({ length: Math.ceil(wanted.length / BATCH_MAX_KEYS) }, (_, at) =>
    wanted.slice(at * BATCH_MAX_KEYS, (at + 1) * BATCH_MAX_KEYS),
  );
  const found = new Map((await Promise.all(batches.map(readBatch))).flat());
  return {
    get(entity, key) {
      const value = found.get(nameOf({ entity, key }));
      return value === undefined ? undefined : fromStored(entity, key, value);
    },
  };
}

async function readBatch(
  places: readonly Place[],
): Promise<readonly (readonly [string, StoredRecord])[]> {
  const doing = `reading ${places.map(nameOf).join(', ')}`;
  const { successfulKeys, failedKeys } = await kvs
    .batchGet<StoredRecord>(places.map(({ entity, key }) => ({ entityName: entity, key })))
    .catch((error: unknown) => {
      throw new StoreError(doing, error);
    });
  // Forge reports each key for itself; one that could not be read must not look like one without a record.
  const unread = failedKeys.find(({ error }) => error.code !== 'KEY_NOT_FOUND');
  if (unread) throw new StoreError(doing, new Error(`${unread.key}: ${unread.error.code}`));
  return successfulKeys.map(({ entityName = '', key, value }) => [`${entityName} ${key}`, value]);
}

const nameOf = ({ entity, key }: Place): string => `${entity} ${key}`;
