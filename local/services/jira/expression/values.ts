import { isJsonList, isJsonObject, type Json } from '../json';

/** What a Jira expression computes with. */
export type Value =
  null | boolean | number | string | readonly Value[] | ReadonlyMap<string, Value> | Entity;

/** One of Jira's own objects: an issue, a user. A property that its type does not name is an error. */
export interface Entity {
  readonly type: string;
  /** Undefined when the type has no such property. */
  readonly property: (name: string) => Value | undefined;
}

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

export function isMap(value: Value): value is ReadonlyMap<string, Value> {
  return value instanceof Map;
}

/** The name of a value's type, as Jira's error sentences write it. */
export function typeName(value: Value): string {
  if (value === null) return 'null';
  if (isList(value)) return 'List';
  if (isMap(value)) return 'Map';
  switch (typeof value) {
    case 'boolean':
      return 'Boolean';
    case 'number':
      return 'Number';
    case 'string':
      return 'String';
    default:
      return value.type;
  }
}

/** JSON as expressions see it: objects are maps. */
export function jsonValue(json: Json): Value {
  if (isJsonList(json)) return json.map(jsonValue);
  if (isJsonObject(json)) {
    return new Map(Object.entries(json).map(([key, value]) => [key, jsonValue(value)]));
  }
  return json;
}

/** An entity from a plain table of its properties; functions are read when asked for. */
export function entity(
  type: string,
  properties: Readonly<Record<string, Value | (() => Value)>>,
): Entity {
  return {
    type,
    property: (name) => {
      const found = Object.hasOwn(properties, name) ? properties[name] : undefined;
      return typeof found === 'function' ? found() : found;
    },
  };
}
