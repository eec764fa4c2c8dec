import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parse } from 'yaml';
import { renderNamespace } from '../../../agent/centres/render-namespace';

/** As java.util.Properties.load reads it. Source: its documentation, "Reads a property list". */
function loadProperties(file: string): Record<string, string> {
  const pairs = file
    .split('\n')
    .filter((line) => line !== '')
    .map((line): [string, string] => {
      const end = /^(?:\\.|[^\\ :=])*/s.exec(line)?.[0].length ?? 0;
      const value = line.slice(end).replace(/^[ \t\f]*[:=]?[ \t\f]*/, '');
      return [unescaped(line.slice(0, end)), unescaped(value)];
    });
  return Object.fromEntries(pairs);
}

const unescaped = (text: string): string =>
  text.replace(/\\(u[0-9a-f]{4}|.)/g, (_all, code: string) => {
    if (code.length === 5) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
    return { t: '\t', n: '\n', r: '\r', f: '\f' }[code] ?? code;
  });

const anyOf = (characters: string) => fc.constantFrom(...Array.from(characters));

/** Comments begin a line: a key that looks like one has to come back. Backslashes are refused. */
const key = fc
  .string({ unit: anyOf('ab=: #!.é版'), minLength: 1, maxLength: 8 })
  .filter((text) => text === text.trim());
const value = fc.string({
  unit: anyOf('ab =:#!\\\n\r\t\f"\'{}[]é版😀'),
  maxLength: 12,
});
const values = fc.dictionary(key, value, { minKeys: 1, noNullPrototype: true });

describe('a rendered namespace', () => {
  test('is read back by every kind of reader as it was written', () => {
    fc.assert(
      fc.property(values, (held) => {
        expect(loadProperties(renderNamespace('shop.properties', held))).toEqual(held);
        expect(JSON.parse(renderNamespace('shop.json', held))).toEqual(held);
        expect(parse(renderNamespace('shop.yaml', held))).toEqual(held);
        expect(parse(renderNamespace('shop.yml', held))).toEqual(held);
      }),
      { examples: [[{ blank: ' \n' }]] },
    );
  });

  test('is the same for the same values, in whatever order they came', () => {
    fc.assert(
      fc.property(values, (held) => {
        const turned = Object.fromEntries(Object.entries(held).reverse());
        for (const name of ['a.properties', 'a.json', 'a.yml', 'application']) {
          expect(renderNamespace(name, turned)).toBe(renderNamespace(name, held));
        }
      }),
    );
  });

  test('shows what people expect to see', () => {
    const held = { port: '8080', 'db.url': 'jdbc:x?a=b', note: ' spaced\nand grüß', on: 'yes' };

    expect(renderNamespace('application', held)).toBe(
      'db.url=jdbc:x?a=b\nnote=\\ spaced\\nand gr\\u00fc\\u00df\non=yes\nport=8080\n',
    );
    expect(renderNamespace('shop.yml', { port: '8080', on: 'yes' })).toBe(
      'on: yes\nport: "8080"\n',
    );
  });
});
