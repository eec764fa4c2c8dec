/** get, set and delete of one record, for plain keys, secrets and entities alike. */
import type { DatabaseSync } from 'node:sqlite';
import type { Entity } from '../../manifest';
import type { Clock, ServiceResponse } from '../service';
import type { Rates } from './rates';
import { refuse, toResponse, type Refusal } from './refusal';
import type { RecordStore, StoredRecord } from './store';
import {
  entityProblem,
  keyProblem,
  ttlProblem,
  ttlSeconds,
  valueProblem,
  type Space,
} from './validate';
import type { SetRequest } from './wire';

/** What every part of the store works with. */
export interface Desk {
  readonly database: DatabaseSync;
  readonly store: RecordStore;
  readonly clock: Clock;
  readonly entities: ReadonlyMap<string, Entity>;
  readonly rates: Rates;
  /** How long an expired value can still be read, in milliseconds. */
  readonly expiredKeptMs: () => number;
  /** How old the picture of a query is, in milliseconds. */
  readonly staleMs: () => number;
}

export interface Address {
  readonly space: Space;
  readonly key: string;
}

/** Where a key lives: in its entity if one is named, else among the plain keys. */
export function addressOf(entityName: string | undefined, key: string): Address {
  return { space: entityName === undefined ? 'plain' : `entity:${entityName}`, key };
}

/** What is wrong with an address as such. */
export function addressProblem(desk: Desk, { space, key }: Address): Refusal | undefined {
  const entityName = space.startsWith('entity:') ? space.slice('entity:'.length) : undefined;
  if (entityName !== undefined && !desk.entities.has(entityName)) {
    return refuse('BAD_REQUEST', `The manifest declares no entity "${entityName}".`);
  }
  return keyProblem(key, space);
}

/** The record as it is now, unless it expired so long ago that Forge has deleted it. */
export function present(desk: Desk, { space, key }: Address): StoredRecord | undefined {
  const record = desk.store.get(space, key);
  const gone =
    record?.expiresMs !== undefined && record.expiresMs + desk.expiredKeptMs() <= desk.clock.now();
  return gone ? undefined : record;
}

/** A record as Forge writes it; the SDK shows the times only to those who ask for them. */
export function toWire(record: StoredRecord) {
  return {
    key: record.key,
    value: record.value,
    createdAt: record.createdMs,
    updatedAt: record.updatedMs,
    ...(record.expiresMs === undefined
      ? {}
      : { expireTime: new Date(record.expiresMs).toISOString() }),
  };
}

export function getRecord(desk: Desk, address: Address): ServiceResponse {
  const problem = addressProblem(desk, address);
  if (problem !== undefined) return toResponse(problem);
  const record = present(desk, address);
  return record === undefined
    ? toResponse(refuse('KEY_NOT_FOUND'))
    : { status: 200, body: toWire(record) };
}

export function deleteRecord(desk: Desk, address: Address): ServiceResponse {
  const problem = addressProblem(desk, address);
  if (problem !== undefined) return toResponse(problem);
  if (present(desk, address) === undefined) return toResponse(refuse('KEY_NOT_FOUND'));
  desk.store.remove(address.space, address.key, desk.clock.now());
  return { status: 204 };
}

export function setRecord(desk: Desk, address: Address, request: SetRequest): ServiceResponse {
  const problem = writeProblem(desk, address, request);
  if (problem !== undefined) return toResponse(problem);
  const { keyPolicy = 'OVERRIDE', returnValue, returnMetadataFields } = request.options ?? {};
  if (keyPolicy === 'FAIL_IF_EXISTS' && returnValue !== undefined) {
    return toResponse(refuse('BAD_REQUEST', 'returnValue needs the key policy OVERRIDE.'));
  }
  if (returnMetadataFields !== undefined && returnValue === undefined) {
    return toResponse(refuse('BAD_REQUEST', 'returnMetadataFields needs returnValue.'));
  }
  const previous = present(desk, address);
  if (keyPolicy === 'FAIL_IF_EXISTS' && previous !== undefined)
    return toResponse(refuse('KEY_CONFLICT'));
  write(desk, address, request);
  const shown = returnValue === 'PREVIOUS' ? previous : returnValue && present(desk, address);
  return shown === undefined ? { status: 204 } : { status: 200, body: toWire(shown) };
}

/** What is wrong with writing this value there. */
export function writeProblem(
  desk: Desk,
  address: Address,
  request: SetRequest,
): Refusal | undefined {
  const problem =
    addressProblem(desk, address) ??
    valueProblem(request.value, address.space) ??
    ttlProblem(request.options?.ttl);
  if (problem !== undefined) return problem;
  const entity = desk.entities.get(address.space.slice('entity:'.length));
  const entityRefusal = entity && entityProblem(entity, request.value);
  if (entityRefusal !== undefined) return entityRefusal;
  const bytes = Buffer.byteLength(JSON.stringify(request.value));
  const admitted = desk.rates.admitKey(`${address.space} ${address.key}`, bytes);
  return admitted
    ? undefined
    : refuse('RATE_LIMIT_EXCEEDED', 'The key is written more than 1 MB a second.');
}

/** Writes what has been found in order. */
export function write(desk: Desk, { space, key }: Address, { value, options }: SetRequest): void {
  const nowMs = desk.clock.now();
  const expiresMs = options?.ttl && nowMs + ttlSeconds(options.ttl) * 1_000;
  desk.store.put(space, key, value, nowMs, expiresMs);
}
