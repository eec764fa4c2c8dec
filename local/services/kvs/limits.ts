/**
 * What the Key-Value Store and the Custom Entity Store allow. Source, unless said otherwise:
 * developer.atlassian.com/platform/forge/limits-kvs-ce (read 2026-11-20).
 */

export const KEY_MAX_CHARS = 500;
export const KEY_PATTERN = /^(?!\s+$)[a-zA-Z0-9:._\s\-#]+$/;
export const VALUE_MAX_BYTES = 240 * 1_024;
/** Source: storage-reference/kvs-api-secret. */
export const SECRET_MAX_BYTES = 128 * 1_024;
export const DEPTH_MAX = 31;

export const TRANSACTION_MAX_OPERATIONS = 25;
export const TRANSACTION_MAX_BYTES = 4 * 1_024 * 1_024;
/** Source: storage-reference/kvs-batch. */
export const BATCH_MAX_KEYS = 25;
export const BATCH_MAX_BYTES = 4 * 1_024 * 1_024;

export const QUERY_DEFAULT_LIMIT = 10;
/** The guide says "a maximum of 100", the error text "below 100"; 100 is in use in public apps. */
export const QUERY_MAX_LIMIT = 100;
export const QUERY_MAX_CONDITIONS = 100;

export const RANGE_MAX_BYTES = 900;
export const PARTITION_MAX_BYTES = 1_700;

export const INTEGER_MIN = -2_147_483_648;
export const INTEGER_MAX = 2_147_483_647;
export const FLOAT_MIN_MAGNITUDE = 1e-130;
export const FLOAT_MAX_MAGNITUDE = 9.999_999_999_999_999e125;

/** Longest time to live: one year. Source: storage-reference/kvs-api, Time-to-live. */
export const TTL_MAX_SECONDS = 365 * 24 * 3_600;

/** Per installation. A request counts once for every started 10 KB. Source: platform-quotas-and-limits. */
export const REQUESTS_PER_SECOND = 1_000;
export const READ_UNITS_PER_MINUTE = 4_000;
export const WRITE_UNITS_PER_MINUTE = 4_000;
export const UNIT_BYTES = 10 * 1_024;
/** Per key. */
export const KEY_WRITE_BYTES_PER_SECOND = 1_024 * 1_024;
