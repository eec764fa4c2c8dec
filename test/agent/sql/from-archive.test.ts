/** The agent's archive by itself: one file, unpacked where no node_modules is, against real databases. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { machineClock } from '../../../agent/clock';
import { sha256Hex } from '../../../agent/keys';
import type { Plan } from '#core/plan';
import { version } from '../../../package.json';
import { servers } from '../../support/database-servers';
import type { DatabaseServer } from '../../support/database-servers';
import { serveApp } from '../support/app-server';
import type { AppServer } from '../support/app-server';
import { createFakeApp } from '../support/fake-app';
import type { FakeApp } from '../support/fake-app';
import { aPlan } from '../support/plans';

const REPOSITORY = join(__dirname, '../../..');
const DEADLINE_MILLISECONDS = 60_000;
const ARCHIVE_MAX_BYTES = 2_000_000;

/** Outside the repository: nothing above it holds a node_modules. */
const directory = mkdtempSync(join(tmpdir(), 'interlock-archive-'));
const unpacked = join(directory, `interlock-agent-${version}`);

beforeAll(() => {
  const tsx = join(REPOSITORY, 'node_modules/.bin/tsx');
  const archive = execFileSync(tsx, ['scripts/package-agent.ts', directory], {
    cwd: REPOSITORY,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();
  rmSync(unpacked, { recursive: true });
  execFileSync('tar', ['-xzf', archive, '-C', directory]);
  expect(statSync(archive).size).toBeLessThan(ARCHIVE_MAX_BYTES);
}, 60_000);

const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started) child.kill('SIGKILL');
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** A shell's environment as an administrator has it: none of npm's paths. */
function start(words: readonly string[], flags: readonly string[] = []) {
  const child = spawn(process.execPath, [...flags, 'interlock-agent.cjs', ...words], {
    cwd: unpacked,
    env: { PATH: '/usr/bin:/bin', HOME: directory },
  });
  started.push(child);
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (piece: Buffer) => (stdout += piece.toString()));
  child.stderr.on('data', (piece: Buffer) => (stderr += piece.toString()));
  const code = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, end: async () => ({ code: await code, stdout, stderr }), log: () => stderr };
}

test('the archive holds one program and what belongs to its installation', () => {
  expect(readdirSync(unpacked).sort()).toEqual([
    'LICENSE',
    'agent.example.yml',
    'install.sh',
    'interlock-agent.cjs',
    'interlock-agent.service',
  ]);
});

test('a Node.js that is too old is refused in one sentence, not with a stack', async () => {
  const old = join(directory, 'old-node.cjs');
  const versions = "{ value: { ...process.versions, node: '20.19.4' } }";
  writeFileSync(old, `Object.defineProperty(process, 'versions', ${versions});`);

  const { code, stdout, stderr } = await start(['--version'], ['--require', old]).end();

  expect({ code, stdout }).toEqual({ code: 78, stdout: '' });
  expect(stderr).toBe(
    'The agent needs Node.js 24 or later, and this is 20.19.4; start it with a newer one, or run NODE=/path/to/node install.sh again.\n',
  );
});

/** Texts that need the drivers' tables of characters, too. */
const SCRIPTS = {
  postgresql: "CREATE TABLE words (word text);\nINSERT INTO words VALUES ('Grüße, 世界');",
  mariadb:
    "CREATE TABLE words (word varchar(20) CHARACTER SET utf8mb4);\nINSERT INTO words VALUES ('Grüße, 世界');\nSET character_set_results = latin1;\nSELECT 'Grüße';",
};

describe.each(['postgresql', 'mariadb'] as const)('the unpacked agent over %s', (name) => {
  let server: DatabaseServer;
  let app: FakeApp;
  let site: AppServer;
  let config: string;
  beforeAll(async () => {
    server = await servers[name]();
    const text = SCRIPTS[name];
    const bytes = Buffer.byteLength(text);
    const step = { id: 'sql-1', stage: 'SQL', script: 'words', name: '01 words' } as const;
    const target = { database: 'orders', scope: 'db:orders:SIT' };
    const plan: Plan = {
      ...aPlan(),
      steps: [{ ...step, ...target, text: { sha256: sha256Hex(text), bytes } }],
    };
    app = createFakeApp(machineClock, plan, { job: '10001.1', stage: 'SQL' });
    app.texts.set(sha256Hex(text), text);
    site = await serveApp(app);
    config = join(directory, `${name}.yml`);
    const place = { url: site.url, stateDirectory: join(directory, name), name: 'archive' };
    writeFileSync(config, stringify({ ...place, hosts: [], stores: [], databases: [server.rule] }));
  }, 120_000);
  afterAll(async () => {
    site.close();
    await server.close();
  }, 30_000);

  test('checks it, enrolls, and runs a script in it; no line or process shows the password', async () => {
    const checked = await start(['check', '--config', config]).end();
    expect(checked).toMatchObject({
      code: 66,
      stdout: expect.stringMatching(/ok {2}Database .* answers: /),
    });
    const enrolled = await start(['enroll', '--code', site.code, '--config', config]).end();
    expect(enrolled).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Enrolled as ag_1 /),
    });

    const agent = start(['run', '--config', config]);
    const seen = new Set<string>();
    const deadline = Date.now() + DEADLINE_MILLISECONDS;
    while (app.outcome === null && Date.now() < deadline) {
      seen.add(execFileSync('ps', ['ax', '-ww', '-o', 'args='], { encoding: 'utf8' }));
      await sleep(20);
    }

    expect(app.outcome).toEqual({ kind: 'succeeded' });
    expect(await server.query('SELECT word FROM words')).toEqual([{ word: 'Grüße, 世界' }]);
    agent.child.kill('SIGTERM');
    const ended = await agent.end();
    expect(ended.code).toBe(0);
    expect(ended.stderr).toMatch(/"msg":"Database orders .* answers: /);
    const told = JSON.stringify([checked, enrolled, ended, app.entries, ...seen]);
    expect(told).not.toContain('a secret of the tests');
  }, 120_000);
});
