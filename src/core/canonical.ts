/** SHA-256 of a text's UTF-8 bytes, in lower-case hex. Arrives as a parameter: the core knows no crypto. */
export type Sha256 = (text: string) => string;

/**
 * JSON with sorted keys and no spaces, so that equal data have equal digests. Absent members are
 * left out. Throws for what has more than one spelling: decimals, functions, dates.
 */
export function canonicalText(value: unknown): string {
  if (value === null || typeof value === 'string' || typeof value === 'boolean')
    return JSON.stringify(value);
  if (typeof value === 'number' && Number.isSafeInteger(value)) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`;
  if (isPlain(value)) return `{${membersOf(value).join(',')}}`;
  throw new Error(`A value of type ${typeof value} has no canonical spelling.`);
}

/** A date or a map has no members to write, and would pass for an empty object. */
const isPlain = (value: unknown): value is object =>
  Object.prototype.toString.call(value) === '[object Object]';

function membersOf(value: object): string[] {
  return Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalText(member)}`);
}
