/** Several independent operations in one request; each succeeds or fails for itself. */
import { z } from 'zod';
import type { ServiceResponse } from '../service';
import { BATCH_MAX_BYTES, BATCH_MAX_KEYS } from './limits';
import { addressOf, deleteRecord, getRecord, setRecord, type Desk } from './records';
import { refuse, toResponse } from './refusal';
import type { BatchDeleteRequest, BatchGetRequest, BatchSetRequest } from './wire';

const Failure = z.object({ code: z.string(), message: z.string() });

export function batchSet(desk: Desk, items: z.output<typeof BatchSetRequest>): ServiceResponse {
  if (Buffer.byteLength(JSON.stringify(items)) > BATCH_MAX_BYTES) {
    return toResponse(refuse('MAX_SIZE', 'A batch has at most 4 MB.'));
  }
  return eachOf(items, (item) => {
    const { status, body } = setRecord(desk, addressOf(item.entityName, item.key), item);
    return status < 300 ? { status } : { status, body };
  });
}

export function batchGet(desk: Desk, items: z.output<typeof BatchGetRequest>): ServiceResponse {
  return eachOf(items, (item) => getRecord(desk, addressOf(item.entityName, item.key)));
}

export function batchDelete(
  desk: Desk,
  items: z.output<typeof BatchDeleteRequest>,
): ServiceResponse {
  return eachOf(items, (item) => {
    const response = deleteRecord(desk, addressOf(item.entityName, item.key));
    // Deleting succeeds whether the key exists or not. Source: storage-reference/kvs-api, kvs.delete.
    return response.status === 404 ? { status: 204 } : response;
  });
}

interface Named {
  readonly key: string;
  readonly entityName?: string | undefined;
}

function eachOf<Item extends Named>(
  items: readonly Item[],
  run: (item: Item) => ServiceResponse,
): ServiceResponse {
  if (items.length === 0) return toResponse(refuse('BAD_REQUEST', 'The batch has no key.'));
  if (items.length > BATCH_MAX_KEYS) {
    return toResponse(refuse('BAD_REQUEST', `A batch has at most ${BATCH_MAX_KEYS} keys.`));
  }
  const names = new Set(items.map(({ key, entityName }) => `${entityName ?? ''} ${key}`));
  if (names.size < items.length) {
    return toResponse(refuse('BAD_REQUEST', 'Each key can be used only once in a batch.'));
  }
  const successfulKeys: object[] = [];
  const failedKeys: object[] = [];
  for (const item of items) {
    const { status, body } = run(item);
    const name = {
      key: item.key,
      ...(item.entityName === undefined ? {} : { entityName: item.entityName }),
    };
    if (status < 300) successfulKeys.push({ ...name, ...fieldsOf(body) });
    else failedKeys.push({ ...name, error: Failure.parse(body) });
  }
  return { status: 200, body: { successfulKeys, failedKeys } };
}

function fieldsOf(body: unknown): object {
  return typeof body === 'object' && body !== null ? body : {};
}
