/**
 * How much memory the agent takes. Real: the agent's program as it is packaged, in a process of its own, its journal,
 * a plan of 500 hosts made and led by the app's handlers over HTTP, an ssh connection to each of 500 addresses, the
 * package's bytes over the last of them, health over HTTP. Played by one process: what hosts answer.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { create } from 'tar';
import { utils } from 'ssh2';
import { machineClock } from '../../agent/clock';
import { openState } from '../../agent/cli/state-directory';
import { createExchange } from '../../agent/exchange';
import { writeIdentity } from '../../agent/journal';
import { sha256Hex } from '../../agent/keys';
import { createServerTime } from '../../agent/server-time';
import { knownHostLine } from '../../agent/transports/known-hosts';
import { startProgram } from '../../demo/program';
import type { Program } from '../../demo/program';
import { makeSshKeyPair } from '../../demo/ssh-key';
import { silent } from '../agent/support/an-agent';
import { SIT_ALONE, startRelease } from '../matrix/support/clicks';
import { stored } from '../matrix/support/compare-records';
import { letIn } from '../matrix/support/let-in';
import { quickDirectory } from '../matrix/support/quick-directory';
import { serveHandlers } from '../matrix/support/served-app';
import type { ServedApp } from '../matrix/support/served-app';
import { aHost, aSite } from '../support/builders';
import { buildProgram } from '../support/build-program';
import { aReleaseWorld } from '../support/release-world';
import type { ReleaseWorld } from '../support/release-world';
import { written } from '../support/written-content';

const HOSTS = 500;
/** Resident, at its highest. */
const MEGABYTES_MAX = 150;
const PACKAGE_BYTES = 20 * 1024 * 1024;
/** The last ones; 10 GB to all of them would take minutes. The others are connected, and have the package already. */
const RECEIVING_HOSTS = 25;
/** It takes half a minute on an idle machine, and several times that beside others. */
const DEADLINE_MILLISECONDS = 240_000;

const ADDRESSES = Array.from(
  { length: HOSTS },
  (_, index) => `127.77.${String(Math.floor(index / 250))}.${String((index % 250) + 1)}`,
);

/** The highest that a process has come to, as Linux tells it. Source: proc(5), VmHWM. */
const peakMegabytes = ({ pid }: ChildProcess): number => {
  const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
  return Math.round(Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1_024);
};

describe('an agent with a job of 500 hosts', () => {
  const directory = quickDirectory('memory');
  const file = (name: string): string => join(directory, name);
  let program: Program;
  let app: ServedApp;
  let world: ReleaseWorld;
  let agent: ChildProcess;
  let services: string;

  beforeAll(async () => {
    const keys = makeSshKeyPair();
    writeFileSync(file('host-key'), makeSshKeyPair().private, { mode: 0o600 });
    writeFileSync(file('id'), keys.private, { mode: 0o600 });
    mkdirSync(file('content/bin'), { recursive: true });
    writeFileSync(file('content/bin/run'), '#!/bin/sh\n', { mode: 0o755 });
    writeFileSync(file('content/data'), randomBytes(PACKAGE_BYTES));
    mkdirSync(file('packages'));
    const archive = file('packages/shop-1.1.0.tar.gz');
    program = startProgram('many-hosts', join(__dirname, 'support/many-hosts.ts'), [
      file('host-key'),
      String(HOSTS - RECEIVING_HOSTS),
    ]);
    const [said] = await Promise.all([
      program.says(/many hosts on (\d+) (\d+)/, 60),
      buildProgram('agent/main.ts', file('agent.cjs')),
      create({ gzip: true, cwd: file('content'), file: archive }, ['.']),
    ]);
    const [sshPort, servicePort] = [Number(said[1]), Number(said[2])];
    services = `http://127.0.0.1:${String(servicePort)}`;
    const hostKey = utils.parseKey(readFileSync(file('host-key')));
    if (hostKey instanceof Error) throw hostKey;
    const pinned = { type: hostKey.type, base64: hostKey.getPublicSSH().toString('base64') };
    const lines = ADDRESSES.map((address) => knownHostLine(address, sshPort, pinned));
    writeFileSync(file('known_hosts'), lines.join(''));

    const hosts = ADDRESSES.map((address, index) =>
      aHost({ id: `web${String(index)}`, name: `web-${String(index)}`, address, sshPort }),
    );
    const place = { hosts, basePath: '/srv/shop', servicePort, healthPath: '/healthz' };
    const site = aSite({
      store: 'packages',
      environments: { SIT: { ...place, versionPath: '/version' } },
    });
    const code = {
      site: 'shop',
      version: '1.1.0',
      artifactSha256: sha256Hex(readFileSync(archive)),
    };
    world = await aReleaseWorld({
      ...written([], [], { code: [code] }),
      sites: [site],
      policy: SIT_ALONE,
    });
    world.ports.pass(Math.floor(Date.now() / 1_000) - world.ports.clock.now());
    app = await serveHandlers(world.ports, machineClock);
    const url = `http://127.0.0.1:${String(app.port)}/agent`;
    const rule = {
      ...{ match: '127.77.0.0/16', ports: [sshPort], environments: ['SIT'], basePath: '/srv' },
      ...{ probePorts: [servicePort], user: 'deploy' },
      ...{ key: file('id'), knownHosts: file('known_hosts') },
    };
    const config = {
      ...{ url, stateDirectory: file('state'), name: 'agent', hosts: [rule] },
      stores: [{ id: 'packages', kind: 'directory', path: file('packages') }],
    };
    writeFileSync(file('agent.yml'), JSON.stringify(config));
    await enrollIn(world, file('state'), url);
  }, 60_000);

  afterAll(async () => {
    agent.kill('SIGKILL');
    await program.stop();
    await app.close();
    rmSync(directory, { recursive: true, force: true });
  }, 30_000);

  test(`stays below ${String(MEGABYTES_MAX)} MB resident`, async () => {
    const from = performance.now();
    await startRelease(world, app);
    agent = startAgent(file('agent.cjs'), file('agent.yml'));
    const isOver = async (): Promise<boolean> =>
      ['deployed', 'fix-pending'].includes((await world.record()).status);
    const deadline = Date.now() + DEADLINE_MILLISECONDS;
    while (Date.now() < deadline && !(await isOver())) await sleep(100);
    const peak = peakMegabytes(agent);
    const took = (performance.now() - from) / 1_000;
    agent.kill('SIGTERM');
    await once(agent, 'exit');
    const received = Number(await (await fetch(`${services}/received`)).text());
    process.stderr.write(
      `memory, ${String(HOSTS)} hosts: ${String(peak)} MB resident at the highest, ${took.toFixed(0)} s\n`,
    );

    const shown = stored(world.ports.memory, 'host-states').flatMap((chunk) =>
      Object.values(chunk.hosts).map(({ state }) => state),
    );
    expect((await world.record()).status).toBe('deployed');
    expect(shown.filter((state) => state === 'healthy').length).toBeGreaterThanOrEqual(HOSTS);
    expect(received).toBeGreaterThanOrEqual(RECEIVING_HOSTS * PACKAGE_BYTES);
    expect(peak).toBeGreaterThan(30);
    expect(peak).toBeLessThanOrEqual(MEGABYTES_MAX);
  }, 300_000);
});

/** The agent's program, started as its package starts it. */
function startAgent(program: string, config: string): ChildProcess {
  const installer = readFileSync(join(__dirname, '../../packaging/install.sh'), 'utf8');
  const [, before, flags] =
    /^exec env (\S+) '\$node' (.*) \/opt\/\S+ "\\\$@"$/m.exec(installer) ?? [];
  if (before === undefined || flags === undefined) throw new Error('How does the package start?');
  const [name = '', value = ''] = before.split('=');
  return spawn(process.execPath, [...flags.split(' '), program, 'run', '--config', config], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, [name]: value },
  });
}

/** Lets an agent in whose state lies there. */
async function enrollIn(world: ReleaseWorld, stateDirectory: string, url: string): Promise<void> {
  const opened = openState(stateDirectory);
  if (opened.kind === 'failed') throw new Error(opened.end.sentence);
  const { key, database, close } = opened.state;
  const deadlines = { appConnectSeconds: 10, appFirstByteSeconds: 10, appTotalSeconds: 20 };
  const clock = machineClock;
  const sender = {
    ...{ exchange: createExchange(url, deadlines), clock, time: createServerTime(clock) },
    ...{ key, boot: 'b007b007', log: silent },
  };
  try {
    writeIdentity(database, await letIn(world.ports, sender), url);
  } finally {
    close();
  }
}
