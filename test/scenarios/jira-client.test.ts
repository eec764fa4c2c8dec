import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { startLocalJira } from '../../demo/local-jira';
import type { LocalJira } from '../../demo/local-jira';
import { PROJECT, provideProject } from '../../demo/set-up';
import { contractErrors } from '../support/jira-contract';
import { recordSite } from './support/recorded-site';
import type { RecordedSite } from './support/recorded-site';
import { ROOT } from './support/stand';

const CLIENT = join(__dirname, 'support/jira-client.mjs');
const Step = z.object({ step: z.string(), result: z.unknown() });

describe('jira.js, a Jira client that nobody here wrote', () => {
  const directory = mkdtempSync(join(tmpdir(), 'interlock-client-'));
  let jira: LocalJira;
  let site: RecordedSite;
  beforeAll(async () => {
    jira = await startLocalJira({
      root: ROOT,
      port: 0,
      stateDirectory: join(directory, 'jira'),
      seed: 'jira-client',
    });
    await provideProject(jira.siteUrl);
    site = await recordSite(jira.siteUrl);
  }, 300_000);
  afterAll(async () => {
    await site.stop();
    await jira.program.stop();
    rmSync(directory, { recursive: true, force: true });
  }, 60_000);

  /** What the client says about a day of work on an issue of a type. */
  async function work(issueType: string): Promise<Readonly<Record<string, unknown>>> {
    const args = [CLIENT, site.url, PROJECT, issueType];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: ROOT });
    const steps = stdout.trim().split('\n');
    const said = steps.map((line) => Step.parse(JSON.parse(line)));
    return Object.fromEntries(said.map(({ step, result }) => [step, result]));
  }

  /** Everything in the answers that Atlassian's description does not allow. */
  const complaints = (): readonly string[] =>
    site.answers.flatMap(({ method, path, status, body }) =>
      contractErrors(method, path, status, body),
    );

  test('creates, edits, comments, finds and moves a task', async () => {
    const said = await work('Task');

    expect(said).toMatchObject({
      'signed in': 'Dev Dahl',
      edited: { summary: 'Edited by a client', labels: ['client'], status: 'To Do' },
      commented: { total: 1 },
      found: [said['created']],
      moved: 'In Progress',
      stranger: 401,
    });
    expect(site.answers.length).toBeGreaterThanOrEqual(9);
    expect(complaints()).toEqual([]);
  }, 120_000);

  test('meets the gate of an empty release in its own words', async () => {
    const said = await work('Release');

    expect(said).toMatchObject({ edited: { status: 'Draft' }, refused: { status: 400 } });
    expect(JSON.stringify(said['refused'])).toContain('has no content yet');
    expect(said['moved']).toBeUndefined();
    expect(complaints()).toEqual([]);
  }, 120_000);
});
