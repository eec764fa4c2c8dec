import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { click, offered, untilStatus } from '../../demo/issues';
import { startStand } from './support/stand';
import type { Stand } from './support/stand';

describe('one click in Jira moves one host', () => {
  let stand: Stand;
  beforeAll(async () => {
    stand = await startStand('one-click');
  }, 300_000);
  afterAll(() => stand.stop(), 60_000);

  test('a leader clicks Start, and the issue ends in Deployed with the new version on the host [S0-16] [S2-42]', async () => {
    const key = await stand.ready('1.0.0');

    await click(stand.as('leader'), key, 'Start');

    expect(await untilStatus(stand.as('leader'), key, ['Deployed', 'Fix pending'])).toBe(
      'Deployed',
    );
    expect(await stand.served()).toBe('1.0.0');
  }, 120_000);

  test('nobody but leaders and testers sees Start', async () => {
    const key = await stand.ready('1.1.0');
    const names = async (person: string) =>
      (await offered(stand.as(person), key)).map(({ name }) => name);

    expect(await names('leader')).toContain('Start');
    expect(await names('tester')).toContain('Start');
    expect(await names('dev')).not.toContain('Start');
    expect(await names('admin')).not.toContain('Start');
  }, 120_000);
});
