/** Which keys and values Forge takes. */
import type { Entity } from '../../manifest';
import {
  DEPTH_MAX,
  FLOAT_MAX_MAGNITUDE,
  FLOAT_MIN_MAGNITUDE,
  INTEGER_MAX,
  INTEGER_MIN,
  KEY_MAX_CHARS,
  KEY_PATTERN,
  PARTITION_MAX_BYTES,
  RANGE_MAX_BYTES,
  SECRET_MAX_BYTES,
  TTL_MAX_SECONDS,
  VALUE_MAX_BYTES,
} from './limits';
import { indexesOf } from './entities';
import { refuse, type Refusal } from './refusal';
import type { Ttl } from './wire';

/** Where a value lives: plain keys, secrets, or one entity. They do not see each other. */
export type Space = 'plain' | 'secret' | `entity:${string}`;

export function keyProblem(key: string, space: Space): Refusal | undefined {
  if (key.length === 0) return refuse(space.startsWith('entity:') ? 'EMPTY_KEY' : 'KEY_TOO_SHORT');
  if (key.length > KEY_MAX_CHARS) return refuse('KEY_TOO_LONG');
  return KEY_PATTERN.test(key) ? undefined : refuse('INVALID_KEY');
}

export function valueProblem(value: unknown, space: Space): Refusal | undefined {
  const most = space === 'secret' ? SECRET_MAX_BYTES : VALUE_MAX_BYTES;
  if (Buffer.byteLength(JSON.stringify(value)) > most) return refuse('MAX_SIZE');
  return depthOf(value) > DEPTH_MAX ? refuse('MAX_DEPTH') : undefined;
}

/** Levels of objects and lists: a plain value has none, `{}` has one. */
function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

const UNIT_SECONDS = { SECONDS: 1, MINUTES: 60, HOURS: 3_600, DAYS: 86_400 } as const;

export function ttlSeconds({ value, unit }: Ttl): number {
  return value * UNIT_SECONDS[unit];
}

export function ttlProblem(ttl: Ttl | undefined): Refusal | undefined {
  if (ttl === undefined || ttlSeconds(ttl) <= TTL_MAX_SECONDS) return undefined;
  return refuse('BAD_REQUEST', 'The longest time to live is one year.');
}

/** The store enforces declared types strictly. Source: storage-reference/entities-manifest, Values. */
export function entityProblem(entity: Entity, value: unknown): Refusal | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refuse('INVALID_ENTITY_VALUE', `An entity ${entity.name} is an object.`);
  }
  for (const [name, content] of Object.entries(value)) {
    const declared = entity.attributes[name];
    if (declared === undefined) {
      return refuse(
        'INVALID_ENTITY_VALUE',
        `Entity ${entity.name} declares no attribute "${name}".`,
      );
    }
    if (!fitsType(declared.type, content)) {
      return refuse(
        'INVALID_ENTITY_VALUE',
        `Attribute "${name}" of ${entity.name} must be of type ${declared.type}.`,
      );
    }
  }
  return indexSizeProblem(entity, new Map(Object.entries(value)));
}

type AttributeType = Entity['attributes'][string]['type'];

export function fitsType(type: AttributeType, content: unknown): boolean {
  switch (type) {
    case 'integer':
      return (
        Number.isInteger(content) &&
        Number(content) >= INTEGER_MIN &&
        Number(content) <= INTEGER_MAX
      );
    case 'float':
      return typeof content === 'number' && isStorableFloat(Math.abs(content));
    case 'string':
      return typeof content === 'string' && content.trim().length > 0;
    case 'boolean':
      return typeof content === 'boolean';
    case 'any':
      return content !== null && content !== undefined;
  }
}

function isStorableFloat(magnitude: number): boolean {
  return magnitude === 0 || (magnitude >= FLOAT_MIN_MAGNITUDE && magnitude <= FLOAT_MAX_MAGNITUDE);
}

function indexSizeProblem(
  entity: Entity,
  value: ReadonlyMap<string, unknown>,
): Refusal | undefined {
  const bytes = (names: readonly string[]) =>
    names.reduce((sum, name) => sum + Buffer.byteLength(JSON.stringify(value.get(name) ?? '')), 0);
  for (const { name, partition, range } of indexesOf(entity)) {
    const tooLong =
      bytes(partition) > PARTITION_MAX_BYTES ||
      bytes(range === undefined ? [] : [range]) > RANGE_MAX_BYTES;
    if (tooLong)
      return refuse('MAX_SIZE', `The values of index "${name}" are too long for an index.`);
  }
  return undefined;
}
