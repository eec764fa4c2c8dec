/** The Key-Value Store and the Custom Entity Store below @forge/kvs: one POST per call. */
import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import type { Entity } from '../../manifest';
import type { Clock, ServiceRequest, ServiceResponse } from '../service';
import { batchDelete, batchGet, batchSet } from './batch';
import { TRANSACTION_MAX_BYTES } from './limits';
import { queryEntity, queryKeys } from './list';
import { createRates } from './rates';
import { addressOf, deleteRecord, getRecord, setRecord, type Desk } from './records';
import { refuse, toResponse, type RefusalCode } from './refusal';
import { createRecordStore } from './store';
import { runTransaction } from './transaction';
import {
  BatchDeleteRequest,
  BatchGetRequest,
  BatchSetRequest,
  DeleteRequest,
  EntityQueryRequest,
  GetRequest,
  QueryRequest,
  SetRequest,
  TransactionRequest,
} from './wire';

export interface KvsParts {
  readonly database: DatabaseSync;
  readonly clock: Clock;
  readonly entities: readonly Entity[];
  /** Whether the manifest holds the scope `storage:app`. */
  readonly allowed: boolean;
  readonly staleMs: () => number;
  readonly expiredKeptMs: () => number;
  /** A refusal that chance makes, as the knobs say. */
  readonly mishap: (kind: 'read' | 'write' | 'transaction') => RefusalCode | undefined;
}

export interface Kvs {
  handle(request: ServiceRequest): Promise<ServiceResponse>;
  /** Drops what has expired for good; also done at the start and every hour. */
  sweep(): void;
}

/** Whether a call reads or writes, for rates and for counting a click's cost. */
export function kvsCallKind(path: string): 'read' | 'write' {
  return /\/(get|query)$/.test(path) ? 'read' : 'write';
}

type Operation = (desk: Desk, body: unknown) => ServiceResponse;

const OPERATIONS: ReadonlyMap<string, Operation> = new Map([
  ['get', on(GetRequest, (desk, it) => getRecord(desk, addressOf(undefined, it.key)))],
  ['set', on(SetRequest, (desk, it) => setRecord(desk, addressOf(undefined, it.key), it))],
  ['delete', on(DeleteRequest, (desk, it) => deleteRecord(desk, addressOf(undefined, it.key)))],
  ['query', on(QueryRequest, queryKeys)],
  ['secret/get', on(GetRequest, (desk, it) => getRecord(desk, { space: 'secret', key: it.key }))],
  [
    'secret/set',
    on(SetRequest, (desk, it) => setRecord(desk, { space: 'secret', key: it.key }, it)),
  ],
  [
    'secret/delete',
    on(DeleteRequest, (desk, it) => deleteRecord(desk, { space: 'secret', key: it.key })),
  ],
  ['entity/get', on(GetRequest, (desk, it) => getRecord(desk, addressOf(it.entityName, it.key)))],
  [
    'entity/set',
    on(SetRequest, (desk, it) => setRecord(desk, addressOf(it.entityName, it.key), it)),
  ],
  [
    'entity/delete',
    on(DeleteRequest, (desk, it) => deleteRecord(desk, addressOf(it.entityName, it.key))),
  ],
  ['entity/query', on(EntityQueryRequest, queryEntity)],
  ['transaction', on(TransactionRequest, runTransaction)],
  ['batch/set', on(BatchSetRequest, batchSet)],
  ['batch/get', on(BatchGetRequest, batchGet)],
  ['batch/delete', on(BatchDeleteRequest, batchDelete)],
]);

function on<Schema extends z.ZodType>(
  schema: Schema,
  run: (desk: Desk, request: z.output<Schema>) => ServiceResponse,
): Operation {
  return (desk, body) => {
    const request = schema.safeParse(body);
    if (request.success) return run(desk, request.data);
    return toResponse(refuse('BAD_REQUEST', z.prettifyError(request.error)));
  };
}

const HOUR_MS = 3_600_000;

export function createKvs(parts: KvsParts): Kvs {
  const { database, clock, entities, staleMs, expiredKeptMs } = parts;
  const store = createRecordStore(database, entities);
  const rates = createRates(clock);
  const byName = new Map(entities.map((entity) => [entity.name, entity]));
  const desk: Desk = { database, store, clock, entities: byName, rates, staleMs, expiredKeptMs };
  const sweep = () =>
    store.sweep(clock.now() - expiredKeptMs(), clock.now() - Math.max(staleMs(), 60_000));
  const sweepHourly = () => {
    sweep();
    clock.after(HOUR_MS, sweepHourly);
  };
  sweepHourly();
  return {
    sweep,
    async handle(request) {
      const name = request.path.replace(/^\/api\/v1\//, '');
      const operation = OPERATIONS.get(name);
      if (operation === undefined || request.method !== 'POST') {
        return {
          status: 501,
          body: { code: 'NOT_MODELLED', message: `Local Jira does not model ${request.path}.` },
        };
      }
      if (!parts.allowed) return toResponse(refuse('FORBIDDEN'));
      const isTransaction = name === 'transaction';
      const kind = kvsCallKind(request.path);
      const mishap = parts.mishap(isTransaction ? 'transaction' : kind);
      if (mishap !== undefined) return toResponse(refuse(mishap));
      return answer(operation, isTransaction, kind, request.body);
    },
  };

  function answer(
    operation: Operation,
    isTransaction: boolean,
    kind: 'read' | 'write',
    body: Buffer,
  ): ServiceResponse {
    if (isTransaction && body.length > TRANSACTION_MAX_BYTES) {
      return toResponse(refuse('MAX_SIZE', 'A transaction has at most 4 MB.'));
    }
    const tooMany = toResponse(refuse(isTransaction ? 'TOO_MANY_REQUESTS' : 'RATE_LIMIT_EXCEEDED'));
    if (kind === 'write' && !rates.admit('write', body.length)) return tooMany;
    const response = operation(desk, JSON.parse(body.toString() || '{}'));
    const readBytes = response.body === undefined ? 0 : JSON.stringify(response.body).length;
    return kind === 'read' && !rates.admit('read', readBytes) ? tooMany : response;
  }
}
