import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { click, untilStatus } from '../../demo/issues';
import { startHaproxy } from './support/haproxy';
import type { Balancer } from './support/haproxy';
import { startStand } from './support/stand';
import type { Stand } from './support/stand';

const CUSTOMERS = 4;

describe('customers of a Node service behind HAProxy', () => {
  let stand: Stand;
  let balancer: Balancer | undefined;
  beforeAll(async () => {
    stand = await startStand('zero-failed-requests', { hosts: 3 });
    const first = await stand.readyWith('Shop 1.0.0', { code: [stand.code('1.0.0')] });
    await click(stand.as('leader'), first, 'Start');
    await untilStatus(stand.as('leader'), first, 'Deployed');
    balancer = await startHaproxy(stand.directory, stand.hosts);
  }, 300_000);
  afterAll(async () => {
    await balancer?.stop();
    await stand.stop();
  }, 60_000);

  test('get an answer to every request while it is replaced host by host [S0-11]', async () => {
    const key = await stand.readyWith('Shop 1.1.0', {
      code: [{ ...stand.code('1.1.0'), batchSize: 1 }],
    });
    const answers = new Map<string, number>();
    let isOpen = true;
    /** Buys one thing after the other, each time over a new connection. */
    const customer = async (): Promise<void> => {
      while (isOpen) {
        const answer = await askVersion(balancer?.url ?? '');
        answers.set(answer, (answers.get(answer) ?? 0) + 1);
      }
    };
    const customers = Array.from({ length: CUSTOMERS }, customer);

    await click(stand.as('leader'), key, 'Start');
    const end = await untilStatus(stand.as('leader'), key, ['Deployed', 'Fix pending'], 180);
    isOpen = false;
    await Promise.all(customers);

    process.stderr.write(
      `answers behind HAProxy: ${JSON.stringify(Object.fromEntries(answers))}\n`,
    );
    expect(end).toBe('Deployed');
    expect(await stand.servedIn('SIT')).toEqual(['1.1.0', '1.1.0', '1.1.0']);
    expect([...answers.keys()].sort()).toEqual(['200 1.0.0', '200 1.1.0']);
    expect(Math.min(...answers.values())).toBeGreaterThan(50);
  }, 300_000);
});

/** What a customer sees: the status with the version, or why there was none. */
async function askVersion(url: string): Promise<string> {
  try {
    const answer = await fetch(`${url}/version`, { headers: { connection: 'close' } });
    const text = await answer.text();
    const version = /"version":"(?<version>[^"]+)"/.exec(text)?.groups?.['version'];
    return `${String(answer.status)} ${version ?? text.slice(0, 80)}`;
  } catch (error) {
    return `no answer: ${String(error)}`;
  }
}
