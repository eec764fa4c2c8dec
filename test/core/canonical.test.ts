import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { canonicalText } from '#core/canonical';

/** Without escapes, which V8 may misread. Source: https://github.com/nodejs/node/issues/63785 */
const memberName = fc.string().map((name) => name.replace(/["\\]/g, '-'));

/** Everything that has one spelling: what plans, events and decisions are made of. */
const plain = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constant(null),
    fc.boolean(),
    fc.maxSafeInteger().map((number) => number + 0),
    fc.string({ unit: 'binary' }),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(memberName, tie('value'), { maxKeys: 5 }),
  ),
})).value;

/** The same value with the members of each object written in another order. */
function shuffled(value: unknown, order: (left: string, right: string) => number): unknown {
  if (Array.isArray(value)) return value.map((member) => shuffled(member, order));
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).sort(([left], [right]) => order(left, right));
  return Object.fromEntries(members.map(([key, member]) => [key, shuffled(member, order)]));
}

describe('the canonical text', () => {
  test('is JSON that says the same', () => {
    fc.assert(
      fc.property(plain, (value) => {
        expect(JSON.parse(canonicalText(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  test('does not depend on the order in which members were written', () => {
    fc.assert(
      fc.property(plain, (value) => {
        const forwards = shuffled(value, (left, right) => (left < right ? -1 : 1));
        const backwards = shuffled(value, (left, right) => (left < right ? 1 : -1));

        expect(canonicalText(backwards)).toBe(canonicalText(forwards));
      }),
    );
  });

  test('is another for another value', () => {
    fc.assert(
      fc.property(plain, plain, (left, right) => {
        const same = JSON.stringify(sorted(left)) === JSON.stringify(sorted(right));

        expect(canonicalText(left) === canonicalText(right)).toBe(same);
      }),
    );
  });

  test('leaves absent members out, and has no spaces', () => {
    expect(canonicalText({ b: [1, null], a: undefined, A: 'x y' })).toBe(
      '{"A":"x y","b":[1,null]}',
    );
  });

  test.each([
    ['a decimal', 0.1],
    ['an integer that no number can hold exactly', 2 ** 53],
    ['not a number', Number.NaN],
    ['infinity', Infinity],
    ['a function', () => 1],
    ['a symbol', Symbol('x')],
    ['a big integer', 1n],
    ['nothing at all', undefined],
    ['nothing in a list', [undefined]],
    ['a date', new Date(0)],
    ['a map', new Map([['a', 1]])],
    ['a set', new Set([1])],
    ['bytes', new Uint8Array([1])],
  ])('has no spelling for %s', (_, value) => {
    expect(() => canonicalText(value)).toThrow('has no canonical spelling');
    expect(() => canonicalText({ deep: { inside: [value] } })).toThrow();
  });
});

const sorted = (value: unknown) => shuffled(value, (left, right) => (left < right ? -1 : 1));
