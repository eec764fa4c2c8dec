/** The app's store in memory: versions, conditions, lists that lag behind, and calls that fail. */
import { hash } from 'node:crypto';
import type { z } from 'zod';
import { CHANGES_MAX } from '#app/ports';
import type { Change, ListPage, ListQuery, Store } from '#app/ports';
import type { Plan } from '#core/plan';
import { parsePlan } from '#wire/plan';
import { ENTITIES } from '#wire/records';
import type { EntityName, RecordOf } from '#wire/records';
import { OutsideError } from './failures';
import type { Life } from './scheduler';
import type { Sim } from './sim';

/** One record's change, as it was committed. */
export interface Written {
  readonly entity: EntityName;
  readonly key: string;
  readonly before: AnyRecord | undefined;
  readonly after: AnyRecord | undefined;
  /** The writer took the key for its own; nothing compared it. */
  readonly asNew: boolean;
}

export type AnyRecord = RecordOf<EntityName>;

export interface FakeStore {
  /** The store as one invocation of a function sees it. */
  port(life: Life): Store;
  /** The truth, without waiting. */
  peek<Name extends EntityName>(entity: Name, key: string): RecordOf<Name> | undefined;
  all<Name extends EntityName>(entity: Name): readonly RecordOf<Name>[];
  /** A plan by its digest. */
  plan(digest: string | null): Plan | undefined;
  /** Told of each transaction at the instant at which it happens. */
  onCommit(listener: (changes: readonly Written[]) => void): void;
}

/** Longest that a list lags behind. */
const LAG_MILLISECONDS = 30_000;

const SCHEMAS: { readonly [Name in EntityName]: z.ZodType<RecordOf<Name>> } = ENTITIES;

export function createFakeStore(sim: Sim): FakeStore {
  const tables = new Map<string, AnyRecord>();
  const keys = new Map<EntityName, Set<string>>();
  const past = new Map<string, { readonly at: number; readonly record: AnyRecord | undefined }[]>();
  const texts = new Map<string, string>();
  const plans = new Map<string, Plan>();
  const listeners: ((changes: readonly Written[]) => void)[] = [];

  const plan = (digest: string | null): Plan | undefined => {
    const text = texts.get(digest ?? '');
    if (digest === null || text === undefined) return undefined;
    const known = plans.get(digest) ?? parsePlan(text);
    if (known) plans.set(digest, known);
    return known;
  };

  const placeOf = (entity: EntityName, key: string): string => `${entity} ${key}`;

  const peek = <Name extends EntityName>(entity: Name, key: string): RecordOf<Name> | undefined =>
    // Whatever was written under this name has passed this name's schema.
    tables.get(placeOf(entity, key)) as RecordOf<Name> | undefined;

  const write = (entity: EntityName, key: string, record: AnyRecord | undefined): void => {
    const place = placeOf(entity, key);
    const known = keys.get(entity) ?? new Set();
    keys.set(entity, known.add(key));
    if (record === undefined) tables.delete(place);
    else tables.set(place, record);
    if (entity in INDEXES) {
      past.set(place, [...(past.get(place) ?? []).slice(-8), { at: sim.scheduler.now(), record }]);
    }
  };

  const commit = (changes: readonly Written[]): void => {
    for (const { entity, key, after } of changes) write(entity, key, after);
    for (const listener of listeners) listener(changes);
  };

  const create = (entity: EntityName, key: string, record: AnyRecord): 'created' | 'exists' => {
    if (peek(entity, key) !== undefined) return 'exists';
    const after = parsed(entity, record);
    commit([{ entity, key, before: undefined, after, asNew: true }]);
    return 'created';
  };

  const transact = (changes: readonly Change[]): 'done' | 'conflict' => {
    if (changes.length > CHANGES_MAX) throw new Error(`${changes.length} changes are too many.`);
    const met = changes.every(
      ({ entity, key, expect }) => expect === 'new' || peek(entity, key)?.version === expect,
    );
    if (!met && !sim.isOff('compare-and-swap')) return 'conflict';
    const written = changes.map((change): Written => {
      const { entity, key, expect } = change;
      const after = change.type === 'set' ? parsed(entity, change.record) : undefined;
      return { entity, key, before: peek(entity, key), after, asNew: expect === 'new' };
    });
    commit(written);
    return 'done';
  };

  const listNow = <Name extends EntityName>(
    entity: Name,
    query: ListQuery,
    asOf: number,
  ): ListPage<RecordOf<Name>> => {
    const index = INDEXES[entity]?.[query.index];
    if (!index) throw new Error(`${entity} has no index ${query.index}.`);
    const member = (record: object, name: string): unknown =>
      Object.entries(record).find(([own]) => own === name)?.[1];
    const rows = [...(keys.get(entity) ?? [])].flatMap((key) => {
      const seen = (past.get(placeOf(entity, key)) ?? []).findLast(({ at }) => at <= asOf)?.record;
      if (seen === undefined) return [];
      const range = Number(member(seen, index.range));
      const belongs = member(seen, index.partition) === query.partition[0];
      return belongs && range <= (query.atMost ?? Infinity)
        ? [{ key, record: seen as RecordOf<Name>, range }]
        : [];
    });
    rows.sort((left, right) => (left.range - right.range) * (query.order === 'ascending' ? 1 : -1));
    return { rows: rows.slice(0, query.limit).map(({ key, record }) => ({ key, record })) };
  };

  const mayFail = (doing: string): void => {
    if (sim.strikes('store-fails')) throw new OutsideError('StoreError', `${doing}: 429`);
  };
  const mayLoseAnswer = (doing: string): void => {
    if (sim.strikes('store-loses-answer')) throw new OutsideError('StoreError', `${doing}: 500`);
  };

  const port = (life: Life): Store => ({
    get: (entity, key) =>
      sim.ask(life, `get ${entity} ${key}`, () => {
        mayFail('get');
        return peek(entity, key);
      }),
    create: async (entity, key, record) => {
      const made = await sim.tell(life, `create ${entity} ${key}`, () => {
        mayFail('create');
        return create(entity, key, record);
      });
      mayLoseAnswer('create');
      return made;
    },
    transact: async (changes) => {
      if (changes.length === 0) return 'done';
      const names = changes.map(({ entity, key }) => placeOf(entity, key)).join(', ');
      const result = await sim.tell(life, `transact ${names}`, () => {
        mayFail('transact');
        return transact(changes);
      });
      if (result === 'conflict') sim.count('conflict in the store');
      mayLoseAnswer('transact');
      return result;
    },
    list: (entity, query) =>
      sim.ask(life, `list ${entity}`, () => {
        mayFail('list');
        const lag = sim.chance.happens(0.5) ? sim.chance.below(LAG_MILLISECONDS) : 0;
        return listNow(entity, query, sim.scheduler.now() - lag);
      }),
    getText: (digest) => sim.ask(life, 'get text', () => texts.get(digest)),
    putText: (text) =>
      sim.tell(life, 'put text', () => {
        mayFail('put text');
        const digest = hash('sha256', text);
        texts.set(digest, text);
        return digest;
      }),
  });

  return {
    port,
    peek,
    all: (entity) =>
      [...(keys.get(entity) ?? [])].flatMap((key) => {
        const record = peek(entity, key);
        return record === undefined ? [] : [record];
      }),
    plan,
    onCommit: (listener) => {
      listeners.push(listener);
    },
  };
}

interface Index {
  readonly partition: string;
  readonly range: string;
}

/** The indexes that the app asks for, as the manifest declares them. */
const INDEXES: Partial<Record<EntityName, Readonly<Record<string, Index>>>> = {
  agent: { 'by-project': { partition: 'project', range: 'lastSeen' } },
  outbox: { 'by-state': { partition: 'state', range: 'dueAt' } },
  site: { 'by-project': { partition: 'project', range: 'updatedAt' } },
  policy: { 'by-installed': { partition: 'installed', range: 'updatedAt' } },
};

/** What comes back is what the schema keeps, and nobody can change it unseen. */
const parsed = (entity: EntityName, record: AnyRecord): AnyRecord =>
  deepFrozen(SCHEMAS[entity].parse(record));

function deepFrozen<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const member of Object.values(value)) deepFrozen(member);
  return Object.freeze(value);
}
