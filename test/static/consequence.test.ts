import { describe, expect, test } from '@jest/globals';
import { consequence } from '../../static/release-panel/src/consequence';
import { CODE, DEPLOYED, FAILED } from './support/releases';

const KEPT = 'What SQL has changed is kept.';

describe('whoever is about to roll back', () => {
  test.each([
    ['ran', DEPLOYED, 'done', true],
    ['failed in its midst', FAILED, 'failed', true],
    ['had nothing to do', CODE, 'none', false],
    ['waits', CODE, 'waiting', false],
  ] as const)('reads of SQL that it is kept only where it %s', (_, release, state, isKept) => {
    const stages = [{ stage: 'SQL', state } as const];
    const told = consequence('roll-back', { ...release, stages });

    expect(told.includes(KEPT)).toBe(isKept);
    expect(told).toContain('from their own files.');
  });
});
