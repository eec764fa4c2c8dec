/**
 * Forge's error codes and texts. Source: storage-reference/handling-errors-kvs and handling-errors-customentities
 * (read 2026-11-20); codes marked `assumed` are in neither, see local/DIFFERENCES.md.
 */
import type { ServiceResponse } from '../service';

export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

const REFUSALS = {
  KEY_TOO_SHORT: [400, 'The provided key needs to be more than one character.'],
  EMPTY_KEY: [400, 'Key cannot be empty.'],
  KEY_TOO_LONG: [400, 'The provided key has exceeded the maximum 500 characters.'],
  INVALID_KEY: [
    400,
    'The provided key does not match the regex: /^(?!\\s+$)[a-zA-Z0-9:._\\s-#]+$/',
  ],
  MAX_SIZE: [400, 'The provided value has exceeded the maximum size limit.'],
  MAX_DEPTH: [400, 'The provided value has exceeded the maximum object depth (32) limit.'],
  INVALID_ENTITY_VALUE: [
    400,
    'Entity values must match one of the types defined in Custom Entities.',
  ],
  INVALID_ENTITY_INDEX: [400, 'The custom entity index provided is invalid.'],
  COMPLEX_QUERY_PAGE_LIMIT_NOT_IN_RANGE: [400, 'The page limit must be set between 1 and 100.'],
  EMPTY_FILTER_OPERATOR: [400, 'Filter operators "and" and "or" cannot be empty.'],
  INVALID_FILTER_OPERATORS_COMBINATION: [
    400,
    'Filter operators "and" and "or" cannot be present at the same level.',
  ],
  INSUFFICIENT_FILTER_VALUES: [400, 'The specified condition needs at least two values.'],
  INVALID_FILTER_CONDITION: [400, 'The specified condition is not supported for filters.'],
  INVALID_FILTER_VALUES: [
    400,
    'The specified number of values are not supported by the given condition.',
  ],
  LIST_QUERY_LIMIT_EXCEEDED: [400, 'Limit for list query should be below 100.'],
  QUERY_WHERE_INVALID: [400, 'KVS queries should contain only a single "where" clause.'],
  QUERY_WHERE_FIELD_INVALID: [400, 'The specified field is not supported for filters.'],
  /** The SDK turns this code into `undefined`. Source: @forge/kvs 1.6.5, storage-api.js. */
  KEY_NOT_FOUND: [404, 'The specified key does not exist.'],
  RATE_LIMIT_EXCEEDED: [429, 'The rate limit has been exceeded.'],
  TOO_MANY_REQUESTS: [429, 'Too many requests.'],
  /** Assumed: the status is seen in public apps, the code differs between them. Judge by the status. */
  KEY_CONFLICT: [409, 'The key already exists.'],
  /** Assumed: the code is seen in a public app, the status is not. */
  CONDITIONAL_CHECK_FAILED: [409, 'A condition of the transaction is not met.'],
  /** Assumed. */
  TRANSACTION_CONFLICT: [409, 'The transaction conflicts with another one.'],
  /** Assumed. */
  INTERNAL_SERVER_ERROR: [500, 'Internal server error.'],
  /** Assumed. */
  BAD_REQUEST: [400, 'The request is malformed.'],
  /** Any-typed attributes cannot be filtered. Source: storage-reference/entities-api-query; the code is assumed. */
  UNPROCESSABLE_ENTITY: [422, 'Attributes of the type any are not supported in conditions.'],
  /** Assumed. */
  FORBIDDEN: [403, 'The app does not have the scope storage:app.'],
} as const satisfies Record<string, readonly [number, string]>;
export type RefusalCode = keyof typeof REFUSALS;

/** The refusal of that code; `detail` follows Forge's text where that alone would not help. */
export function refuse(code: RefusalCode, detail?: string): Refusal {
  const [status, message] = REFUSALS[code];
  return { status, code, message: detail === undefined ? message : `${message} ${detail}` };
}

export function toResponse({ status, code, message }: Refusal): ServiceResponse {
  return { status, body: { code, message } };
}
