import { describe, expect, test } from '@jest/globals';
import { DEFAULT_POLICY, environmentOf, firstEnvironment, nextEnvironment } from '#core/policy';
import { PolicySchema } from '#wire/site';

describe('the policy that a project starts with', () => {
  test('has exactly SIT, UAT, STAGE and PROD, in this order, until the project edits them [S0-49]', () => {
    expect(DEFAULT_POLICY.environments.map(({ id }) => id)).toEqual([
      'SIT',
      'UAT',
      'STAGE',
      'PROD',
    ]);
    expect(PolicySchema.parse(DEFAULT_POLICY)).toEqual(DEFAULT_POLICY);
    const edited = { ...DEFAULT_POLICY, environments: DEFAULT_POLICY.environments.slice(1, 3) };
    expect(PolicySchema.parse(edited).environments.map(({ id }) => id)).toEqual(['UAT', 'STAGE']);
  });

  test('lets testers start in SIT and UAT, and asks a leader to approve beyond', () => {
    const told = DEFAULT_POLICY.environments.map(
      ({ id, starters, approvals }) =>
        `${id} ${starters} ${approvals.map(({ label }) => label).join()}`,
    );

    expect(told).toEqual([
      'SIT testers ',
      'UAT testers ',
      'STAGE leaders Leader',
      'PROD leaders Leader',
    ]);
  });

  test('leads from each environment to the next, and nowhere from the last', () => {
    expect(firstEnvironment(DEFAULT_POLICY)).toBe('SIT');
    expect(nextEnvironment(DEFAULT_POLICY, 'UAT')).toBe('STAGE');
    expect(nextEnvironment(DEFAULT_POLICY, 'PROD')).toBeUndefined();
    expect(nextEnvironment(DEFAULT_POLICY, 'ELSEWHERE')).toBeUndefined();
    expect(environmentOf(DEFAULT_POLICY, 'ELSEWHERE')).toBeUndefined();
  });
});
