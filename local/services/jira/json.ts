/** JSON as data: everything that Jira stores or says passes through here once. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: Json;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isJsonObject(value: Json | undefined): value is JsonObject {
  return isObject(value);
}

export function isJsonList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** Turns anything that came out of a parser into JSON; what JSON cannot say becomes null. */
export function toJson(value: unknown): Json {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (Array.isArray(value)) return value.map(toJson);
  if (!isObject(value)) return null;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([key, member]) => [key, toJson(member)]),
  );
}

/** Text as JSON; undefined when it is not JSON. */
export function tryParseJson(text: string): Json | undefined {
  try {
    return toJson(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** JSON that this program wrote itself; anything else is a broken database. */
export function storedJson(text: string): Json {
  const value = tryParseJson(text);
  if (value === undefined) throw new Error(`Stored text is not JSON: ${text.slice(0, 80)}`);
  return value;
}

/** The member of an object, or null where there is none. */
export function member(value: Json | undefined, key: string): Json {
  return isJsonObject(value) && Object.hasOwn(value, key) ? (value[key] ?? null) : null;
}

/** The text under a key, or undefined where it is absent or no text. */
export function textMember(value: Json | undefined, key: string): string | undefined {
  const found = member(value, key);
  return typeof found === 'string' ? found : undefined;
}

/** An id that a client wrote as text or as a number. */
export function idMember(value: Json | undefined, key: string): string | undefined {
  const found = member(value, key);
  return typeof found === 'string' || typeof found === 'number' ? String(found) : undefined;
}
