/** How a record lies in Forge's custom entities: the indexed attributes beside everything else. */
import { z } from 'zod';
import { ENTITIES } from '#wire/records';
import type { EntityName, RecordOf } from '#wire/records';

/** The attributes that the manifest declares for each entity, besides `data`. A test compares the two. */
export const ATTRIBUTES: { readonly [Name in EntityName]: readonly (keyof RecordOf<Name>)[] } = {
  release: ['version', 'project', 'status', 'updatedAt'],
  events: ['version', 'project', 'at'],
  checkpoint: ['version'],
  job: ['version', 'status', 'offeredAt'],
  acts: ['version'],
  scope: ['version'],
  agent: ['version', 'project', 'lastSeen'],
  enrollment: ['version'],
  inbox: ['version'],
  outbox: ['version', 'state', 'dueAt'],
  site: ['version', 'project', 'updatedAt'],
  policy: ['version', 'installed', 'updatedAt'],
  'host-states': ['version'],
  deployment: ['version', 'site', 'environment', 'endedAt'],
  'log-chunk': ['version'],
};

const SCHEMAS: { readonly [Name in EntityName]: z.ZodType<RecordOf<Name>> } = ENTITIES;

const Stored = z.looseObject({ data: z.record(z.string(), z.unknown()) });

export type StoredRecord = Readonly<Record<string, unknown>>;

/** A record as it is written. */
export function toStored<Name extends EntityName>(
  entity: Name,
  record: RecordOf<Name>,
): StoredRecord {
  const attributes: readonly PropertyKey[] = ATTRIBUTES[entity];
  const members = Object.entries(record);
  return {
    ...Object.fromEntries(members.filter(([name]) => attributes.includes(name))),
    data: Object.fromEntries(members.filter(([name]) => !attributes.includes(name))),
  };
}

/** A record as it was read. Throws when it is none: a record that does not parse stops the work. */
export function fromStored<Name extends EntityName>(
  entity: Name,
  key: string,
  value: unknown,
): RecordOf<Name> {
  const stored = Stored.safeParse(value);
  const { data, ...attributes } = stored.success ? stored.data : { data: {} };
  const record = SCHEMAS[entity].safeParse({ ...data, ...attributes });
  if (record.success) return record.data;
  throw new Error(
    `The stored record ${entity} ${key} cannot be read: ${z.prettifyError(record.error)}`,
  );
}
