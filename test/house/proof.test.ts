import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  describeProof,
  numbersIn,
  parseRequirements,
  proveRequirements,
} from '../../scripts/proof';

const CSV = `id,milestone,section,requirement,works
S0-1,0.1,Gate,"Refuses, with a reason.",\`J\` seen
S0-2,0.1,Gate,"Says ""why"".",\`U\`
S1-9,0.2,Agent,Rolls back.,\`A\`
`;

describe('the numbers in a title', () => {
  test.each([
    ['deploys one host [S0-67]', ['S0-67']],
    ['deploys [S0-1] one host [S4-86]', ['S0-1', 'S4-86']],
    ['deploys one host [S0-1, S0-2,S1-9]', ['S0-1', 'S0-2', 'S1-9']],
    ['deploys S0-67 without brackets', []],
    ['has another list [S0-67; x] or [X-1]', []],
  ])('%s', (title, numbers) => {
    expect(numbersIn(title)).toEqual(numbers);
  });
});

describe('the proof of requirements', () => {
  const requirements = parseRequirements(CSV);

  test('reads quoted commas and keeps the order of the rows', () => {
    expect(requirements.map(({ id, requirement }) => [id, requirement])).toEqual([
      ['S0-1', 'Refuses, with a reason.'],
      ['S0-2', 'Says "why".'],
      ['S1-9', 'Rolls back.'],
    ]);
  });

  test('refuses a row whose number is not one', () => {
    expect(() => parseRequirements(CSV.replace('S1-9', 'S1_9'))).toThrow();
  });

  test('takes a number as proven only when every test that carries it passed', () => {
    const { proven, unknown } = proveRequirements(requirements, [
      { title: 'refuses [S0-1]', passed: true },
      { title: 'refuses twice [S0-1]', passed: false },
      { title: 'says why [S0-2]', passed: true },
      { title: 'rolls back [S1-9]', passed: false },
    ]);

    expect([...proven]).toEqual(['S0-2']);
    expect(unknown).toEqual([]);
  });

  test('names a number that no requirement has', () => {
    const { proven, unknown } = proveRequirements(requirements, [
      { title: 'flies [S9-1]', passed: true },
    ]);

    expect([...proven]).toEqual([]);
    expect(unknown).toEqual(['S9-1']);
  });

  test('is printed per milestone with its counts', () => {
    expect(describeProof(requirements, new Set(['S0-2']))).toEqual([
      '0.1: 1 of 2 proven, 1 open',
      '  open    S0-1    Refuses, with a reason.',
      '  proven  S0-2    Says "why".',
      '',
      '0.2: 0 of 1 proven, 1 open',
      '  open    S1-9    Rolls back.',
      '',
    ]);
  });

  test('covers the whole list of the house without a doubled number', () => {
    const ids = parseRequirements(readFileSync(join(__dirname, '../requirements.csv'), 'utf8')).map(
      ({ id }) => id,
    );

    expect(ids.length).toBeGreaterThan(300);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
