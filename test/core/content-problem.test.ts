import { describe, expect, test } from '@jest/globals';
import { contentProblem } from '#core/content-problem';
import type { SqlScript } from '#core/content';
import { aContent, aPolicy, aScript } from '../support/builders';

const problem = (...sql: readonly SqlScript[]) => contentProblem(aContent({ sql }), aPolicy());

const ONE = aScript({ id: 'one', name: '01_one.sql' });
const TWIN = aScript({ id: 'two', name: '02_two.sql' });

describe('the scripts of a content', () => {
  test('may all run where the policy has an environment', () => {
    expect(problem(ONE, aScript({ id: 'two', text: { sha256: 'ab'.repeat(32), bytes: 2 } }))).toBe(
      undefined,
    );
    expect(problem({ ...ONE, environments: ['SIT', 'STAGE'] })).toBe(undefined);
  });

  test('run in no environment that the policy does not have', () => {
    expect(problem({ ...ONE, environments: ['SIT', 'TEST'] })).toBe(
      'The script 01_one.sql runs in TEST, which is no environment of the project’s policy (SIT, STAGE); choose others.',
    );
  });

  test('hold one text once for a database, since the second would be passed over', () => {
    expect(problem(ONE, TWIN)).toBe(
      'The scripts 01_one.sql and 02_two.sql have one and the same text for the database orders, and a text runs there once; take one of them out, or change it.',
    );
    expect(problem({ ...ONE, environments: ['SIT'] }, TWIN)).toContain('one and the same text');
  });

  test('may hold one text for two databases, or for one database in different environments', () => {
    expect(problem(ONE, { ...TWIN, database: 'stock' })).toBe(undefined);
    expect(problem({ ...ONE, environments: ['SIT'] }, { ...TWIN, environments: ['STAGE'] })).toBe(
      undefined,
    );
  });
});
