/** The Store port over Forge KVS: custom entities with compare-and-swap on `version`. */
import { Filter, FilterConditions, kvs, Sort, WhereConditions } from '@forge/kvs';
import { CHANGES_MAX } from '#app/ports';
import type { Change, ListPage, ListQuery, Store } from '#app/ports';
import type { EntityName, RecordOf } from '#wire/records';
import { readBatches } from './batch-read';
import { fromStored, toStored } from './entities';
import type { StoredRecord } from './entities';
import { isRefusal, StoreError } from './store-error';
import { createTexts } from './texts';
import { keyValues } from './key-values';

/** The store of the installation on whose behalf the function runs. */
export const store: Store = {
  get,
  getMany: readBatches,
  create,
  transact,
  list,
  ...createTexts(keyValues),
};

async function get<Name extends EntityName>(
  entity: Name,
  key: string,
): Promise<RecordOf<Name> | undefined> {
  const value = await read(entity, key);
  return value === undefined ? undefined : fromStored(entity, key, value);
}

async function create<Name extends EntityName>(
  entity: Name,
  key: string,
  record: RecordOf<Name>,
): Promise<'created' | 'exists'> {
  const make = () =>
    kvs
      .entity<StoredRecord>(entity)
      .set(key, toStored(entity, record), { keyPolicy: 'FAIL_IF_EXISTS' });
  const isThere = async (error: unknown): Promise<boolean> =>
    isRefusal(error) && (await read(entity, key)) !== undefined;
  try {
    await make();
    return 'created';
  } catch (error) {
    // No page of Forge's names the error of a key that exists, so the store itself is asked.
    if (await isThere(error)) return 'exists';
    if (!isRefusal(error)) throw new StoreError(`creating ${entity} ${key}`, error);
  }
  // It may have been there and deleted before the look: an outbox row lives for less than a second.
  try {
    await make();
    return 'created';
  } catch (error) {
    if (await isThere(error)) return 'exists';
    throw new StoreError(`creating ${entity} ${key}`, error);
  }
}

async function transact(changes: readonly Change[]): Promise<'done' | 'conflict'> {
  if (changes.length === 0) return 'done';
  if (changes.length > CHANGES_MAX) {
    throw new Error(
      `A transaction holds at most ${String(CHANGES_MAX)} changes, not ${String(changes.length)}.`,
    );
  }
  const transaction = kvs.transact();
  for (const change of changes) {
    const target = { entityName: change.entity, ...conditionsOf(change) };
    if (change.type === 'delete') transaction.delete(change.key, target);
    else transaction.set(change.key, toStored(change.entity, change.record), target);
  }
  try {
    await transaction.execute();
    return 'done';
  } catch (error) {
    if (isRefusal(error) && (await isConflict(error.responseDetails.status, changes)))
      return 'conflict';
    throw new StoreError(`writing ${changes.map(nameOf).join(', ')}`, error);
  }
}

/** A set without conditions would overwrite what another wrote; `new` keys belong to their transaction alone. */
function conditionsOf({ expect }: Change): { readonly conditions?: VersionFilter } {
  return expect === 'new'
    ? {}
    : {
        conditions: new Filter<StoredRecord>().and('version', FilterConditions.equalTo(expect)),
      };
}

/**
 * Forge documents neither the code nor the status of a condition that is not met (public apps see 409), so
 * any refusal is followed by a look whether a version is another than expected.
 */
async function isConflict(status: number, changes: readonly Change[]): Promise<boolean> {
  if (status === 409) return true;
  for (const { entity, key, expect } of changes) {
    if (expect !== 'new' && (await get(entity, key))?.version !== expect) return true;
  }
  return false;
}

async function list<Name extends EntityName>(
  entity: Name,
  query: ListQuery,
): Promise<ListPage<RecordOf<Name>>> {
  const builder = kvs
    .entity<StoredRecord>(entity)
    .query()
    .index(query.index, { partition: [...query.partition] })
    .sort(query.order === 'ascending' ? Sort.ASC : Sort.DESC)
    .limit(query.limit);
  if (query.atMost !== undefined) builder.where(WhereConditions.lessThanEqualTo(query.atMost));
  if (query.cursor !== undefined) builder.cursor(query.cursor);
  const page = await builder.getMany().catch((error: unknown) => {
    throw new StoreError(`listing ${entity} by ${query.index}`, error);
  });
  const rows = page.results.map(({ key, value }) => ({
    key,
    record: fromStored(entity, key, value),
  }));
  return page.nextCursor === undefined ? { rows } : { rows, cursor: page.nextCursor };
}

type VersionFilter = ReturnType<Filter<StoredRecord>['and']>;

async function read(entity: EntityName, key: string): Promise<StoredRecord | undefined> {
  try {
    return await kvs.entity<StoredRecord>(entity).get(key);
  } catch (error) {
    throw new StoreError(`reading ${entity} ${key}`, error);
  }
}

const nameOf = ({ entity, key }: Change): string => `${entity} ${key}`;
