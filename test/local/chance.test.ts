import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { drawMs, happens, seededChance } from '../../local/chance';

const draws = (seed: string) => {
  const chance = seededChance(seed);
  return Array.from({ length: 20 }, () => chance.next());
};

describe('seeded chance', () => {
  test('repeats itself for the same seed', () => {
    expect(draws('a')).toEqual(draws('a'));
  });

  test('differs for another seed', () => {
    expect(draws('a')).not.toEqual(draws('b'));
  });

  test('stays in [0, 1) and spreads over it', () => {
    const chance = seededChance('spread');
    const values = Array.from({ length: 10_000 }, () => chance.next());

    expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
    expect(values.reduce((sum, value) => sum + value, 0) / values.length).toBeCloseTo(0.5, 1);
  });

  test('gives each fork a stream that others do not shift', () => {
    const parent = seededChance('x');
    const undisturbed = seededChance('x').fork('mail').next();
    parent.next();

    expect(parent.fork('mail').next()).toBe(undisturbed);
  });

  test('draws times within their bounds, both included', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(1_000), fc.nat(1_000), (seed, leastMs, extraMs) => {
        const drawn = drawMs(seededChance(seed), leastMs, leastMs + extraMs);
        return drawn >= leastMs && drawn <= leastMs + extraMs && Number.isInteger(drawn);
      }),
    );
  });

  test('lets nothing of probability 0 happen and everything of probability 1', () => {
    const chance = seededChance('y');
    for (let time = 0; time < 100; time += 1) {
      expect(happens(chance, 0)).toBe(false);
      expect(happens(chance, 1)).toBe(true);
    }
  });
});
