/** The demo's hosts: ssh servers that run commands below directories of their own. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HostAccess } from './agent-file';
import { startProgram } from './program';
import type { Program } from './program';
import { bootService, stopService } from './service';
import { makeSshKeyPair } from './ssh-key';
import type { DemoHost, DemoPlace } from './set-up';

/** A loopback address per host, so that all may use the same ports and paths, as hosts do. */
const ADDRESSES = { 'web-1': '127.0.0.2', 'web-2': '127.0.0.3', 'web-3': '127.0.0.4' };
const SSH_PORT_ABOVE = 11;
const SERVICE_PORT_ABOVE = 21;

/** The demo's hosts; `port` is the site's, which the hosts' ports lie above. */
export const demoHosts = (port: number): readonly DemoHost[] =>
  Object.entries(ADDRESSES).map(([id, address]) => ({
    id,
    address,
    sshPort: port + SSH_PORT_ABOVE,
  }));

/** Where the shop lives on each host: a directory and a port per environment. */
export const demoPlaces = (environments: readonly string[], port: number): readonly DemoPlace[] =>
  environments.map((environment, index) => ({
    environment,
    basePath: `/srv/${environment.toLowerCase()}/shop`,
    servicePort: port + SERVICE_PORT_ABOVE + index,
  }));

interface Fleet {
  readonly directory: string;
  readonly hosts: readonly DemoHost[];
  readonly places: readonly DemoPlace[];
  readonly access: HostAccess;
}

/** Ends the services of the hosts, whoever left them running. */
export async function switchOff({ directory, hosts, places }: Omit<Fleet, 'access'>) {
  const homes = hosts.flatMap(({ id }) =>
    places.map(({ basePath }) => join(directory, id, basePath)),
  );
  await Promise.all(homes.map(stopService));
}

/** Starts the hosts, and on them what ran when they were switched off. */
export async function startHosts(fleet: Fleet): Promise<Program> {
  const { directory, hosts, places, access } = fleet;
  for (const { id } of hosts) {
    for (const { basePath } of places)
      mkdirSync(join(directory, id, basePath), { recursive: true });
  }
  const program = startProgram('hosts', join(__dirname, 'ssh-host.ts'), [
    ...hosts.flatMap(({ id, address }) => ['--host', `${id}=${address}`]),
    ...['--port', String(hosts[0]?.sshPort ?? 0), '--directory', directory],
    ...['--authorized-key', `${access.key}.pub`],
  ]);
  await program.says(/^ssh-host /);
  // A demo that was killed has left its services behind.
  await switchOff(fleet);
  for (const { id, address } of hosts) {
    for (const { basePath, servicePort } of places)
      bootService(join(directory, id, basePath), address, servicePort);
  }
  const stop = async (): Promise<void> => {
    await program.stop();
    await switchOff(fleet);
  };
  return { ...program, stop };
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
