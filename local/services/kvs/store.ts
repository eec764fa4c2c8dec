/**
 * The records in SQLite. Each write keeps what it replaced, so that a query can be shown the picture of a moment ago,
 * as Forge's eventually consistent queries do.
 */
import type { DatabaseSync } from 'node:sqlite';
import { json, optionalWhole, text, whole, type Row } from '../../columns';
import type { Entity } from '../../manifest';
import { indexesOf } from './entities';
import type { Space } from './validate';

export interface StoredRecord {
  readonly key: string;
  readonly value: unknown;
  readonly createdMs: number;
  readonly updatedMs: number;
  readonly expiresMs: number | undefined;
}

export interface RecordStore {
  get(space: Space, key: string): StoredRecord | undefined;
  put(
    space: Space,
    key: string,
    value: unknown,
    nowMs: number,
    expiresMs: number | undefined,
  ): void;
  remove(space: Space, key: string, nowMs: number): void;
  /** Drops values that expired before `expiredMs` and pictures older than `pictureMs`. */
  sweep(expiredMs: number, pictureMs: number): void;
}

const COLUMNS = 'key, value, created_ms, updated_ms, expires_ms';

export function createRecordStore(
  database: DatabaseSync,
  entities: readonly Entity[],
): RecordStore {
  database.exec(`
    CREATE TABLE IF NOT EXISTS kvs_record (
      space TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,
      created_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL, expires_ms INTEGER,
      UNIQUE (space, key)
    );
    CREATE TABLE IF NOT EXISTS kvs_past (
      id INTEGER PRIMARY KEY, space TEXT NOT NULL, key TEXT NOT NULL, value TEXT,
      created_ms INTEGER, updated_ms INTEGER, expires_ms INTEGER, replaced_ms INTEGER NOT NULL
    );
    CREATE INDEX IF NOT EXISTS kvs_past_key ON kvs_past (space, key, replaced_ms);
    CREATE INDEX IF NOT EXISTS kvs_past_time ON kvs_past (replaced_ms);
    CREATE INDEX IF NOT EXISTS kvs_record_expiry ON kvs_record (expires_ms) WHERE expires_ms IS NOT NULL;
  `);
  for (const entity of entities) createIndexes(database, entity);

  const select = database.prepare(`SELECT ${COLUMNS} FROM kvs_record WHERE space = ? AND key = ?`);
  const keep = database.prepare(
    `INSERT INTO kvs_past (space, key, value, created_ms, updated_ms, expires_ms, replaced_ms)
     SELECT ?1, ?2, value, created_ms, updated_ms, expires_ms, ?3
     FROM (SELECT 1) LEFT JOIN kvs_record ON space = ?1 AND key = ?2`,
  );
  const insert = database.prepare(
    `INSERT INTO kvs_record (space, ${COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?4, ?5)
     ON CONFLICT (space, key) DO UPDATE SET value = ?3, updated_ms = ?4, expires_ms = ?5`,
  );
  const erase = database.prepare('DELETE FROM kvs_record WHERE space = ? AND key = ?');
  const forget = database.prepare('DELETE FROM kvs_past WHERE replaced_ms < ?');
  const expire = database.prepare('DELETE FROM kvs_record WHERE expires_ms < ?');

  return {
    get(space, key) {
      const row = select.get(space, key);
      return row === undefined ? undefined : toRecord(row);
    },
    put(space, key, value, nowMs, expiresMs) {
      keep.run(space, key, nowMs);
      insert.run(space, key, JSON.stringify(value), nowMs, expiresMs ?? null);
    },
    remove(space, key, nowMs) {
      keep.run(space, key, nowMs);
      erase.run(space, key);
    },
    sweep(expiredMs, pictureMs) {
      expire.run(expiredMs);
      forget.run(pictureMs);
    },
  };
}

export function toRecord(row: Row): StoredRecord {
  return {
    key: text(row, 'key'),
    value: json(row, 'value'),
    createdMs: whole(row, 'created_ms'),
    updatedMs: whole(row, 'updated_ms'),
    expiresMs: optionalWhole(row, 'expires_ms'),
  };
}

/** One SQLite index per declared index, over the same terms that queries use, so that lists stay fast. */
function createIndexes(database: DatabaseSync, entity: Entity): void {
  const space = `entity:${entity.name}`;
  for (const index of indexesOf(entity)) {
    const terms = [...index.partition, ...(index.range === undefined ? [] : [index.range])].map(
      attribute,
    );
    const name = quoted(`kvs_index ${entity.name} ${index.name}`, '"');
    const where = `space = ${quoted(space, "'")}`;
    database.exec(
      `CREATE INDEX IF NOT EXISTS ${name} ON kvs_record (${[...terms, 'key'].join(', ')}) WHERE ${where}`,
    );
  }
}

/** An attribute inside the stored JSON. Attribute names are letters, digits and _ (checked by Forge's validation). */
export function attribute(name: string): string {
  return `json_extract(value, ${quoted(`$."${name}"`, "'")})`;
}

export function quoted(name: string, mark: '"' | "'"): string {
  return `${mark}${name.replaceAll(mark, mark + mark)}${mark}`;
}
