/** Lists by key or by index, as the store looked a while ago. */
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { text, whole, type Row } from '../../columns';
import type { Index } from './entities';
import { attribute, quoted, toRecord, type StoredRecord } from './store';
import type { Space } from './validate';
import type { Condition } from './wire';

export interface Listing {
  readonly space: Space;
  readonly index: Index;
  /** One value per attribute of the index's partition, in its order. */
  readonly partition: readonly unknown[];
  readonly range: Condition | undefined;
  readonly descending: boolean;
  readonly limit: number;
  readonly cursor: Cursor | undefined;
  /** The moment that the list shows. */
  readonly pictureMs: number;
}

/** The last record of the page before. */
export interface Cursor {
  readonly range: SQLInputValue;
  readonly key: string;
}

export interface Page {
  readonly records: readonly StoredRecord[];
  readonly next: Cursor | undefined;
}

interface Clause {
  readonly sql: string;
  readonly values: readonly SQLInputValue[];
}

/** One page, in the order of the index, records with equal range values by key. */
export function listRecords(database: DatabaseSync, listing: Listing): Page {
  const { index, limit, pictureMs } = listing;
  const range = index.range === undefined ? 'key' : attribute(index.range);
  const clauses = clausesOf(listing, range);
  const where = clauses.map(({ sql }) => sql).join(' AND ');
  const values = clauses.flatMap((clause) => clause.values);
  const direction = listing.descending ? 'DESC' : 'ASC';
  const columns = `key, value, created_ms, updated_ms, expires_ms, ${range} AS range_value, typeof(${range}) AS range_type`;
  // What changed since the moment of the picture is taken from the past, everything else from the present.
  const rows = database
    .prepare(
      `SELECT ${columns} FROM kvs_record AS now
         WHERE ${where} AND NOT EXISTS
           (SELECT 1 FROM kvs_past AS past WHERE past.space = now.space AND past.key = now.key AND past.replaced_ms > ?)
       UNION ALL
       SELECT ${columns} FROM kvs_past AS then_
         WHERE ${where} AND value IS NOT NULL AND replaced_ms > ? AND NOT EXISTS
           (SELECT 1 FROM kvs_past AS older WHERE older.space = then_.space AND older.key = then_.key
              AND older.replaced_ms > ? AND older.id < then_.id)
       ORDER BY range_value ${direction}, key ${direction} LIMIT ?`,
    )
    .all(...values, pictureMs, ...values, pictureMs, pictureMs, limit + 1);
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const next = rows.length > limit && last !== undefined ? cursorAt(last) : undefined;
  return { records: page.map(toRecord), next };
}

function clausesOf(listing: Listing, range: string): Clause[] {
  const { space, index, partition, cursor, descending } = listing;
  const inSpace = { sql: `space = ${quoted(space, "'")}`, values: [] };
  // A record without one of the attributes is not in the index.
  const present = { sql: `${range} IS NOT NULL`, values: [] };
  const inPartition = index.partition.map((name, position) => ({
    sql: `${attribute(name)} = ?`,
    values: [sqlValue(partition[position])],
  }));
  const after = cursor && {
    sql: `(${range}, key) ${descending ? '<' : '>'} (?, ?)`,
    values: [cursor.range, cursor.key],
  };
  const inRange = listing.range && rangeClause(range, listing.range);
  return [
    inSpace,
    present,
    ...inPartition,
    ...(inRange ? [inRange] : []),
    ...(after ? [after] : []),
  ];
}

function rangeClause(range: string, { condition, values }: Condition): Clause {
  const [first, second] = values.map(sqlValue);
  const one = [first ?? null];
  switch (condition) {
    case 'BEGINS_WITH':
      // substr counts characters, as the prefix does; no wildcard has to be escaped.
      return { sql: `substr(${range}, 1, length(?)) = ?`, values: [...one, ...one] };
    case 'BETWEEN':
      return { sql: `${range} BETWEEN ? AND ?`, values: [first ?? null, second ?? null] };
    case 'EQUAL_TO':
      return { sql: `${range} = ?`, values: one };
    case 'GREATER_THAN':
      return { sql: `${range} > ?`, values: one };
    case 'GREATER_THAN_EQUAL_TO':
      return { sql: `${range} >= ?`, values: one };
    case 'LESS_THAN':
      return { sql: `${range} < ?`, values: one };
    case 'LESS_THAN_EQUAL_TO':
      return { sql: `${range} <= ?`, values: one };
    case 'CONTAINS':
    case 'NOT_CONTAINS':
    case 'NOT_EQUAL_TO':
    case 'EXISTS':
    case 'NOT_EXISTS':
      throw new Error(`${condition} is no range condition; it is refused before.`);
  }
}

/** SQLite's JSON functions give booleans as 1 and 0. */
function sqlValue(value: unknown): SQLInputValue {
  if (typeof value === 'boolean') return value ? 1 : 0;
  return typeof value === 'number' ? value : String(value);
}

function cursorAt(row: Row): Cursor {
  const range =
    text(row, 'range_type') === 'text' ? text(row, 'range_value') : whole(row, 'range_value');
  return { range, key: text(row, 'key') };
}
