/** The documented installation, word by word: install.sh as root, then the agent's first steps as its own user. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { machineClock } from '../../agent/clock';
import { serveApp } from './support/app-server';
import type { AppServer } from './support/app-server';
import { createFakeApp } from './support/fake-app';
import { anOwnMachine } from './support/own-machine';
import type { MachineResult, OwnMachine } from './support/own-machine';
import { aPlanFor } from './support/plans';
import { aPackage, scratch } from './support/scratch';
import { freePort } from '../support/free-port';

const REPOSITORY = join(__dirname, '../..');
const CONFIG = '/etc/interlock/agent.yml';
const STATE = '/var/lib/interlock-agent';
const directory = scratch();
const given = join(directory, 'given');

let unpacked: string;
let result: MachineResult;
const servers: AppServer[] = [];

beforeAll(async () => {
  mkdirSync(given);
  const tsx = join(REPOSITORY, 'node_modules/.bin/tsx');
  const made = execFileSync(tsx, ['scripts/package-agent.ts', given], {
    cwd: REPOSITORY,
    encoding: 'utf8',
  });
  unpacked = made.trim().replace('.tar.gz', '');
  result = await anOwnMachine(directory, given);
}, 60_000);

afterAll(async () => {
  for (const server of servers) server.close();
  if (result.kind === 'machine') await result.machine.close();
});

/** The machine, once; or why there is none, told beside the test's result. */
function machineOrWhyNot(): OwnMachine | undefined {
  if (result.kind === 'machine') return result.machine;
  process.stderr.write(`${result.sentence}\n`);
  return undefined;
}

const asAgent = (...words: readonly string[]): readonly string[] => [
  ...['runuser', '-u', 'interlock-agent', '--', 'interlock-agent'],
  ...words,
];

/** Names node, as on a machine where another one comes first on the path. */
const install = (machine: OwnMachine) =>
  machine.run([
    ...['env', 'NODE=/usr/local/bin/node'],
    ...['sh', join('/opt/given', unpacked.slice(given.length), 'install.sh')],
  ]);

function configure(machine: OwnMachine, change: object): void {
  const config = { url: 'http://127.0.0.1:1/x1/agent', stateDirectory: STATE, name: 'test agent' };
  const text = stringify({ ...config, hosts: [], ...change });
  expect(machine.run(['sh', '-c', `umask 022; cat >${CONFIG}`], text)).toMatchObject({ code: 0 });
}

async function anApp(port = 1, sha256 = '') {
  const place = { address: '127.0.0.1', sshPort: 22, basePath: '/srv/shop', port };
  const app = createFakeApp(machineClock, aPlanFor({ ...place, version: '1.0.0', sha256 }));
  const server = await serveApp(app);
  servers.push(server);
  return { app, server };
}

describe('install.sh', () => {
  test('lays out the directory of the agent’s state, which nobody else may open', () => {
    const root = join(directory, 'laid-out');
    execFileSync('sh', ['-c', `umask 077; exec sh '${join(unpacked, 'install.sh')}'`], {
      env: { ...process.env, DESTDIR: root, NODE: process.execPath },
    });

    expect(statSync(join(root, STATE)).mode & 0o777).toBe(0o700);
    // Whatever root's umask is, the agent's user has to get at these.
    expect(statSync(join(root, 'etc/interlock')).mode & 0o777).toBe(0o755);
    expect(statSync(join(root, 'opt/interlock-agent')).mode & 0o777).toBe(0o755);
  });

  test('run by root leads to an agent that enrolls, takes secrets and is in order, before it ever ran', async () => {
    const machine = machineOrWhyNot();
    if (!machine) return;
    const { server } = await anApp();

    expect(install(machine)).toMatchObject({ code: 0, stderr: '' });
    configure(machine, { url: server.url });

    expect(machine.run(['stat', '-c', '%a %U %G', STATE]).stdout).toBe(
      '700 interlock-agent interlock-agent\n',
    );
    expect(await machine.runBeside(asAgent('enroll', '--code', server.code))).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringMatching(/^Enrolled as ag_1 /),
    });
    expect(machine.run(asAgent('secret', 'set', 'shop-db'), 's3cret-value\n')).toMatchObject({
      code: 0,
      stdout: 'The secret shop-db is set.\n',
    });
    expect(machine.run(asAgent('check'))).toMatchObject({ code: 0, stderr: '' });
    expect(machine.run(asAgent('status'))).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('no open job'),
    });
    // A key that root has put there is root's.
    const password = '/etc/interlock/orders.password';
    machine.run(['sh', '-c', `umask 077; cat >${password}`], 'a long password\n');
    const orders = { id: 'orders', environments: ['SIT'], engine: 'postgresql', host: '127.0.0.1' };
    const rest = { port: 1, database: 'orders', user: 'release', passwordFile: password };
    configure(machine, { url: server.url, databases: [{ ...orders, ...rest }] });
    expect(machine.run(asAgent('check'))).toMatchObject({
      code: 78,
      stderr: `${CONFIG}: databases.0.passwordFile is "${password}", which this user may not read; it has to belong to the agent's user, so run: chown interlock-agent ${password}\n`,
    });
    machine.run(['chown', 'interlock-agent', password]);
    expect(machine.run(asAgent('check'))).toMatchObject({
      code: 69,
      stderr: expect.stringContaining('where database orders'),
    });
    // An update finds the directory as it is.
    expect(install(machine)).toMatchObject({ code: 0, stderr: '' });
    expect(machine.run(asAgent('status'))).toMatchObject({ code: 0 });
  }, 60_000);
});

/** A service that reads what it can of what the agent keeps, and tells whom it runs as. */
const CURIOUS = `#!/usr/bin/env node
const { readFileSync } = require('node:fs');
const { createServer } = require('node:http');
const read = (file) => {
  try { readFileSync(file); return 'read'; } catch (error) { return error.code; }
};
const kept = ['key.pem', 'secrets.key', 'secrets/shop-db', 'journal.db', 'agent.log'];
const seen = () => ({
  user: require('node:os').userInfo().username,
  files: kept.map((name) => read('${STATE}/' + name)),
});
const answers = { '/healthz': () => 'ok', '/version': () => '1.0.0', '/seen': () => JSON.stringify(seen()) };
createServer((request, response) => response.end(answers[request.url]())).listen(Number(process.env.PORT));
`;

describe('a package on the machine of an installed agent', () => {
  /** An agent that may work as deploy, and a job that puts the package onto its machine. */
  async function anAgentFor(machine: OwnMachine, files: Readonly<Record<string, string>>) {
    const port = await freePort();
    const { digest } = aPackage(given, 'shop-1.0.0', files);
    const { app, server } = await anApp(port, digest);
    expect(install(machine)).toMatchObject({ code: 0 });
    const rule = { match: '127.0.0.1/32', transport: 'local', environments: ['SIT'] };
    configure(machine, {
      url: server.url,
      hosts: [{ ...rule, runAs: 'deploy', basePath: '/srv', probePorts: [port] }],
      stores: [{ id: 'packages', kind: 'directory', path: '/opt/given' }],
      limits: { actSeconds: 3 },
    });
    expect(await machine.runBeside(asAgent('enroll', '--code', server.code))).toMatchObject({
      code: 0,
    });
    machine.run(asAgent('secret', 'set', 'shop-db'), 's3cret-value\n');
    return { app, port };
  }

  async function until(isSo: () => boolean, why: () => string): Promise<void> {
    const end = Date.now() + 30_000;
    while (!isSo()) {
      if (Date.now() > end) throw new Error(`Not within 30 s: ${why()}`);
      await machineClock.sleep(50);
    }
  }

  function run(machine: OwnMachine) {
    const agent = machine.start(asAgent('run'));
    let log = '';
    agent.stderr.on('data', (piece: Buffer) => (log += piece.toString()));
    return {
      log: () => log,
      stop: async () => {
        machine.run(['sh', '-c', 'kill $(pgrep -u interlock-agent)']);
        await until(
          () => agent.exitCode !== null,
          () => log,
        );
      },
    };
  }

  test('runs as another user, and reads nothing that the agent keeps', async () => {
    const machine = machineOrWhyNot();
    if (!machine) return;
    const { app, port } = await anAgentFor(machine, { 'bin/run': CURIOUS });
    expect(machine.run(asAgent('check'))).toMatchObject({
      code: 78,
      stderr: expect.stringContaining('this agent may run nothing as that user'),
    });

    // As agent.example.yml says.
    machine.run(['useradd', '--system', 'deploy']);
    machine.run(['install', '-d', '-o', 'deploy', '/srv/shop']);
    const line = 'interlock-agent ALL=(deploy) NOPASSWD: ALL\n';
    machine.run(['sh', '-c', 'cat >/etc/sudoers.d/interlock-agent'], line);

    expect(machine.run(asAgent('check'))).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('ok  hosts.0.runAs  deploy'),
    });
    const agent = run(machine);
    await until(() => app.outcome !== null, agent.log);
    expect(app.outcome).toEqual({ kind: 'succeeded' });
    const seen = await (await fetch(`http://127.0.0.1:${port}/seen`)).json();
    expect(seen).toEqual({ user: 'deploy', files: Array.from({ length: 5 }, () => 'EACCES') });
    await agent.stop();
  }, 60_000);

  test('that takes too long to start is ended with all that it has started', async () => {
    const machine = machineOrWhyNot();
    if (!machine) return;
    const start = '#!/bin/sh\nsleep 1000001 & exec sleep 1000002\n';
    await anAgentFor(machine, { 'bin/start': start });
    const agent = run(machine);
    const sleepers = () => machine.run(['pgrep', '-u', 'deploy', 'sleep']).stdout;
    await until(() => sleepers() !== '', agent.log);

    await agent.stop();
    await until(() => sleepers() === '', agent.log);

    expect(agent.log()).toContain('it took longer than 3 s');
  }, 90_000);
});
