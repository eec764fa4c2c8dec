import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AuditPage } from '#wire/page';
import { click, untilStatus } from '../../demo/issues';
import { waitFor } from '../../demo/jira-client';
import { joinPages } from '../../static/release-panel/src/join-pages';
import { ROOT, startStand } from './support/stand';
import type { Stand } from './support/stand';

describe('the audit of a release', () => {
  let stand: Stand;
  beforeAll(async () => {
    stand = await startStand('audit');
  }, 300_000);
  afterAll(() => stand.stop(), 60_000);

  /** All pages as the panel asks for them. */
  const download = (issueKey: string) =>
    joinPages(async (start) => {
      const asked = { name: 'audit.get', issueKey, payload: { ...start } };
      return (await stand.as('leader').invoke({ module: 'release-panel', ...asked })) as AuditPage;
    });

  const verify = (file: string) => {
    const words = [join(ROOT, 'agent/main.ts'), 'verify-audit', file, '--config', stand.config];
    return spawnSync(join(ROOT, 'node_modules/.bin/tsx'), words, { cwd: ROOT, encoding: 'utf8' });
  };

  test('is countersigned by the agent that did the work, and judged by its own journal [S0-41]', async () => {
    const key = await stand.ready('1.0.0');
    await click(stand.as('leader'), key, 'Start');
    await untilStatus(stand.as('leader'), key, 'Deployed');
    const audit = await waitFor('two countersigned checkpoints', async () => {
      const downloaded = await download(key);
      return downloaded.checkpoints.length === 2 ? downloaded : undefined;
    });
    const file = join(stand.directory, 'audit.json');

    writeFileSync(file, JSON.stringify(audit));
    const held = verify(file);
    const segments = audit.segments
      .slice(1)
      .map((each) => ({ ...each, segment: each.segment - 1 }));
    writeFileSync(file, JSON.stringify({ ...audit, segments }));
    const spoiled = verify(file);

    expect(held).toMatchObject({ status: 0, stderr: '' });
    expect(held.stdout).toContain('This agent keeps 2 checkpoints of the release.');
    const done = audit.acts.flatMap((row) =>
      row.acts.flatMap(({ what, place, result }) =>
        result === 'done' ? [`${what} ${place}`] : [],
      ),
    );
    const hosts = [...new Set(audit.acts.flatMap(({ acts }) => acts.map(({ place }) => place)))];
    expect(hosts.length).toBeGreaterThan(0);
    expect([...done].sort()).toEqual(
      hosts
        .flatMap((host) => ['activate', 'stage', 'start'].map((what) => `${what} ${host}`))
        .sort(),
    );
    expect(spoiled.status).toBe(65);
    expect(spoiled.stderr).toContain('tells of another history');
  }, 240_000);
});
