import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { click, untilStatus } from '../../demo/issues';
import { waitFor } from '../../demo/jira-client';
import { differencesLeft } from './support/agreed';
import { startStand } from './support/stand';
import type { Stand } from './support/stand';
import { tracesOf } from './support/traces';

describe('seam c: kill -9 of the agent', () => {
  let stand: Stand;
  let turn = 0;
  beforeAll(async () => {
    stand = await startStand('seam-c');
    const key = await stand.ready('1.0.0');
    await click(stand.as('leader'), key, 'Start');
    await untilStatus(stand.as('leader'), key, 'Deployed');
  }, 420_000);
  afterAll(() => stand.stop(), 60_000);

  /** Kills the agent while the host holds back what matches, then starts it again. */
  async function killedAt(pattern: string): Promise<{
    readonly key: string;
    readonly old: string;
    readonly wanted: string;
    readonly since: number;
  }> {
    turn += 1;
    const [old, wanted] = turn % 2 === 1 ? ['1.0.0', '1.1.0'] : ['1.1.0', '1.0.0'];
    const key = await stand.ready(wanted);
    const since = stand.ssh.commands().length;
    stand.ssh.holdBack(pattern);
    await click(stand.as('leader'), key, 'Start');
    await waitFor(`a held ${pattern}`, () =>
      Promise.resolve(stand.ssh.held() > 0 ? true : undefined),
    );

    const gone = once(stand.agent().process, 'exit');
    stand.agent().process.kill('SIGKILL');
    await gone;
    expect(await stand.served()).toBe(old);
    stand.ssh.letGo();
    stand.startAgent();
    return { key, old, wanted, since };
  }

  test.each([
    ['between the journal’s intent and the host’s', `'activate'`],
    ['between the host’s intent and the switch', '^mv .*/current$'],
    ['between the switch and the start', `'start'`],
  ])(
    '%s ends with the new version served once',
    async (_, pattern) => {
      const { key, wanted, since } = await killedAt(pattern);

      await untilStatus(stand.as('leader'), key, 'Deployed', 150);

      expect(await stand.served()).toBe(wanted);
      const switches = stand.ssh
        .commands()
        .slice(since)
        .filter(({ command }) => / \S+\/current$/.test(command));
      expect(switches).toHaveLength(1);
      const { acts, comments } = await tracesOf(stand, key);
      expect(acts['start']).toBe(1);
      expect(comments).toBe(1);
      expect(await differencesLeft(stand, key, [stand.config], true)).toEqual([]);
    },
    240_000,
  );
});
