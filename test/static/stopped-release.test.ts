import { describe, expect, test } from '@jest/globals';
import { failureTitle } from '../../static/release-panel/src/failure-title';
import { hostsOf } from '../../static/release-panel/src/host-states';
import { CODE, DEPLOYED, FAILED } from './support/releases';

describe('a release that has stopped', () => {
  test('shows no host as being updated: what is only staged waits', () => {
    expect(hostsOf(FAILED).map(({ state }) => state)).toEqual([
      'healthy',
      'healthy',
      'failed',
      'waiting',
    ]);
    expect(hostsOf(FAILED).at(-1)?.note).toBe('Staged, not switched');
  });

  test('shows hosts that have gone back as rolled back, never as updated to its version', () => {
    const shown = hostsOf({ ...DEPLOYED, status: 'rolled-back' });

    expect(shown.map(({ state, version }) => [state, version])).toEqual(
      DEPLOYED.hosts.map(() => ['rolled-back', '–']),
    );
  });

  test('shows hosts as the agent tells of them while it is at work', () => {
    expect(hostsOf(CODE)).toBe(CODE.hosts);
  });

  test.each([
    ['CODE', 'health', 'UAT', 'Code failed in UAT: health check'],
    ['SQL', 'SQL', 'SIT', 'SQL failed in SIT'],
    ['CODE', 'stopped', 'SIT', 'Code stopped in SIT by a person'],
    ['ROLLBACK', 'transport', null, 'Rollback failed in its environment: connection'],
  ] as const)('names stage %s and cause %s in people’s words', (stage, cause, place, title) => {
    expect(failureTitle({ stage, class: cause, sentence: '' }, place)).toBe(title);
  });
});
