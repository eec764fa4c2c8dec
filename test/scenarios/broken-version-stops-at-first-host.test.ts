import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { click, clickWithReason, untilStatus } from '../../demo/issues';
import { putContent } from '../../demo/release-content';
import { startStand } from './support/stand';
import type { Stand } from './support/stand';
import { historyOf } from './support/traces';

const END = ['Deployed', 'Fix pending'];

describe('a version that never gets healthy', () => {
  let stand: Stand;
  let key: string;
  beforeAll(async () => {
    stand = await startStand('broken-version', { hosts: 3 });
    const first = await stand.readyWith('Shop 1.0.0', { code: [stand.code('1.0.0')] });
    await click(stand.as('leader'), first, 'Start');
    await untilStatus(stand.as('leader'), first, 'Deployed');
  }, 300_000);
  afterAll(() => stand.stop(), 60_000);

  /** How many switches each host has made. */
  const switches = (): readonly number[] =>
    stand.hosts.map(
      ({ ssh }) => ssh.commands().filter(({ command }) => /'(?:re)?activate'/.test(command)).length,
    );

  /** Starts the release as it stands, and waits for its end. */
  async function start(): Promise<string> {
    await click(stand.as('leader'), key, 'Start');
    return untilStatus(stand.as('leader'), key, END, 120);
  }

  test('stops at the first host, which serves the old version again; the others are not touched', async () => {
    const [gatekeeper = 0, ...others] = switches();
    key = await stand.readyWith('Shop 1.2.0', { code: [{ ...stand.code('1.2.0'), batchSize: 1 }] });

    expect(await start()).toBe('Fix pending');

    const { failure, hosts } = await stand.panel(key);
    expect(failure).toMatchObject({ class: 'health', stage: 'CODE' });
    expect(failure?.sentence).toMatch(/web-1.*serves shop 1\.0\.0 again/);
    expect(await stand.servedIn('SIT')).toEqual(['1.0.0', '1.0.0', '1.0.0']);
    const [gatekeeperAfter = 0, ...othersAfter] = switches();
    expect(gatekeeperAfter).toBeGreaterThan(gatekeeper);
    expect(othersAfter).toEqual(others);
    expect(hosts.find(({ id }) => id === 'web-1')?.state).toBe('failed');
    expect(
      hosts.filter(({ state }) => ['healthy', 'switched', 'failed'].includes(state)),
    ).toHaveLength(1);
  }, 240_000);

  test('is rolled back by a leader who says why', async () => {
    await clickWithReason(
      stand.as('leader'),
      key,
      'Roll back',
      'It never answers its health check.',
    );

    const end = await untilStatus(stand.as('leader'), key, ['Rolled back', 'Fix pending'], 120);

    expect(end).toBe('Rolled back');
    expect(await stand.servedIn('SIT')).toEqual(['1.0.0', '1.0.0', '1.0.0']);
    expect(await historyOf(stand, key, 'Reason')).toEqual(['It never answers its health check.']);
  }, 240_000);

  test('is written anew by Iterate, and the version that works reaches all hosts', async () => {
    const dev = stand.as('dev');
    await click(dev, key, 'Iterate');
    await untilStatus(dev, key, 'Draft');
    await putContent(dev, key, { code: [{ ...stand.code('1.1.0'), batchSize: 1 }] });
    await click(dev, key, 'Submit');
    await untilStatus(dev, key, 'Ready');

    expect(await start()).toBe('Deployed');

    expect(await stand.servedIn('SIT')).toEqual(['1.1.0', '1.1.0', '1.1.0']);
  }, 240_000);
});
