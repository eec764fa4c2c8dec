import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { trustHost } from '../../demo/agent';
import { click, untilStatus } from '../../demo/issues';
import { startStand } from './support/stand';
import type { PanelView, Stand } from './support/stand';

const Comments = z.object({ comments: z.array(z.object({ body: z.unknown() })) });

describe('a release that meets', () => {
  let stand: Stand;
  beforeAll(async () => {
    stand = await startStand('bad-input');
    const key = await stand.ready('1.0.0');
    await click(stand.as('leader'), key, 'Start');
    await untilStatus(stand.as('leader'), key, 'Deployed');
  }, 420_000);
  afterAll(() => stand.stop(), 60_000);

  /** Starts 1.1.0 or what is given, which must fail; answers what the panel shows. */
  async function failing(
    version = '1.1.0',
  ): Promise<{ readonly key: string; readonly panel: PanelView }> {
    const key = await stand.ready(version);
    await click(stand.as('leader'), key, 'Start');
    await untilStatus(stand.as('leader'), key, 'Fix pending', 120);
    return { key, panel: await stand.panel(key) };
  }

  /** The failure stands on the issue in the same words, once, and the old version serves. */
  async function expectTold(
    key: string,
    { failure }: PanelView,
    failureClass: string,
  ): Promise<void> {
    expect(failure?.class).toBe(failureClass);
    const { comments } = Comments.parse(
      await stand.as('leader').request('GET', `/rest/api/3/issue/${key}/comment`),
    );
    expect(comments).toHaveLength(1);
    expect(JSON.stringify(comments)).toContain(`FAILED in SIT (${failureClass})`);
    expect(await stand.served()).toBe('1.0.0');
  }

  /** What was in the way is gone: Retry code goes on, nothing has to be written again. */
  async function expectRetried(key: string): Promise<void> {
    await click(stand.as('leader'), key, 'Retry code');
    await untilStatus(stand.as('leader'), key, 'Deployed', 120);
    expect(await stand.served()).toBe('1.1.0');
    await backToOld();
  }

  async function backToOld(): Promise<void> {
    const key = await stand.ready('1.0.0');
    await click(stand.as('leader'), key, 'Start');
    await untilStatus(stand.as('leader'), key, 'Deployed', 120);
  }

  /** Gives the site back to the next release. */
  const abort = (key: string): Promise<void> =>
    click(stand.as('leader'), key, 'Iterate')
      .then(() => untilStatus(stand.as('leader'), key, 'Draft'))
      .then(() => undefined);

  test('a service that never gets healthy puts the old version back and says so', async () => {
    const { key, panel } = await failing('1.2.0');

    await expectTold(key, panel, 'health');
    expect(panel.failure?.sentence).toMatch(/web-1.*serves shop 1\.0\.0 again/);
    await abort(key);
  }, 240_000);

  test('a damaged package touches no host', async () => {
    const file = stand.packages['1.1.0']?.file ?? '';
    const whole = readFileSync(file);
    writeFileSync(
      file,
      Buffer.concat([
        whole.subarray(0, whole.length - 9),
        Buffer.from([whole.at(-9) === 0 ? 1 : 0]),
        whole.subarray(whole.length - 8),
      ]),
    );
    const before = stand.ssh.commands().length;

    const { key, panel } = await failing();

    await expectTold(key, panel, 'package');
    expect(
      stand.ssh
        .commands()
        .slice(before)
        .filter(({ command }) => command.includes(`'stage'`)),
    ).toHaveLength(0);
    writeFileSync(file, whole);
    await expectRetried(key);
  }, 240_000);

  test('a host that refuses ssh says which host and why', async () => {
    await stand.ssh.stop();

    const { key, panel } = await failing();

    await expectTold(key, panel, 'transport');
    expect(panel.failure?.sentence).toContain(`127.0.0.1 port ${stand.ssh.port}`);
    await stand.ssh.start();
    await expectRetried(key);
  }, 240_000);

  test('an unknown host key shows the fingerprint and how to trust it', async () => {
    writeFileSync(stand.ssh.knownHosts, '');

    const { key, panel } = await failing();

    await expectTold(key, panel, 'transport');
    expect(panel.failure?.sentence).toMatch(/SHA256:\S+/);
    expect(panel.failure?.sentence).toContain('interlock-agent trust');
    await trustHost(stand.config, `127.0.0.1:${String(stand.ssh.port)}`);
    await expectRetried(key);
  }, 240_000);

  test('a host key that has changed stops it', async () => {
    await stand.ssh.changeHostKey();

    const { key, panel } = await failing();

    await expectTold(key, panel, 'transport');
    await abort(key);
  }, 240_000);
});
