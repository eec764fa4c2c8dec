/** The demo's host: an ssh server of its own that runs commands below its directory. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HostAccess } from './agent-file';
import { startProgram } from './program';
import type { Program } from './program';
import { bootService, stopService } from './service';
import { makeSshKeyPair } from './ssh-key';
import type { DemoHost } from './set-up';

/** A loopback address per host, so that all may use the same ports and paths, as hosts do. */
const ADDRESS = '127.0.0.2';
const SSH_PORT_ABOVE = 11;
const SERVICE_PORT_ABOVE = 21;

export interface RunningHost {
  readonly host: DemoHost;
  readonly program: Program;
}

const HOST_ID = 'web-1';
const BASE_PATH = '/srv/shop';

/** Ends the service of the host, whoever left it running. */
export const switchOff = (directory: string): Promise<void> =>
  stopService(join(directory, HOST_ID, BASE_PATH));

/** Starts the host; `port` is the site's, which the host's ports lie above. */
export async function startHost(
  directory: string,
  port: number,
  access: HostAccess,
): Promise<RunningHost> {
  const host: DemoHost = {
    id: HOST_ID,
    address: ADDRESS,
    sshPort: port + SSH_PORT_ABOVE,
    servicePort: port + SERVICE_PORT_ABOVE,
    basePath: BASE_PATH,
  };
  const root = join(directory, host.id);
  mkdirSync(join(root, host.basePath), { recursive: true });
  const program = startProgram(`host ${host.id}`, join(__dirname, 'ssh-host.ts'), [
    ...['--address', host.address, '--port', String(host.sshPort), '--directory', root],
    ...['--host-key', join(directory, `${host.id}.key`), '--authorized-key', `${access.key}.pub`],
  ]);
  await program.says(/^ssh-host /);
  // A demo that was killed has left its service behind.
  await switchOff(directory);
  bootService(join(root, host.basePath), host.address, host.servicePort);
  const stop = async (): Promise<void> => {
    await program.stop();
    await switchOff(directory);
  };
  return { host, program: { ...program, stop } };
}

/** The key that opens the hosts, made at the first start, and an empty list of hosts to trust. */
export function provideAccess(directory: string): HostAccess {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const access: HostAccess = {
    user: 'deploy',
    key: join(directory, 'hosts.key'),
    knownHosts: join(directory, 'known_hosts'),
  };
  if (!existsSync(access.key)) {
    const pair = makeSshKeyPair();
    writeFileSync(access.key, pair.private, { mode: 0o600 });
    writeFileSync(`${access.key}.pub`, pair.public);
  }
  if (!existsSync(access.knownHosts)) writeFileSync(access.knownHosts, '');
  return access;
}
