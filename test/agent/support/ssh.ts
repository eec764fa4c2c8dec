/** An ssh host of a test's own, and a way in. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { utils } from 'ssh2';
import { startSshHost } from '../../../demo/ssh-host';
import type { SshHost } from '../../../demo/ssh-host';
import { makeSshKeyPair } from '../../../demo/ssh-key';
import { knownHostLine } from '../../../agent/transports/known-hosts';
import type { SshPlace } from '../../../agent/transports/ssh-place';

export interface TestSsh {
  readonly host: SshHost;
  /** Trusted and let in. */
  readonly place: SshPlace;
  /** The directory that the host takes for `/`. */
  readonly root: string;
}

/** Starts a host in a directory; who started it closes it. */
export async function aSshHost(directory: string, name = 'host'): Promise<TestSsh> {
  const keyPair = makeSshKeyPair();
  const file = (of: string): string => join(directory, `${name}-${of}`);
  writeFileSync(file('id'), keyPair.private, { mode: 0o600 });
  writeFileSync(file('id.pub'), keyPair.public);
  const root = file('root');
  const host = await startSshHost({
    address: '127.0.0.1',
    port: 0,
    directory: root,
    hostKeyFile: file('host-key'),
    authorizedKeyFile: file('id.pub'),
  });
  const hostKey = utils.parseKey(readFileSync(file('host-key')));
  if (hostKey instanceof Error) throw hostKey;
  const pinned = { type: hostKey.type, base64: hostKey.getPublicSSH().toString('base64') };
  writeFileSync(file('known-hosts'), knownHostLine('127.0.0.1', host.port, pinned));
  const place: SshPlace = {
    address: '127.0.0.1',
    ip: '127.0.0.1',
    port: host.port,
    user: 'deploy',
    keyFile: file('id'),
    knownHostsFile: file('known-hosts'),
    connectSeconds: 5,
  };
  return { host, place, root };
}
