import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseStrictJson } from '#core/strict-json';

describe('strict JSON', () => {
  test('is read as ordinary JSON is', () => {
    fc.assert(
      fc.property(fc.json({ depthSize: 'small' }), (text) => {
        fc.pre(!text.includes('__proto__'));
        expect(parseStrictJson(text, 100)).toEqual(JSON.parse(text));
      }),
      { seed: 63 },
    );
  });

  test.each([
    '{"a":1,"a":2}',
    '{"a":{"b":1,"b":1}}',
    '[{"a":1,"\\u0061":1}]',
    '{"a" :1,"a"\n:2}',
    '{"__proto__":{}}',
    '{"a":',
    '"a":1',
    '[[[[1]]]]',
    '{"a":{"b":{"c":{}}}}',
    '',
  ])('is not %s', (text) => {
    expect(parseStrictJson(text, 3)).toBeUndefined();
  });

  test('is refused in no time where quotes have no end', () => {
    const begin = performance.now();
    expect(parseStrictJson('"\\"'.repeat(80_000).slice(1), 3)).toBeUndefined();
    expect(parseStrictJson('"' + '\\"'.repeat(120_000), 3)).toBeUndefined();
    expect(performance.now() - begin).toBeLessThan(2_000);
  });

  test.each([
    '{"a":{"a":1},"b":{"a":1}}',
    '[{"a":1},{"a":1}]',
    '{"a":"{[{[{[\\"a\\":1,\\"a\\":2"}',
    '{"a":"a","b":["a","a"]}',
    '[[[1]]]',
  ])('is %s', (text) => {
    expect(parseStrictJson(text, 3)).toEqual(JSON.parse(text));
  });
});
