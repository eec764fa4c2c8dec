import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { click, clickWithReason, untilStatus } from '../../demo/issues';
import type { WrittenRelease } from '../../demo/release-content';
import { startStand } from './support/stand';
import type { Stand, StandHost } from './support/stand';
import { historyOf } from './support/traces';

const THREE = 3;

describe('rolling back while the package store is gone', () => {
  let stand: Stand;
  let key: string;
  /** What each host served first, byte for byte. */
  let first: readonly string[];
  beforeAll(async () => {
    stand = await startStand('rollback-without-store', { hosts: THREE });
    await deploy('Shop 1.0.0', content('1.0.0', 'the first greeting'));
    first = stand.hosts.map(bytesOf);
    key = await deploy('Shop 1.1.0', content('1.1.0', 'the second greeting'));
    await breakAndRollBack();
  }, 300_000);
  afterAll(() => stand.stop(), 60_000);

  const content = (version: string, greeting: string): WrittenRelease => ({
    config: [{ id: 'greeting', application: 'shop', namespace: 'shop.json', set: { greeting } }],
    code: [stand.code(version)],
  });

  async function deploy(summary: string, written: WrittenRelease): Promise<string> {
    const issueKey = await stand.readyWith(summary, written);
    await click(stand.as('leader'), issueKey, 'Start');
    await untilStatus(stand.as('leader'), issueKey, 'Deployed', 120);
    return issueKey;
  }

  /** A version that never gets healthy comes to the first host over what is to be rolled back, and is left again. */
  async function breakAndRollBack(): Promise<void> {
    const broken = await stand.readyWith('Shop 1.2.0', content('1.2.0', 'the broken greeting'));
    const leader = stand.as('leader');
    await click(leader, broken, 'Start');
    await untilStatus(leader, broken, 'Fix pending', 120);
    await clickWithReason(leader, broken, 'Roll back', 'It never gets healthy.');
    await untilStatus(leader, broken, 'Rolled back', 120);
  }

  /** A digest of everything that a host serves: names, modes, times and bytes of its files. */
  const bytesOf = ({ basePath }: StandHost): string => {
    const words = ['--sort=name', '-cf', '-', '-C', join(basePath, 'current'), '.'];
    return createHash('sha256').update(execFileSync('tar', words)).digest('hex');
  };

  /** The greetings that the running services were configured with. */
  const greetings = (): Promise<readonly unknown[]> =>
    Promise.all(
      stand.hosts.map(async ({ address, servicePort }) => {
        const answer = await fetch(`http://${address}:${String(servicePort)}/config`);
        return answer.json();
      }),
    );

  test('brings every host back from its own files, code and configuration, byte for byte [S0-21] [S0-64] [S4-86]', async () => {
    expect(await stand.servedIn('SIT')).toEqual(Array(THREE).fill('1.1.0'));
    expect(await greetings()).toEqual(Array(THREE).fill({ greeting: 'the second greeting' }));
    expect(stand.hosts.map(bytesOf)).not.toEqual(first);
    rmSync(join(stand.directory, 'packages'), { recursive: true });

    await clickWithReason(stand.as('leader'), key, 'Roll back', 'Orders are lost.');

    const end = await untilStatus(stand.as('leader'), key, ['Rolled back', 'Fix pending'], 120);
    expect(end).toBe('Rolled back');
    expect(await stand.servedIn('SIT')).toEqual(Array(THREE).fill('1.0.0'));
    expect(await greetings()).toEqual(Array(THREE).fill({ greeting: 'the first greeting' }));
    expect(stand.hosts.map(bytesOf)).toEqual(first);
    expect(await historyOf(stand, key, 'Reason')).toEqual(['Orders are lost.']);
    const told = (await stand.panel(key)).story.map(({ text }) => text);
    expect(told).toContain('started the rollback: Orders are lost.');
    expect(
      told.filter((text) => /^had the agents run ROLLBACK \(job \S+\)/.test(text)),
    ).toHaveLength(1);
  }, 240_000);
});
