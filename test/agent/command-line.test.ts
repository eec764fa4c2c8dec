/** The agent as it is installed: one package, one file of it, run as a program. */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { stringify } from 'yaml';
import { machineClock } from '../../agent/clock';
import { EXIT_CODES } from '../../agent/exit-codes';
import type { AppClient } from '../../agent/ports/app';
import { makeSamplePackages } from '../../demo/sample-package';
import type { SamplePackage } from '../../demo/sample-package';
import { version } from '../../package.json';
import { anAuditedRelease, wander } from '../support/audited-release';
import { freePort } from '../support/free-port';
import { serveApp } from './support/app-server';
import type { AppServer } from './support/app-server';
import { createFakeApp } from './support/fake-app';
import type { FakeApp } from './support/fake-app';
import { aPlanFor } from './support/plans';
import type { PlanPlace } from './support/plans';
import { scratch } from './support/scratch';
import { aSshHost } from './support/ssh';
import type { TestSsh } from './support/ssh';

// Programs start slowly on a busy machine, and each of these tests starts several.
jest.setTimeout(120_000);

const REPOSITORY = join(__dirname, '../..');
const directory = scratch();
const root = join(directory, 'installed');
const program = join(root, 'opt/interlock-agent/interlock-agent.cjs');

let ssh: TestSsh;
let packages: readonly SamplePackage[];
const servers: AppServer[] = [];
const children: ChildProcess[] = [];

beforeAll(async () => {
  const tsx = join(REPOSITORY, 'node_modules/.bin/tsx');
  const made = execFileSync(tsx, ['scripts/package-agent.ts', directory], {
    cwd: REPOSITORY,
    encoding: 'utf8',
  });
  execFileSync('tar', ['-xzf', made.trim(), '-C', directory]);
  const unpacked = made.trim().replace('.tar.gz', '');
  execFileSync('sh', [join(unpacked, 'install.sh')], {
    env: { ...process.env, DESTDIR: root, NODE: process.execPath },
  });
  ssh = await aSshHost(directory);
  packages = await makeSamplePackages(join(directory, 'packages'));
}, 60_000);

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  for (const server of servers) server.close();
  await ssh.host.close();
});

let configs = 0;

/** An agent.yml of its own. */
function aConfig(change: object = {}): { readonly file: string; readonly state: string } {
  configs += 1;
  const file = join(directory, `agent-${configs}.yml`);
  const state = join(directory, `state-${configs}`);
  const config = {
    url: 'http://127.0.0.1:1/x1/agent',
    stateDirectory: state,
    name: 'test agent',
    hosts: [
      {
        match: '127.0.0.0/8',
        ports: [ssh.host.port],
        user: 'deploy',
        key: ssh.place.keyFile,
        knownHosts: ssh.place.knownHostsFile,
        environments: ['SIT'],
        basePath: '/srv',
        probePorts: ['1024-65535'],
      },
    ],
    stores: [{ id: 'packages', kind: 'directory', path: join(directory, 'packages') }],
    limits: { healthSeconds: 3 },
    ...change,
  };
  writeFileSync(file, stringify(config), { mode: 0o644 });
  return { file, state };
}

function run(...words: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...words], {
    encoding: 'utf8',
  });
  return { code: status, stdout, stderr };
}

/** For what talks to a server of this process, which has to go on meanwhile. */
async function runBeside(...words: readonly string[]) {
  const child = spawn(process.execPath, [program, ...words]);
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (piece: Buffer) => (stdout += piece.toString()));
  child.stderr.on('data', (piece: Buffer) => (stderr += piece.toString()));
  const code = await new Promise((resolve) => child.once('close', resolve));
  return { code, stdout, stderr };
}

async function until(what: () => boolean, seconds = 20): Promise<void> {
  const end = Date.now() + seconds * 1_000;
  while (!what()) {
    if (Date.now() > end) throw new Error(`Not within ${seconds} s: ${what.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('the package', () => {
  test('installs the agent, its systemd unit and an example of agent.yml [S1-22]', () => {
    expect(run('--version').stdout).toBe(`${version}\n`);
    const unit = readFileSync(join(root, 'etc/systemd/system/interlock-agent.service'), 'utf8');
    const command =
      /^ExecStart=(\S+) run --config \/etc\/interlock\/agent\.yml$/m.exec(unit)?.[1] ?? '';
    expect(statSync(join(root, command)).mode & 0o111).not.toBe(0);
    expect(readFileSync(join(root, command), 'utf8')).toContain(
      '/opt/interlock-agent/interlock-agent.cjs',
    );
    expect(existsSync(join(root, 'etc/interlock/agent.example.yml'))).toBe(true);
    const stop = /^RestartPreventExitStatus=(.*)$/m.exec(unit)?.[1];
    const { usage, notEnrolled, outdated, refused, config, drained } = EXIT_CODES;
    expect(stop).toBe(
      [usage, notEnrolled, outdated, refused, config, drained].map(({ code }) => code).join(' '),
    );
    expect(unit).toMatch(new RegExp(`^SuccessExitStatus=${drained.code}$`, 'm'));
  });

  test('has a unit that systemd takes as it is [S1-24]', () => {
    // The unit names the command where it lies below the root of a machine.
    const words = ['verify', '--man=no', '--recursive-errors=no', `--root=${root}`];
    const verified = spawnSync('systemd-analyze', [...words, 'interlock-agent.service'], {
      encoding: 'utf8',
    });

    expect(verified).toMatchObject({ status: 0, stderr: '' });
  });

  test('is refused by a Node.js that is too old, in a sentence', () => {
    const old = join(directory, 'old-node');
    writeFileSync(old, '#!/bin/sh\necho 20\n');
    chmodSync(old, 0o755);
    const script = join(directory, `interlock-agent-${version}`, 'install.sh');

    const { status, stderr } = spawnSync('sh', [script], {
      env: { ...process.env, DESTDIR: join(directory, 'nowhere'), NODE: old },
      encoding: 'utf8',
    });

    expect(status).toBe(1);
    expect(stderr).toMatch(/^The agent needs Node\.js 24 or later/);
  });
});

describe('the command line', () => {
  test('explains itself with every exit code', () => {
    const { code, stdout } = run('--help');

    expect(code).toBe(0);
    for (const end of Object.values(EXIT_CODES))
      expect(stdout).toContain(`${end.code}`.padEnd(4) + end.meaning);
  });

  test.each([
    [[], 64],
    [['dance'], 64],
    [['run', '--colour'], 64],
    [['run', 'now', 'please'], 64],
    [['run', '--config', '/nowhere/agent.yml'], 78],
  ])('%j ends with %i and says why', (words, code) => {
    const ended = run(...words);

    expect(ended.code).toBe(code);
    expect(ended.stderr).not.toBe('');
  });

  test('check names what agent.yml names and is not there', () => {
    const { file } = aConfig({ stores: [{ id: 'packages', kind: 'directory', path: '/nowhere' }] });

    const { code, stdout, stderr } = run('check', '--config', file);

    expect(code).toBe(78);
    expect(stdout).toContain(`ok  hosts.0.key  ${ssh.place.keyFile}`);
    expect(stderr).toBe(
      `${file}: stores.0.path is "/nowhere", which this user cannot read; create it or correct the path.\n`,
    );
  });

  test('check refuses a password that is too short to be taken out of texts', () => {
    const passwordFile = join(directory, 'short.password');
    writeFileSync(passwordFile, 'admin\n', { mode: 0o600 });
    const database = { id: 'orders', environments: ['SIT'], engine: 'postgresql', port: 1 };
    const more = { host: '127.0.0.1', database: 'orders', user: 'release', passwordFile };
    const { file } = aConfig({ databases: [{ ...database, ...more }] });

    expect(run('check', '--config', file)).toMatchObject({
      code: 78,
      stderr: expect.stringMatching(/password of database orders has fewer than 6 characters/),
    });
  });

  test('verify-audit needs no agent: 0 where an audit holds, 65 and why where it does not', async () => {
    const release = await anAuditedRelease();
    await wander(release, () => 0, 8);
    const audit = await release.audit();
    const file = join(directory, 'audit.json');
    // Nothing is installed on the machine itself: the agent of these tests has a root of its own.
    writeFileSync(file, JSON.stringify(audit));
    expect(run('verify-audit', file)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        new RegExp(`^This is the history of ${audit.issueKey} .*No agent on this machine`, 's'),
      ),
      stderr: '',
    });

    writeFileSync(file, JSON.stringify({ ...audit, segments: audit.segments.slice(0, -1) }));
    expect(run('verify-audit', file)).toMatchObject({
      code: 65,
      stderr: expect.stringContaining('end was cut off'),
    });
    expect(run('verify-audit')).toMatchObject({ code: 64 });
    expect(run('verify-audit', join(directory, 'none.json'))).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('There is no file'),
    });
  });

  test.each([
    ['78 where it is not there', () => '/nowhere/agent.yml', 78, /There is no configuration/],
    ['78 where it cannot be read', () => join(program, 'agent.yml'), 78, /cannot be read/],
    ['66 where it names an agent that is not enrolled', () => aConfig().file, 66, /keeps nothing/],
  ])('verify-audit with --config judges nothing, and ends with %s', (_, named, code, sentence) => {
    const file = join(directory, 'audit.json');
    writeFileSync(file, '{}');

    expect(run('verify-audit', file, '--config', named())).toEqual({
      ...{ code, stdout: '' },
      stderr: expect.stringMatching(sentence),
    });
  });

  test.each(['run', 'drain', 'status', 'check'])(
    '%s of an agent that is not enrolled ends with 66',
    (command) => {
      const { file } = aConfig();

      expect(run(command, '--config', file)).toMatchObject({
        code: 66,
        stderr: expect.stringContaining('enroll'),
      });
    },
  );

  test('enroll ends with 69 when nobody listens, and keeps its key to itself', () => {
    const { file, state } = aConfig();

    expect(run('enroll', '--code', 'c'.repeat(32), '--config', file)).toMatchObject({ code: 69 });
    expect(statSync(join(state, 'key.pem')).mode & 0o777).toBe(0o600);
    expect(statSync(state).mode & 0o777).toBe(0o700);
  });

  /** Enrolls at an app that gives everybody this answer. */
  async function enrolledAt(status: number, answer: object) {
    const app = createServer((_, response) =>
      response.writeHead(status).end(JSON.stringify(answer)),
    );
    await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve));
    const { port } = app.address() as AddressInfo;
    const { file } = aConfig({ url: `http://127.0.0.1:${port}/x1/agent` });
    const ended = await runBeside('enroll', '--code', 'c'.repeat(32), '--config', file);
    app.close();
    return ended;
  }
  const seconds = (): number => Math.floor(Date.now() / 1_000);

  test('enroll on a machine whose clock is hours off names the clock, not the code', async () => {
    const ended = await enrolledAt(401, { error: 'unauthorized', now: seconds() + 3 * 3_600 });

    expect(ended.code).toBe(77);
    expect(ended.stderr).toMatch(
      /^The clock of this machine says \S+ and Interlock's says \S+, more than an hour apart, .* same code\.\n$/,
    );
  });

  test('enroll of an agent that is too old ends with 76 and the app’s own words', async () => {
    const message = 'This agent speaks version 0 of the protocol and Interlock speaks 1 and 2.';
    const refusal = { error: 'invalid', now: seconds(), speaks: [1, 2], message };

    const ended = await enrolledAt(400, refusal);

    expect(ended).toEqual({
      code: 76,
      stdout: '',
      stderr: `${message} The code stays good until it runs out.\n`,
    });
  });

  test('drain of an agent that does not run says so and leaves nothing behind', async () => {
    const server = await serveApp(aServedJob('nobody', '1.0.0'));
    servers.push(server);
    const { file, state } = aConfig({ url: server.url });
    await enroll(file, server.code);

    expect(run('drain', '--config', file)).toEqual({
      code: 0,
      stdout: `No agent runs on ${state}; there is nothing to drain.\n`,
      stderr: '',
    });
    expect(existsSync(join(state, 'drain'))).toBe(false);
  });

  test('a damaged journal stops the agent with 74', () => {
    const { file, state } = aConfig();
    mkdirSync(state, { recursive: true });
    writeFileSync(join(state, 'journal.db'), 'no database '.repeat(1_000));

    expect(run('run', '--config', file)).toMatchObject({
      code: 74,
      stderr: expect.stringMatching(
        /^The journal .* cannot be used, because it is damaged .*look at the hosts of its open jobs/,
      ),
    });
  });

  test('trust pins the key of a host once, and refuses another one', async () => {
    const knownHosts = join(directory, 'pins');
    const { file } = aConfig({
      hosts: [
        {
          match: '127.0.0.1/32',
          ports: [ssh.host.port],
          user: 'deploy',
          key: ssh.place.keyFile,
          knownHosts,
          environments: ['SIT'],
          basePath: '/srv',
          probePorts: [80],
        },
      ],
    });
    const host = `127.0.0.1:${ssh.host.port}`;

    expect(
      await runBeside('trust', host, '--fingerprint', 'SHA256:other', '--config', file),
    ).toMatchObject({
      code: 77,
    });
    expect(existsSync(knownHosts)).toBe(false);
    expect(await runBeside('trust', host, '--config', file)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/shows ssh-ed25519 SHA256:\S+\nPinned in /),
    });
    expect(readFileSync(knownHosts, 'utf8')).toBe(readFileSync(ssh.place.knownHostsFile, 'utf8'));
    expect((await runBeside('trust', host, '--config', file)).stdout).toContain('pinned in');

    writeFileSync(
      knownHosts,
      readFileSync(knownHosts, 'utf8').replace(/\S+\n$/, 'AAAAC3NzaC1lZDI1NTE5AAAAIAAA\n'),
    );
    expect(await runBeside('trust', host, '--config', file)).toMatchObject({
      code: 77,
      stderr: expect.stringContaining('another key'),
    });
    expect(run('trust', '192.0.2.1', '--config', file)).toMatchObject({ code: 78 });
  }, 120_000);
});

interface Installed {
  readonly app: FakeApp;
  readonly file: string;
  readonly state: string;
  readonly base: string;
  readonly port: number;
  start(): ChildProcess & { log(): string };
}

/** What a job's plan says otherwise, and which job it is. */
interface ServedParts {
  readonly port?: number;
  readonly job?: string;
  readonly place?: Partial<PlanPlace>;
}

/** An app whose job puts the version onto the ssh host. */
function aServedJob(name: string, deployed: string, parts: ServedParts = {}): FakeApp {
  const { port = 1, job = '10001.9', place = {} } = parts;
  const sample = packages.find((made) => made.version === deployed);
  const plan = aPlanFor({
    address: '127.0.0.1',
    sshPort: ssh.host.port,
    basePath: `/srv/${name}`,
    port,
    version: deployed,
    sha256: sample?.sha256 ?? '',
    ...place,
  });
  return createFakeApp(machineClock, plan, { job });
}

/** An enrolled agent with a job that puts the version onto the ssh host. */
async function anInstalledAgent(
  name: string,
  deployed: string,
  place: Partial<PlanPlace> = {},
  change: object = {},
): Promise<Installed> {
  const port = await freePort();
  const app = aServedJob(name, deployed, { port, place });
  const server = await serveApp(app);
  servers.push(server);
  const { file, state } = aConfig({ url: server.url, ...change });
  await enroll(file, server.code);
  const start = () => {
    const child = spawn(process.execPath, [program, 'run', '--config', file], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    children.push(child);
    let log = '';
    child.stderr.on('data', (piece: Buffer) => (log += piece.toString()));
    return Object.assign(child, { log: () => log });
  };
  return { app, file, state, base: join(ssh.root, 'srv', name), port, start };
}

async function enroll(file: string, code: string): Promise<void> {
  const enrolled = await runBeside('enroll', '--code', code, '--config', file);
  expect(enrolled).toEqual({
    code: 0,
    stderr: '',
    stdout: expect.stringMatching(/^Enrolled as ag_1 .*\n.*\n([0-9a-f]{4} ){15}[0-9a-f]{4}\n$/),
  });
}

const exitOf = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => child.once('exit', (code) => resolve(code)));

const served = async (port: number): Promise<string> => {
  try {
    return await (await fetch(`http://127.0.0.1:${port}/version`)).text();
  } catch {
    return 'nothing';
  }
};

describe('an installed agent', () => {
  test('deploys over ssh to a Linux host, reports, and ends with 0 when it is told to stop [S0-16]', async () => {
    const { app, port, file, start } = await anInstalledAgent('shop', '1.0.0');
    const agent = start();

    await until(() => app.outcome !== null);

    expect(app.outcome).toEqual({ kind: 'succeeded' });
    expect(await served(port)).toContain('"version":"1.0.0"');
    expect(app.entries.map(({ state }) => state)).toEqual([
      'staging',
      'staged',
      'switching',
      'switched',
      'starting',
      'starting',
      'healthy',
    ]);
    expect(servers.flatMap(({ forged }) => forged)).toEqual([]);

    const second = run('run', '--config', file);
    expect(second).toMatchObject({
      code: 75,
      stderr: expect.stringMatching(/^Another agent already uses .*\.\n$/),
    });

    agent.kill('SIGTERM');
    expect(await exitOf(agent)).toBe(0);
    for (const line of agent.log().trim().split('\n'))
      expect(JSON.parse(line)).toHaveProperty('msg');
    expect(run('status', '--config', file).stdout).toContain('no open job');
  }, 120_000);

  test('is started and ended as its unit says, and tells what it does: status, logs, logs --follow [S1-24]', async () => {
    const { app, file } = await anInstalledAgent('watched', '1.0.0');
    const config = ['--config', file];
    expect(run('logs', ...config)).toMatchObject({
      code: 66,
      stderr: expect.stringContaining('No agent has run'),
    });
    expect(run('status', ...config).stdout).toMatch(/^agent ag_1, version \S+, not running;/);
    const unit = readFileSync(join(root, 'etc/systemd/system/interlock-agent.service'), 'utf8');
    const command = /^ExecStart=\S+ (.*)$/m.exec(unit)?.[1] ?? '';
    expect(unit).not.toMatch(/^KillSignal=/m);

    const service = spawn(
      process.execPath,
      [program, ...command.replace('/etc/interlock/agent.yml', file).split(' ')],
      { stdio: 'ignore' },
    );
    children.push(service);
    const follower = spawn(process.execPath, [program, 'logs', '--follow', ...config]);
    children.push(follower);
    let followed = '';
    follower.stdout.on('data', (piece: Buffer) => (followed += piece.toString()));
    await until(() => app.outcome !== null && followed.includes('A job has ended.'));

    expect(run('status', ...config).stdout).toMatch(/^agent ag_1, version \S+, running\n/);
    const logs = run('logs', '--job', '10001.9', ...config);
    expect(logs.code).toBe(0);
    const lines = logs.stdout.trim().split('\n');
    expect(lines[0]).toMatch(/^20\S+Z info Claimed a job\. .*"job":"10001\.9"/);
    expect(lines).toContainEqual(expect.stringMatching(/ info code-1 web-1: staged/));
    expect(run('logs', '--job', '10001.77', ...config)).toEqual({
      code: 66,
      stdout: '',
      stderr: expect.stringContaining('has no line of job 10001.77'),
    });
    expect(run('logs', '--lines', '1', ...config).stdout.split('\n')).toHaveLength(2);
    expect(run('logs', '--lines', 'x', ...config).code).toBe(64);

    // What systemctl stop sends where a unit names no other signal.
    service.kill('SIGTERM');
    expect(await exitOf(service)).toBe(0);
    await until(() => followed.includes('The agent ends.'));
    follower.kill('SIGTERM');
    expect(await exitOf(follower)).toBe(0);
    expect(followed.split('\n').filter((line) => line.includes('Claimed a job.'))).toHaveLength(1);
    expect(run('status', ...config).stdout).toMatch(/, not running;/);
  }, 120_000);

  test('that the app refuses, on a machine with a wrong clock, runs on, and status says both and since when', async () => {
    const { app, file, start } = await anInstalledAgent('refused', '1.0.0');
    app.disturb = () => 'unauthorized';
    const ahead = (): number => Math.floor(Date.now() / 1_000) + 600;
    Object.assign(app, { serverSeconds: ahead });
    const agent = start();
    await until(() => agent.log().includes('Interlock refuses'));

    const status = run('status', '--config', file);

    expect(status).toMatchObject({ code: 0, stderr: '' });
    expect(status.stdout).toMatch(
      /^trouble since 20\S+Z: Interlock refuses this agent's signature, .* enroll it anew with a fresh code\.$/m,
    );
    expect(status.stdout).toMatch(/^trouble since 20\S+Z: The clock of this machine says 20/m);
    expect(agent.exitCode).toBeNull();
    agent.kill('SIGTERM');
    expect(await exitOf(agent)).toBe(0);
  }, 120_000);

  test('deploys onto the machine on which it stands, where no ssh server listens [S2-43]', async () => {
    const base = join(directory, 'local-sites');
    mkdirSync(base);
    const port = await freePort();
    const nobody = await freePort();
    const hosts = [
      {
        ...{ match: '127.0.0.1/32', transport: 'local', environments: ['SIT'] },
        ...{ trustsPackages: true, basePath: base, probePorts: [port] },
      },
    ];
    for (const version of ['1.0.0', '1.1.0']) {
      const { app, start } = await anInstalledAgent(
        'local',
        version,
        { basePath: join(base, 'shop'), sshPort: nobody, port },
        { hosts },
      );
      const agent = start();
      await until(() => app.outcome !== null);
      expect(app.outcome).toEqual({ kind: 'succeeded' });
      expect(await served(port)).toContain(`"version":"${version}"`);

      agent.kill('SIGTERM');
      expect(await exitOf(agent)).toBe(0);
      // The service outlives the agent that started it.
      expect(await served(port)).toContain(`"version":"${version}"`);
    }
    expect(readdirSync(join(base, 'shop', 'releases'))).toHaveLength(2);
  }, 120_000);

  test('killed with -9 once the package is on the host, goes on with its next life', async () => {
    const { app, base, port, start } = await anInstalledAgent('killed', '1.1.0');
    const first = start();
    await until(
      () => existsSync(join(base, 'releases')) && readdirSync(join(base, 'releases')).length > 0,
    );
    first.kill('SIGKILL');
    await exitOf(first);

    const second = start();
    await until(() => app.outcome !== null);

    expect(app.outcome).toEqual({ kind: 'succeeded' });
    expect(app.fence).toBe(2);
    expect(await served(port)).toContain('"version":"1.1.0"');
    second.kill('SIGTERM');
    expect(await exitOf(second)).toBe(0);
  }, 120_000);

  test('puts a service that never gets healthy back to the old version, which serves', async () => {
    const good = await anInstalledAgent('sick', '1.0.0');
    const first = good.start();
    await until(() => good.app.outcome !== null);
    first.kill('SIGTERM');
    await exitOf(first);

    const broken = packages.find(({ works }) => !works);
    const plan = aPlanFor({
      address: '127.0.0.1',
      sshPort: ssh.host.port,
      basePath: '/srv/sick',
      port: good.port,
      version: broken?.version ?? '',
      sha256: broken?.sha256 ?? '',
    });
    const app = createFakeApp(machineClock, plan, { job: '10001.20', firstFence: 5 });
    const server = await serveApp(app);
    servers.push(server);
    const { file } = aConfig({ url: server.url });
    await enroll(file, server.code);
    const agent = spawn(process.execPath, [program, 'run', '--config', file], { stdio: 'ignore' });
    children.push(agent);
    await until(() => app.outcome !== null);

    expect(app.outcome).toMatchObject({
      kind: 'failed',
      failure: {
        class: 'health',
        sentence: expect.stringMatching(
          /answers 500 to \/healthz\. It did not get healthy within 3 s\. Host .* serves shop 1\.0\.0 again\.$/,
        ),
      },
    });
    expect(await served(good.port)).toContain('"version":"1.0.0"');
    agent.kill('SIGTERM');
    await exitOf(agent);
  }, 120_000);
});

/** An app that offers two jobs, the first until its end. */
function bothOf(first: FakeApp, second: FakeApp): AppClient {
  const of = (job: string): FakeApp => (job === '10001.9' ? first : second);
  return {
    ...first,
    poll: async () => {
      const [one, two] = [await first.poll(), await second.poll()];
      if (one.kind !== 'answered' || two.kind !== 'answered') throw new Error('Both answer.');
      return { ...one, answer: { ...one.answer, jobs: [...one.answer.jobs, ...two.answer.jobs] } };
    },
    claim: (job, requestId) => of(job).claim(job, requestId),
    fetch: (ref, digest, offset) => of(ref.job).fetch(ref, digest, offset),
    heartbeat: (ref, step) => of(ref.job).heartbeat(ref, step),
    report: (ref, seq, entries) => of(ref.job).report(ref, seq, entries),
    finish: (ref, seq, outcome, logEnd) => of(ref.job).finish(ref, seq, outcome, logEnd),
    log: (ref, chunk) => of(ref.job).log(ref, chunk),
  };
}

/** The agent as it was a version ago: it speaks that version of the protocol only. */
function theVersionBefore(): string {
  const before = program.replace('.cjs', '-before.cjs');
  const today = readFileSync(program, 'utf8');
  const older = today.replace('PROTOCOL_VERSIONS = [1, 2];', 'PROTOCOL_VERSIONS = [1];');
  expect(older).not.toBe(today);
  writeFileSync(before, older);
  return before;
}

describe('an update', () => {
  test('lets an agent of the version before drain, and the new one goes on with the job that waits', async () => {
    const ports = [await freePort(), await freePort()] as const;
    const first = aServedJob('drained', '1.1.0', { port: ports[0] });
    const second = aServedJob('waiting', '1.0.0', { port: ports[1], job: '10001.20' });
    const server = await serveApp(bothOf(first, second));
    servers.push(server);
    const { file, state } = aConfig({ url: server.url });
    await enroll(file, server.code);
    const old = spawn(process.execPath, [theVersionBefore(), 'run', '--config', file], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    children.push(old);
    let log = '';
    old.stderr.on('data', (piece: Buffer) => (log += piece.toString()));
    // The job is under way until the agent has heard that it shall drain.
    first.disturb = (op) =>
      op === 'finish' && !log.includes('Asked to drain') ? 'lost-request' : undefined;
    const oldEnd = exitOf(old);
    await until(() => first.calls.includes('finish'));

    const drained = await runBeside('drain', '--config', file);

    expect(drained).toMatchObject({ code: 0, stdout: expect.stringContaining('has ended.') });
    expect(await oldEnd).toBe(EXIT_CODES.drained.code);
    expect(first.outcome).toEqual({ kind: 'succeeded' });
    expect(second.calls).not.toContain('claim');
    expect(existsSync(join(state, 'drain'))).toBe(false);
    // The journal of 0.1 knew no checkpoints.
    const journal = new DatabaseSync(join(state, 'journal.db'));
    journal.exec('DROP TABLE checkpoints');
    journal.close();
    const agent = spawn(process.execPath, [program, 'run', '--config', file], { stdio: 'ignore' });
    children.push(agent);
    await until(() => second.outcome !== null);

    expect(second.outcome).toEqual({ kind: 'succeeded' });
    expect(first.calls.filter((call) => call === 'claim')).toHaveLength(1);
    expect(await served(ports[0])).toContain('"version":"1.1.0"');
    expect(await served(ports[1])).toContain('"version":"1.0.0"');
    expect(server.forged).toEqual([]);
    agent.kill('SIGTERM');
    expect(await exitOf(agent)).toBe(0);
    const read = new DatabaseSync(join(state, 'journal.db'), { readOnly: true });
    expect(read.prepare('SELECT job, state FROM jobs ORDER BY rowid').all()).toEqual([
      { job: '10001.9', state: 'closed' },
      { job: '10001.20', state: 'closed' },
    ]);
    read.close();
  }, 60_000);

  test('that is asked for while a killed agent waits for its next start is carried out by that', async () => {
    const { app, file, state, start } = await anInstalledAgent('gap', '1.1.0');
    const first = start();
    app.disturb = (op) => (op === 'finish' ? 'lost-request' : undefined);
    await until(() => app.calls.includes('finish'));
    first.kill('SIGKILL');
    await exitOf(first);
    app.disturb = () => undefined;

    const draining = runBeside('drain', '--config', file);
    await until(() => existsSync(join(state, 'drain')));
    const second = start();

    expect(await exitOf(second)).toBe(EXIT_CODES.drained.code);
    expect(await draining).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        /^No agent runs on \S+, and it left a job open: its next start finishes that, .*\n.* Ctrl-C .*\nThe agent has ended\. Update it, then start it: it goes on with what waits\.\n$/,
      ),
    });
    expect(app.outcome).toEqual({ kind: 'succeeded' });
    expect(existsSync(join(state, 'drain'))).toBe(false);
  }, 120_000);

  test('that is asked for with a killed agent is carried out by its next start', async () => {
    const { app, file, state, start } = await anInstalledAgent('asked', '1.1.0');
    const first = start();
    app.disturb = (op) => (op === 'finish' ? 'lost-request' : undefined);
    await until(() => app.calls.includes('finish'));
    const draining = runBeside('drain', '--config', file);
    await until(() => existsSync(join(state, 'drain')));
    first.kill('SIGKILL');
    await exitOf(first);
    app.disturb = () => undefined;

    const second = start();

    expect(await exitOf(second)).toBe(EXIT_CODES.drained.code);
    expect(await draining).toMatchObject({ code: 0 });
    expect(app.outcome).toEqual({ kind: 'succeeded' });
  }, 120_000);
});
