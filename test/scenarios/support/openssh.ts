/** A real OpenSSH server on a port of its own, whose commands a test can hold back or refuse. */
import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '../../../demo/jira-client';
import { freePort } from '../../support/free-port';

const SSHD = '/usr/sbin/sshd';

export interface OpenSsh {
  readonly address: string;
  readonly port: number;
  readonly user: string;
  /** The private key that opens it. */
  readonly key: string;
  /** In OpenSSH's format, with this server's host key. */
  readonly knownHosts: string;
  /** Lets another key in as well. */
  alsoOpenFor(publicKeyFile: string): void;
  /** Every command that came over ssh, and every move of a file on the host, with epoch milliseconds. */
  commands(): readonly { readonly at: number; readonly command: string }[];
  /** How everybody came in who did, in the words of sshd's own log: `publickey for root SHA256:…`. */
  logins(): readonly string[];
  /** Commands that match wait until they are let go; a move of a file on the host is `mv` and its words. */
  holdBack(pattern: string): void;
  /** How many commands are being held back. */
  held(): number;
  letGo(): void;
  /** Takes the server away; connections that are open end too. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Replaces the host key: whoever pinned the old one must stop. */
  changeHostKey(): Promise<void>;
}

export interface OpenSshPlace {
  /** A loopback address per host. */
  readonly address: string;
  /** Directory that the host takes for its `/`; empty: this machine's own. */
  readonly root: string;
  /** No command is written down or held back: each then costs a tenth of the processes. */
  readonly isPlain?: boolean;
}

/** Starts sshd for the user who runs the test. */
export async function startOpenSsh(
  directory: string,
  { address, root, isPlain = false }: OpenSshPlace = { address: '127.0.0.1', root: '' },
): Promise<OpenSsh> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const file = (name: string): string => join(directory, name);
  const user = userInfo().username;
  const port = await freePort();
  makeKey(file('client_key'));
  makeKey(file('host_key'));
  writeFileSync(file('authorized_keys'), readFileSync(file('client_key.pub')), { mode: 0o600 });
  writeFileSync(file('gate.sh'), gateOf(address, root), { mode: 0o755 });
  mkdirSync(file('bin'), { recursive: true });
  writeFileSync(file('bin/mv'), MV, { mode: 0o755 });
  writeFileSync(file('commands.log'), '');
  writeFileSync(file('sshd_config'), configOf(file, address, port, isPlain));
  // Debian's sshd refuses to start without its separation directory.
  mkdirSync('/run/sshd', { recursive: true });
  pin();

  let server: ChildProcess | undefined;
  function pin(): void {
    const [kind, key] = readFileSync(file('host_key.pub'), 'utf8').split(' ');
    writeFileSync(file('known_hosts'), `[${address}]:${String(port)} ${kind ?? ''} ${key ?? ''}\n`);
  }

  const start = async (): Promise<void> => {
    server = spawn(SSHD, ['-D', '-E', file('auth.log'), '-f', file('sshd_config')], {
      stdio: 'ignore',
      detached: true,
    });
    await waitFor(`sshd on port ${String(port)}`, () => answers(address, port), 20, 50);
  };
  const stop = async (): Promise<void> => {
    const running = server;
    server = undefined;
    if (!running || running.exitCode !== null) return;
    const ended = new Promise((resolve) => running.once('exit', resolve));
    // Sessions are processes of their own, in the listener's group: the host is gone for all at once.
    process.kill(-(running.pid ?? 0), 'SIGKILL');
    await ended;
  };
  await start();

  return {
    address,
    port,
    user,
    key: file('client_key'),
    knownHosts: file('known_hosts'),
    alsoOpenFor: (publicKeyFile) =>
      appendFileSync(file('authorized_keys'), readFileSync(publicKeyFile)),
    commands: () => commandsIn(readFileSync(file('commands.log'), 'utf8')),
    logins: () => loginsIn(readFileSync(file('auth.log'), 'utf8')),
    holdBack: (pattern) => writeFileSync(file('hold'), pattern),
    held: () =>
      existsSync(file('held')) ? readFileSync(file('held'), 'utf8').split('\n').length - 1 : 0,
    letGo: () => {
      rmSync(file('hold'), { force: true });
      rmSync(file('held'), { force: true });
    },
    stop,
    start,
    changeHostKey: async () => {
      await stop();
      rmSync(file('host_key'));
      rmSync(file('host_key.pub'));
      makeKey(file('host_key'));
      appendFileSync(file('commands.log'), '');
      await start();
    },
  };
}

function makeKey(file: string): void {
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
}

/** Waits while the test holds back what is about to be done. */
const WAIT = `wait_for() {
  if [ -f "$here/hold" ] && printf '%s' "$1" | grep -qE -- "$(cat "$here/hold")"; then
    echo held >> "$here/held"
    while [ -f "$here/hold" ]; do sleep 0.05; done
  fi
}
`;

/** Runs before every command that comes over ssh, and writes it down. Words that are absolute paths lie below the root. */
const gateOf = (address: string, root: string): string => `#!/bin/sh
here="$(dirname "$0")"
${WAIT}
printf '%s %s\\n' "$(date +%s%3N)" "$(printf '%s' "$SSH_ORIGINAL_COMMAND" | tr '\\n' ' ')" >> "$here/commands.log"
wait_for "$SSH_ORIGINAL_COMMAND"
PATH="$here/bin:$PATH"
BIND_ADDRESS='${address}'
export PATH BIND_ADDRESS
command="$(printf '%s' "$SSH_ORIGINAL_COMMAND" | sed "s#^'/#'${root}/#; s# '/# '${root}/#g")"
cd / && exec sh -c "$command"
`;

/** Stands before the host's own mv: the switch of a release is one. */
const MV = `#!/bin/sh
here="$(dirname "$0")/.."
${WAIT}
printf '%s mv %s\\n' "$(date +%s%3N)" "$*" >> "$here/commands.log"
wait_for "mv $*"
exec /bin/mv "$@"
`;

const configOf = (
  file: (name: string) => string,
  address: string,
  port: number,
  isPlain: boolean,
): string =>
  [
    `Port ${String(port)}`,
    `ListenAddress ${address}`,
    `HostKey ${file('host_key')}`,
    `AuthorizedKeysFile ${file('authorized_keys')}`,
    `PidFile ${file('sshd.pid')}`,
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PermitRootLogin prohibit-password',
    'UsePAM no',
    'StrictModes no',
    'MaxStartups 100',
    ...(isPlain ? [] : [`ForceCommand ${file('gate.sh')}`]),
    'LogLevel VERBOSE',
    '',
  ].join('\n');

/** sshd says of every login: Accepted METHOD for USER from ADDRESS port PORT ssh2: KIND FINGERPRINT. */
const loginsIn = (log: string): readonly string[] =>
  [...log.matchAll(/Accepted (\S+) for (\S+) from \S+ port \d+ ssh2(?:: \S+ (\S+))?/g)].map(
    ([, method = '', user = '', fingerprint = 'without a key']) =>
      `${method} for ${user} ${fingerprint}`,
  );

/** A public key as logs and people call it. */
export const fingerprintOf = (publicKeyFile: string): string =>
  execFileSync('ssh-keygen', ['-lf', publicKeyFile], { encoding: 'utf8' }).split(' ')[1] ?? '';

function commandsIn(log: string): readonly { at: number; command: string }[] {
  return log
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => ({ at: Number(line.slice(0, 13)), command: line.slice(14) }));
}

function answers(address: string, port: number): Promise<true | undefined> {
  return new Promise((resolve) => {
    const socket = connect(port, address);
    socket.once('data', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(undefined));
  });
}
