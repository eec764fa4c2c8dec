/** Queries over plain keys and over the indexes of an entity. */
import type { Entity } from '../../manifest';
import type { ServiceResponse } from '../service';
import { conditionProblem, filtersProblem, meets } from './condition';
import { indexesOf, KEY_INDEX, type Index } from './entities';
import { QUERY_DEFAULT_LIMIT, QUERY_MAX_CONDITIONS, QUERY_MAX_LIMIT } from './limits';
import { listRecords, type Cursor, type Listing } from './query';
import { toWire, type Desk } from './records';
import { refuse, toResponse, type Refusal } from './refusal';
import type { StoredRecord } from './store';
import { fitsType } from './validate';
import type { Condition, EntityQueryRequest, Filters, QueryRequest } from './wire';
import { z } from 'zod';

const BY_KEY: Index = { name: KEY_INDEX, partition: [], range: undefined };

export function queryKeys(desk: Desk, request: QueryRequest): ServiceResponse {
  const { where = [], limit = QUERY_DEFAULT_LIMIT } = request;
  const problem = keyQueryProblem(where, limit);
  if (problem !== undefined) return toResponse(problem);
  const prefix = where[0]?.values[0];
  const cursor = readCursor(request.after);
  if (cursor === 'unreadable')
    return toResponse(refuse('BAD_REQUEST', 'The cursor is unreadable.'));
  return page(desk, undefined, {
    space: 'plain',
    index: BY_KEY,
    partition: [],
    range: prefix === undefined ? undefined : { condition: 'BEGINS_WITH', values: [prefix] },
    descending: false,
    limit,
    cursor,
    pictureMs: desk.clock.now() - desk.staleMs(),
  });
}

function keyQueryProblem(
  where: NonNullable<QueryRequest['where']>,
  limit: number,
): Refusal | undefined {
  if (limit < 1 || limit > QUERY_MAX_LIMIT) return refuse('LIST_QUERY_LIMIT_EXCEEDED');
  if (where.length > 1) return refuse('QUERY_WHERE_INVALID');
  const [clause] = where;
  if (clause === undefined) return undefined;
  if (clause.property !== 'key') return refuse('QUERY_WHERE_FIELD_INVALID');
  if (clause.condition !== 'BEGINS_WITH') return refuse('INVALID_FILTER_CONDITION');
  const fitting = clause.values.length === 1 && typeof clause.values[0] === 'string';
  return fitting ? undefined : refuse('INVALID_FILTER_VALUES');
}

export function queryEntity(desk: Desk, request: EntityQueryRequest): ServiceResponse {
  const entity = desk.entities.get(request.entityName);
  if (entity === undefined) {
    return toResponse(
      refuse('BAD_REQUEST', `The manifest declares no entity "${request.entityName}".`),
    );
  }
  const index = findIndex(entity, request.indexName);
  if (index === undefined) {
    return toResponse(
      refuse('INVALID_ENTITY_INDEX', `Entity ${entity.name} has no index "${request.indexName}".`),
    );
  }
  const { partition = [], range, filters, limit = QUERY_DEFAULT_LIMIT } = request;
  const problem = entityQueryProblem(entity, index, { ...request, partition, limit });
  if (problem !== undefined) return toResponse(problem);
  const cursor = readCursor(request.cursor);
  if (cursor === 'unreadable')
    return toResponse(refuse('BAD_REQUEST', 'The cursor is unreadable.'));
  return page(desk, filters, {
    space: `entity:${entity.name}`,
    index,
    partition,
    range,
    descending: request.sort === 'DESC',
    limit,
    cursor,
    pictureMs: desk.clock.now() - desk.staleMs(),
  });
}

function findIndex(entity: Entity, name: string): Index | undefined {
  return name === KEY_INDEX ? BY_KEY : indexesOf(entity).find((index) => index.name === name);
}

function entityQueryProblem(
  entity: Entity,
  index: Index,
  request: EntityQueryRequest & { partition: unknown[]; limit: number },
): Refusal | undefined {
  const { partition, range, filters, limit } = request;
  if (limit < 1 || limit > QUERY_MAX_LIMIT) return refuse('COMPLEX_QUERY_PAGE_LIMIT_NOT_IN_RANGE');
  const terms = (filters?.and ?? filters?.or ?? []).length + (range === undefined ? 0 : 1);
  if (terms > QUERY_MAX_CONDITIONS) {
    return refuse('BAD_REQUEST', `A query has at most ${QUERY_MAX_CONDITIONS} conditions.`);
  }
  return (
    partitionProblem(entity, index, partition) ??
    (range && rangeProblem(entity, index, range)) ??
    (filters && filtersProblem(entity, filters))
  );
}

/** Each attribute of the partition needs its value, in the index's order. Source: entities-api-query, Basic methods. */
function partitionProblem(entity: Entity, index: Index, partition: unknown[]): Refusal | undefined {
  const fitting =
    partition.length === index.partition.length &&
    index.partition.every((name, position) => fitsType(typeOf(entity, name), partition[position]));
  if (fitting) return undefined;
  const names =
    index.partition.length === 0 ? 'no value' : `a value for ${index.partition.join(', ')}`;
  return refuse('BAD_REQUEST', `The partition of index "${index.name}" takes ${names}.`);
}

const RANGE_CONDITIONS: ReadonlySet<string> = new Set([
  'BEGINS_WITH',
  'BETWEEN',
  'EQUAL_TO',
  'GREATER_THAN',
  'GREATER_THAN_EQUAL_TO',
  'LESS_THAN',
  'LESS_THAN_EQUAL_TO',
]);

function rangeProblem(entity: Entity, index: Index, range: Condition): Refusal | undefined {
  if (!RANGE_CONDITIONS.has(range.condition)) return refuse('INVALID_FILTER_CONDITION');
  const type = index.range === undefined ? 'string' : typeOf(entity, index.range);
  return conditionProblem(type, range);
}

function typeOf(entity: Entity, name: string) {
  return entity.attributes[name]?.type ?? 'any';
}

/** Filters look at a page that has been cut already, so a page may be empty although a cursor follows, as in Forge. */
function page(desk: Desk, filters: Filters | undefined, listing: Listing): ServiceResponse {
  const { records, next } = listRecords(desk.database, listing);
  const kept =
    filters === undefined ? records : records.filter(({ value }) => meets(value, filters));
  const data = kept.filter((record) => isKept(desk, record)).map(toWire);
  return {
    status: 200,
    body: { data, ...(next === undefined ? {} : { cursor: writeCursor(next) }) },
  };
}

function isKept(desk: Desk, { expiresMs }: StoredRecord): boolean {
  return expiresMs === undefined || expiresMs + desk.expiredKeptMs() > desk.clock.now();
}

const WrittenCursor = z.tuple([z.union([z.string(), z.number()]), z.string()]);

function writeCursor({ range, key }: Cursor): string {
  return Buffer.from(JSON.stringify([range, key])).toString('base64');
}

function readCursor(written: string | undefined): Cursor | undefined | 'unreadable' {
  if (written === undefined) return undefined;
  try {
    const [range, key] = WrittenCursor.parse(JSON.parse(Buffer.from(written, 'base64').toString()));
    return { range, key };
  } catch {
    return 'unreadable';
  }
}
