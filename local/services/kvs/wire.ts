/** What @forge/kvs 1.6.5 sends, parsed. Source: its out/interfaces/kvs-api.d.ts and out/storage-api.js. */
import { z } from 'zod';

const MetadataField = z.enum(['CREATED_AT', 'UPDATED_AT', 'EXPIRE_TIME']);
const Metadata = z.object({ metadataFields: z.array(MetadataField).optional() }).optional();

const Ttl = z.object({
  value: z.number().positive(),
  unit: z.enum(['SECONDS', 'MINUTES', 'HOURS', 'DAYS']),
});
export type Ttl = z.output<typeof Ttl>;

const SetOptions = z
  .object({
    ttl: Ttl.optional(),
    keyPolicy: z.enum(['OVERRIDE', 'FAIL_IF_EXISTS']).optional(),
    returnValue: z.enum(['PREVIOUS', 'LATEST']).optional(),
    returnMetadataFields: z.array(MetadataField).optional(),
  })
  .optional();

/** Every type that a value may have, `null` and absence refused. Source: storage-reference/kvs-api, kvs.set. */
const Value = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.array(z.unknown()),
  z.record(z.string(), z.unknown()),
]);
const entityName = z.string().optional();

const CONDITIONS = [
  'BEGINS_WITH',
  'BETWEEN',
  'CONTAINS',
  'EQUAL_TO',
  'EXISTS',
  'GREATER_THAN',
  'GREATER_THAN_EQUAL_TO',
  'LESS_THAN',
  'LESS_THAN_EQUAL_TO',
  'NOT_CONTAINS',
  'NOT_EQUAL_TO',
  'NOT_EXISTS',
] as const;
const Condition = z.object({ condition: z.enum(CONDITIONS), values: z.array(z.unknown()) });
export type Condition = z.output<typeof Condition>;

const Filter = Condition.extend({ property: z.string() });
export type Filter = z.output<typeof Filter>;
const Filters = z.object({ and: z.array(Filter).optional(), or: z.array(Filter).optional() });
export type Filters = z.output<typeof Filters>;

export const GetRequest = z.object({ key: z.string(), entityName, options: Metadata });
export const SetRequest = z.object({
  key: z.string(),
  entityName,
  value: Value,
  options: SetOptions,
});
export type SetRequest = z.output<typeof SetRequest>;
export const DeleteRequest = z.object({ key: z.string(), entityName });

export const QueryRequest = z.object({
  limit: z.number().int().optional(),
  after: z.string().optional(),
  where: z
    .array(z.object({ property: z.string(), condition: z.string(), values: z.array(z.unknown()) }))
    .optional(),
  options: Metadata,
});
export type QueryRequest = z.output<typeof QueryRequest>;

export const EntityQueryRequest = z.object({
  entityName: z.string(),
  indexName: z.string(),
  partition: z.array(z.unknown()).optional(),
  range: Condition.optional(),
  filters: Filters.optional(),
  sort: z.enum(['ASC', 'DESC']).optional(),
  limit: z.number().int().optional(),
  cursor: z.string().optional(),
  options: Metadata,
});
export type EntityQueryRequest = z.output<typeof EntityQueryRequest>;

const TransactionSet = SetRequest.extend({ conditions: Filters.optional() });
const TransactionDelete = DeleteRequest.extend({ conditions: Filters.optional() });
const TransactionCheck = DeleteRequest.extend({ conditions: Filters });
export const TransactionRequest = z.object({
  set: z.array(TransactionSet).default([]),
  delete: z.array(TransactionDelete).default([]),
  check: z.array(TransactionCheck).default([]),
});
export type TransactionRequest = z.output<typeof TransactionRequest>;

export const BatchSetRequest = z.array(SetRequest);
export const BatchGetRequest = z.array(GetRequest);
export const BatchDeleteRequest = z.array(DeleteRequest);
