/** Many records in one request. */
import { kvs } from '@forge/kvs';
import type { EntityName } from '#wire/records';
import type { StoredRecord } from './entities';
import { StoreError } from './store-error';

/**
 * Most keys in one batch, and each of them once. Source: developer.atlassian.com/platform/forge/storage-reference/
 * entities-batch (read 2026-11-21). An older page also allowed 45 batches a minute at most: see local/DIFFERENCES.md.
 */
const BATCH_MAX_KEYS = 25;

/** What lies under the keys; a key without a record is missing in the answer. */
export async function readBatches(
  entity: EntityName,
  keys: readonly string[],
): Promise<ReadonlyMap<string, StoredRecord>> {
  const wanted = [...new Set(keys)];
  const batches = Array.from({ length: Math.ceil(wanted.length / BATCH_MAX_KEYS) }, (_, at) =>
    wanted.slice(at * BATCH_MAX_KEYS, (at + 1) * BATCH_MAX_KEYS),
  );
  const found = await Promise.all(batches.map((batch) => readBatch(entity, batch)));
  return new Map(found.flat());
}

async function readBatch(
  entity: EntityName,
  keys: readonly string[],
): Promise<readonly (readonly [string, StoredRecord])[]> {
  const doing = `reading ${entity} ${keys.join(', ')}`;
  const { successfulKeys, failedKeys } = await kvs
    .batchGet<StoredRecord>(keys.map((key) => ({ key, entityName: entity })))
    .catch((error: unknown) => {
      throw new StoreError(doing, error);
    });
  // Forge reports each key for itself; a key that could not be read must not look like one without a record.
  const unread = failedKeys.find(({ error }) => error.code !== 'KEY_NOT_FOUND');
  if (unread) throw new StoreError(doing, new Error(`${unread.key}: ${unread.error.code}`));
  return successfulKeys.map(({ key, value }) => [key, value] as const);
}
