/** Lists by an index, as Forge gives them: they may show what stood there some seconds ago. */
import type { ListPage, ListQuery } from '#app/ports';
import type { EntityName, RecordOf } from '#wire/records';

type AnyRecord = RecordOf<EntityName>;

export interface StaleLists {
  remember(entity: EntityName, key: string, record: AnyRecord | undefined, at: number): void;
  /** The rows as they stood then. */
  list<Name extends EntityName>(
    entity: Name,
    query: ListQuery,
    asOf: number,
  ): ListPage<RecordOf<Name>>;
}

interface Index {
  readonly partition: readonly string[];
  readonly range: string;
}

/** The indexes that the app asks for, as the manifest declares them. */
const INDEXES: Partial<Record<EntityName, Readonly<Record<string, Index>>>> = {
  agent: { 'by-project': { partition: ['project'], range: 'lastSeen' } },
  release: { 'by-status': { partition: ['project', 'status'], range: 'updatedAt' } },
  outbox: { 'by-state': { partition: ['state'], range: 'dueAt' } },
  site: { 'by-project': { partition: ['project'], range: 'updatedAt' } },
  policy: { 'by-installed': { partition: ['installed'], range: 'updatedAt' } },
};

/** Versions of a record that a list may still show. */
const VERSIONS_KEPT = 9;

interface Version {
  readonly at: number;
  readonly record: AnyRecord | undefined;
}

export function createStaleLists(): StaleLists {
  const past = new Map<EntityName, Map<string, readonly Version[]>>();

  return {
    remember: (entity, key, record, at) => {
      if (!(entity in INDEXES)) return;
      const rows = past.get(entity) ?? new Map<string, readonly Version[]>();
      past.set(entity, rows);
      rows.set(key, [...(rows.get(key) ?? []), { at, record }].slice(-VERSIONS_KEPT));
    },
    list: <Name extends EntityName>(entity: Name, query: ListQuery, asOf: number) => {
      const index = INDEXES[entity]?.[query.index];
      if (!index) throw new Error(`${entity} has no index ${query.index}.`);
      const rows = [...(past.get(entity) ?? [])].flatMap(([key, versions]) => {
        const record = versions.findLast(({ at }) => at <= asOf)?.record;
        if (record === undefined) return [];
        const range = Number(memberOf(record, index.range));
        const belongs = index.partition.every(
          (name, place) => memberOf(record, name) === query.partition[place],
        );
        return belongs && range <= (query.atMost ?? Infinity)
          ? // Whatever was remembered under this name is of this name.
            [{ key, record: record as RecordOf<Name>, range }]
          : [];
      });
      const direction = query.order === 'ascending' ? 1 : -1;
      rows.sort((left, right) => (left.range - right.range) * direction);
      return { rows: rows.slice(0, query.limit).map(({ key, record }) => ({ key, record })) };
    },
  };
}

const memberOf = (record: object, name: string): unknown =>
  Object.entries(record).find(([own]) => own === name)?.[1];
