/** The Store port in memory, no kinder than Forge: stale lists, conflicts, lost answers, the same limits. */
import { CHANGES_MAX } from '#app/ports';
import type { Change, ListPage, ListQuery, Store } from '#app/ports';
import { fromStored, toStored } from '#forge/entities';
import { StoreError } from '#forge/store-error';
import { createTexts } from '#forge/texts';
import type { EntityName, RecordOf } from '#wire/records';
import { manifestEntities } from './forge-kvs';

/** What befalls one write: nothing; a conflict without a reason; no answer, with or without an effect. */
export type Mishap = 'none' | 'conflict' | 'lost' | 'done-but-lost';

export interface MemoryStoreParts {
  /** Asked before each write. */
  readonly mishap?: () => Mishap;
  /** How many of the latest writes a list does not see yet. Asked before each list. */
  readonly unseenWrites?: () => number;
  /** Told of each plain key that a text takes: texts lie in several. */
  readonly onValue?: (kind: 'read' | 'write') => void;
}

export interface MemoryStore extends Store {
  /** Lets lists see everything that was written. */
  settle(): void;
  /** What the store holds, for a test that looks behind it or sabotages it. */
  readonly rows: Map<string, string>;
}

const KEY = /^(?!\s+$)[a-zA-Z0-9:._\s\-#]{1,500}$/;
const VALUE_MAX_BYTES = 240 * 1024;
const LIST_MAX = 100;
const DEFINITIONS = new Map(manifestEntities().map((entity) => [entity.name, entity]));

export function createMemoryStore(parts: MemoryStoreParts = {}): MemoryStore {
  const { mishap = () => 'none', unseenWrites = () => 0, onValue } = parts;
  const rows = new Map<string, string>();
  const values = new Map<string, string>();
  /** What was read last of each row: parsing costs more than all the rest, and who changes a record in place is told. */
  const parsed = new Map<string, { value: string; record: unknown }>();
  /** What each write replaced, oldest first. */
  const replaced: { row: string; value: string | undefined }[] = [];

  const put = (row: string, value: string | undefined): void => {
    replaced.push({ row, value: rows.get(row) });
    if (value === undefined) rows.delete(row);
    else rows.set(row, value);
  };
  const setValue = (key: string, value: unknown): void => {
    const text = JSON.stringify(value);
    onValue?.('write');
    if (!KEY.test(key)) throw new Error(`Forge does not take the key «${key}».`);
    if (Buffer.byteLength(text) > VALUE_MAX_BYTES)
      throw new Error(`${key} is larger than 240 KiB.`);
    values.set(key, text);
  };
  const read = <Name extends EntityName>(entity: Name, key: string, from = rows) => {
    const row = rowOf(entity, key);
    const value = from.get(row);
    if (value === undefined) return undefined;
    const last = parsed.get(row);
    // The row's name tells the entity, so the record is one of its kind.
    if (last?.value === value) return last.record as RecordOf<Name>;
    const record = frozen(fromStored(entity, key, JSON.parse(value)));
    parsed.set(row, { value, record });
    return record;
  };
  const write = async <Answer>(effect: () => Answer, conflict: Answer): Promise<Answer> => {
    await Promise.resolve();
    const luck = mishap();
    if (luck === 'lost') throw new StoreError('writing', new Error('no answer'));
    if (luck === 'conflict') return conflict;
    const answer = effect();
    if (luck === 'done-but-lost') throw new StoreError('writing', new Error('no answer'));
    return answer;
  };

  return {
    rows,
    settle: () => replaced.splice(0),
    async get(entity, key) {
      await Promise.resolve();
      return read(entity, key);
    },
    async getMany(places) {
      const names = places.map(({ entity, key }) => rowOf(entity, key));
      const picture = new Map(
        names.flatMap((row) => {
          const value = rows.get(row);
          return value === undefined ? [] : [[row, value] as const];
        }),
      );
      await Promise.resolve();
      return { get: (entity, key) => read(entity, key, picture) };
    },
    async create(entity, key, record) {
      const value = serialized(entity, key, record);
      // A store that says "exists" for nothing would be wrong, so this mishap is a lost answer.
      const luck = mishap();
      if (luck === 'lost') throw new StoreError('creating', new Error('no answer'));
      const outcome = rows.has(rowOf(entity, key)) ? 'exists' : 'created';
      if (outcome === 'created') put(rowOf(entity, key), value);
      if (luck === 'done-but-lost') throw new StoreError('creating', new Error('no answer'));
      await Promise.resolve();
      return outcome;
    },
    async transact(changes) {
      if (changes.length === 0) return 'done';
      checkShape(changes);
      const writes = changes.map(
        (change) =>
          [
            rowOf(change.entity, change.key),
            change.type === 'set'
              ? serialized(change.entity, change.key, change.record)
              : undefined,
          ] as const,
      );
      return write<'done' | 'conflict'>(() => {
        const holds = changes.every(
          ({ entity, key, expect }) => expect === 'new' || read(entity, key)?.version === expect,
        );
        if (!holds) return 'conflict';
        for (const [row, value] of writes) put(row, value);
        return 'done';
      }, 'conflict');
    },
    async list(entity, query) {
      await Promise.resolve();
      return listIn(pictureOf(rows, replaced, unseenWrites()), entity, query, read);
    },
    ...createTexts({
      get: async (key) => {
        await Promise.resolve();
        onValue?.('read');
        const value = values.get(key);
        const parsed: unknown = value === undefined ? undefined : JSON.parse(value);
        return parsed;
      },
      set: async (key, value) => setValue(key, value),
      // Forge drops what has run out up to two days late, so no test may count on it.
      setForDays: async (key, value) => setValue(key, value),
    }),
  };
}

function frozen<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) {
    Object.values(value).forEach(frozen);
    Object.freeze(value);
  }
  return value;
}

const rowOf = (entity: string, key: string): string => `${entity} ${key}`;

/** As Forge would take it: JSON, of an allowed key and size, with attributes of their declared types. */
function serialized<Name extends EntityName>(
  entity: Name,
  key: string,
  record: RecordOf<Name>,
): string {
  if (!KEY.test(key)) throw new Error(`Forge does not take the key «${key}».`);
  const stored = toStored(entity, record);
  for (const [name, { type }] of Object.entries(DEFINITIONS.get(entity)?.attributes ?? {})) {
    const value = stored[name];
    const fits = type === 'integer' ? isInteger32(value) : type === 'any' || typeof value === type;
    if (!fits) throw new Error(`${entity} ${key}: the attribute ${name} is not of type ${type}.`);
  }
  const value = JSON.stringify(stored);
  if (Buffer.byteLength(value) > VALUE_MAX_BYTES)
    throw new Error(`${entity} ${key} is larger than 240 KiB.`);
  return value;
}

const isInteger32 = (value: unknown): boolean => typeof value === 'number' && (value | 0) === value;

function checkShape(changes: readonly Change[]): void {
  if (changes.length > CHANGES_MAX)
    throw new Error(`A transaction holds at most ${CHANGES_MAX} changes.`);
  const keys = new Set(changes.map(({ entity, key }) => rowOf(entity, key)));
  if (keys.size < changes.length) throw new Error('A transaction names one key twice.');
}

/** The rows as they were before the latest writes. */
function pictureOf(
  rows: ReadonlyMap<string, string>,
  replaced: readonly { row: string; value: string | undefined }[],
  unseen: number,
): Map<string, string> {
  const picture = new Map(rows);
  for (const { row, value } of replaced
    .slice(replaced.length - Math.min(unseen, replaced.length))
    .reverse()) {
    if (value === undefined) picture.delete(row);
    else picture.set(row, value);
  }
  return picture;
}

function listIn<Name extends EntityName>(
  picture: Map<string, string>,
  entity: Name,
  query: ListQuery,
  read: (entity: Name, key: string, from: Map<string, string>) => RecordOf<Name> | undefined,
): ListPage<RecordOf<Name>> {
  if (query.limit > LIST_MAX) throw new Error(`A list has at most ${LIST_MAX} rows.`);
  const index = DEFINITIONS.get(entity)?.indexes.find(
    (candidate) => typeof candidate === 'object' && candidate.name === query.index,
  );
  if (typeof index !== 'object') throw new Error(`${entity} has no index ${query.index}.`);
  const range = index.range?.[0];
  const prefix = rowOf(entity, '');
  const found = [...picture]
    .filter(([row]) => row.startsWith(prefix))
    .map(([row, value]) => ({
      key: row.slice(prefix.length),
      stored: JSON.parse(value) as Record<string, unknown>,
    }))
    .filter(({ stored }) =>
      (index.partition ?? []).every((name, at) => stored[name] === query.partition[at]),
    )
    .map(({ key, stored }) => ({ key, at: range === undefined ? 0 : Number(stored[range]) }))
    .filter(({ at }) => query.atMost === undefined || at <= query.atMost)
    .sort((a, b) => a.at - b.at || (a.key < b.key ? -1 : 1));
  if (query.order === 'descending') found.reverse();
  const start = query.cursor === undefined ? 0 : Number(query.cursor);
  const page = found.slice(start, start + query.limit).flatMap(({ key }) => {
    const record = read(entity, key, picture);
    return record ? [{ key, record }] : [];
  });
  const end = start + query.limit;
  return end < found.length ? { rows: page, cursor: String(end) } : { rows: page };
}
