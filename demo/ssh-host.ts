/**
 * A host to deploy to, without a machine: an ssh server whose `/` is a directory. It knows one user's
 * key, runs commands with sh, and has no terminal, no forwarding and no file transfer. One process is
 * as many hosts as it is told, each on an address and below a directory of its own.
 *
 *   tsx demo/ssh-host.ts --host web-1=127.0.0.2 --port 2201 --directory <dir> --authorized-key <file>
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { Server, utils } from 'ssh2';
import type { AuthContext, Connection, ParsedKey, ServerChannel } from 'ssh2';
import { makeSshKeyPair } from './ssh-key';

export interface SshHostOptions {
  readonly address: string;
  /** 0: any free one. */
  readonly port: number;
  readonly directory: string;
  /** Private key of the host; made when the file does not exist. */
  readonly hostKeyFile: string;
  /** Public key of the one who may log in, in OpenSSH's format. */
  readonly authorizedKeyFile: string;
}

export interface SshHost {
  readonly port: number;
  close(): Promise<void>;
}

/** Starts a host; closed, it ends its commands, but no service that has detached itself from them. */
export function startSshHost(options: SshHostOptions): Promise<SshHost> {
  const { address, port, directory, hostKeyFile, authorizedKeyFile } = options;
  if (!/^(\/[A-Za-z0-9._-]+)+$/.test(directory)) {
    throw new Error(
      `The directory ${directory} is no absolute path of plain names; choose another.`,
    );
  }
  mkdirSync(directory, { recursive: true });
  const authorized = parseKey(readFileSync(authorizedKeyFile, 'utf8'));
  const clients = new Set<Connection>();
  const running = new Set<ChildProcess>();
  const ssh = new Server({ hostKeys: [hostKey(hostKeyFile)] }, (client) => {
    clients.add(client);
    client.on('close', () => clients.delete(client));
    // A client that breaks off is no concern of the host's.
    client.on('error', () => undefined);
    client.on('authentication', (attempt) => {
      if (isAuthorized(attempt, authorized)) attempt.accept();
      else attempt.reject(['publickey']);
    });
    client.on('session', (accept) => {
      accept().on('exec', (acceptExec, _reject, { command }) => {
        const child = runCommand(acceptExec(), command, options);
        running.add(child);
        child.on('close', () => running.delete(child));
      });
    });
  });

  // Small packets go at once, as sshd sends them.
  const server = createServer({ noDelay: true }, (socket) => ssh.injectSocket(socket));

  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      for (const client of clients) client.end();
      running.forEach(endGroup);
    });
  return new Promise((resolve, reject) => {
    server.on('error', reject);
    server.listen(port, address, () => {
      const bound = server.address();
      const isPort = typeof bound === 'object' && bound !== null;
      resolve({ port: isPort ? bound.port : port, close });
    });
  });
}

function runCommand(
  channel: ServerChannel,
  command: string,
  options: SshHostOptions,
): ChildProcess {
  const child = spawn('sh', ['-c', insideDirectory(command, options.directory)], {
    cwd: options.directory,
    env: { ...process.env, BIND_ADDRESS: options.address },
    detached: true,
  });
  channel.pipe(child.stdin);
  // The program may end before it has read everything.
  child.stdin.on('error', () => undefined);
  child.stdout.pipe(channel, { end: false });
  child.stderr.pipe(channel.stderr, { end: false });
  child.on('close', (code, signal) => {
    if (code === null) channel.exit(signal ?? 'KILL');
    else channel.exit(code);
    channel.end();
  });
  channel.on('close', () => child.stdin.end());
  return child;
}

function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/** Commands arrive with every word quoted; those that are absolute paths lie below the directory. */
const insideDirectory = (command: string, directory: string): string =>
  command.replace(/(^| )'(\/[^']*)'/g, `$1'${directory}$2'`);

function isAuthorized(attempt: AuthContext, authorized: ParsedKey): boolean {
  if (attempt.method !== 'publickey') return false;
  if (!attempt.key.data.equals(authorized.getPublicSSH())) return false;
  // Without a signature the client only asks whether this key would do.
  if (attempt.signature === undefined || attempt.blob === undefined) return true;
  return authorized.verify(attempt.blob, attempt.signature, attempt.hashAlgo);
}

function hostKey(file: string): Buffer {
  if (!existsSync(file)) {
    writeFileSync(file, makeSshKeyPair().private, { mode: 0o600 });
  }
  return readFileSync(file);
}

function parseKey(text: string): ParsedKey {
  const key = utils.parseKey(text);
  if (key instanceof Error) throw key;
  return key;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      host: { type: 'string', multiple: true },
      port: { type: 'string', default: '0' },
      directory: { type: 'string' },
      'authorized-key': { type: 'string' },
    },
  });
  const { host: named = [], directory, 'authorized-key': authorizedKeyFile } = values;
  if (named.length === 0 || directory === undefined || authorizedKeyFile === undefined) {
    throw new Error('ssh-host needs --host, --directory and --authorized-key.');
  }
  const hosts = await Promise.all(
    named.map((host) => {
      const [id = '', address = ''] = host.split('=');
      const hostKeyFile = join(directory, `${id}.key`);
      const place = { address, port: Number(values.port), directory: join(directory, id) };
      return startSshHost({ ...place, hostKeyFile, authorizedKeyFile });
    }),
  );
  process.stdout.write(`ssh-host ${named.join(' ')}\n`);
  process.once('SIGTERM', () => {
    void Promise.all(hosts.map((host) => host.close())).then(() => process.exit(0));
  });
}

if (require.main === module) void main();
