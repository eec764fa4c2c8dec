/** The app's store in memory: versions, conditions, lists that lag behind, and calls that fail. */
import { hash } from 'node:crypto';
import type { z } from 'zod';
import { CHANGES_MAX } from '#app/ports';
import type { Change, Joined, Store } from '#app/ports';
import type { Plan } from '#core/plan';
import { parsePlan } from '#wire/plan';
import { ENTITIES } from '#wire/records';
import type { EntityName, RecordOf } from '#wire/records';
import { OutsideError } from './failures';
import type { Life } from './scheduler';
import type { Sim } from './sim';
import { createStaleLists } from './stale-lists';

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

/** Parsing all of them would take a tenth of the time. */
const PARSED_EVERY = 5;

/** Longest that a list lags behind. */
const LAG_MILLISECONDS = 30_000;

const SCHEMAS: { readonly [Name in EntityName]: z.ZodType<RecordOf<Name>> } = ENTITIES;

export function createFakeStore(sim: Sim): FakeStore {
  const tables = new Map<EntityName, Map<string, AnyRecord>>();
  const lists = createStaleLists();
  const texts = new Map<string, string>();
  const pieces = new Map<string, string>();
  let writes = 0;
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
    // Whatever was written under this name is of this name.
    tables.get(entity)?.get(key) as RecordOf<Name> | undefined;

  /** Nobody can change it unseen. Every few records pass through their schema, as all do in Forge. */
  const kept = (entity: EntityName, record: AnyRecord): AnyRecord => {
    writes += 1;
    return deepFrozen(writes % PARSED_EVERY === 0 ? SCHEMAS[entity].parse(record) : record);
  };

  const write = (entity: EntityName, key: string, record: AnyRecord | undefined): void => {
    const table = tables.get(entity) ?? new Map<string, AnyRecord>();
    tables.set(entity, table);
    if (record === undefined) table.delete(key);
    else table.set(key, record);
    lists.remember(entity, key, record, sim.scheduler.now());
  };

  const commit = (changes: readonly Written[]): void => {
    for (const { entity, key, after } of changes) write(entity, key, after);
    for (const listener of listeners) listener(changes);
  };

  const create = (entity: EntityName, key: string, record: AnyRecord): 'created' | 'exists' => {
    if (peek(entity, key) !== undefined) return 'exists';
    const after = kept(entity, record);
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
      const after = change.type === 'set' ? kept(entity, change.record) : undefined;
      return { entity, key, before: peek(entity, key), after, asNew: expect === 'new' };
    });
    commit(written);
    return 'done';
  };

  const mayFail = (doing: string): void => {
    if (sim.strikes('store-fails')) throw new OutsideError('StoreError', `${doing}: 429`);
  };
  const mayLoseAnswer = (doing: string): void => {
    if (sim.strikes('store-loses-answer')) throw new OutsideError('StoreError', `${doing}: 500`);
  };

  const get = <Name extends EntityName>(life: Life, entity: Name, key: string) =>
    sim.ask(life, `get ${entity} ${key}`, () => {
      mayFail('get');
      return peek(entity, key);
    });

  const port = (life: Life): Store => ({
    get: (entity, key) => get(life, entity, key),
    // Forge reads the keys of a batch in parallel: each at an instant of its own.
    getMany: async (places) => {
      const read = places.map(
        async ({ entity, key }) => [placeOf(entity, key), await get(life, entity, key)] as const,
      );
      const found = new Map<string, AnyRecord | undefined>(await Promise.all(read));
      return {
        get: <Name extends EntityName>(entity: Name, key: string) =>
          // As in `peek`: whatever was read at this place is of this name.
          found.get(placeOf(entity, key)) as RecordOf<Name> | undefined,
      };
    },
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
        return lists.list(entity, query, sim.scheduler.now() - lag);
      }),
    getText: (digest) => sim.ask(life, 'get text', () => texts.get(digest)),
    putText: (text) =>
      sim.tell(life, 'put text', () => {
        mayFail('put text');
        const digest = hash('sha256', text);
        texts.set(digest, text);
        return digest;
      }),
    getSlice: (digest, offset, maxChars) =>
      sim.ask(life, 'get slice', () => {
        const text = texts.get(digest);
        return text === undefined
          ? undefined
          : { text: text.slice(offset, offset + maxChars), totalChars: text.length };
      }),
    putPiece: ({ digest }, { count }, piece) =>
      sim.tell(life, 'put piece', () => {
        mayFail('put piece');
        if (count !== 1) throw new Error('Texts of the simulation are short.');
        pieces.set(digest, piece);
      }),
    joinPieces: ({ digest }) =>
      sim.ask(life, 'join pieces', (): Joined => {
        const piece = pieces.get(digest);
        if (piece === undefined) return { kind: 'missing' };
        if (hash('sha256', piece) !== digest) return { kind: 'different' };
        texts.set(digest, piece);
        return { kind: 'whole', bytes: Buffer.byteLength(piece) };
      }),
  });

  return {
    port,
    peek,
    all: <Name extends EntityName>(entity: Name) =>
      [...(tables.get(entity)?.values() ?? [])] as RecordOf<Name>[],
    plan,
    onCommit: (listener) => {
      listeners.push(listener);
    },
  };
}

function deepFrozen<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const member of Object.values(value)) deepFrozen(member);
  return Object.freeze(value);
}
