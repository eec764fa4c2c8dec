/** A namespace as a file that programs read; the ending of its name says which kind. */
import { stringify } from 'yaml';

/** No block scalars: the library loses the blank of a value that is one blank and a line's end. */
const YAML_QUOTED = { lineWidth: 0, blockQuote: false } as const;

/** Keys and values as text; nothing is secret any more. */
export type PlainValues = Readonly<Record<string, string>>;

/** The file's text, the same for the same values: keys in order, every value a text. */
export function renderNamespace(namespace: string, values: PlainValues): string {
  const sorted = Object.entries(values).sort(([left], [right]) => (left < right ? -1 : 1));
  const ending = /\.(?<ending>[^.]+)$/.exec(namespace)?.groups?.['ending']?.toLowerCase() ?? '';
  switch (ending) {
    case 'json':
      return `${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`;
    case 'yaml':
    case 'yml':
      return stringify(Object.fromEntries(sorted), YAML_QUOTED);
    default:
      return sorted.map(([key, value]) => `${propertyKey(key)}=${propertyValue(value)}\n`).join('');
  }
}

/** As java.util.Properties stores it, in plain ASCII: readers that take Latin-1 and UTF-8 agree. */
const propertyKey = (key: string): string => escaped(key).replace(/[ :=#!]/g, '\\$&');

/** Blanks at the beginning of a value would belong to nobody. */
export const propertyValue = (value: string): string => escaped(value).replace(/^ /, '\\ ');

const NAMED: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
  '\f': '\\f',
};

const escaped = (text: string): string =>
  text.replace(/[\\\t\n\r\f]|[^\x20-\x7e]/g, (found) => NAMED[found] ?? unicodeEscape(found));

/** A character's UTF-16 unit, as Java spells it. */
const unicodeEscape = (unit: string): string =>
  `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
