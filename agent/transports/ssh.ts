/** Commands over one ssh connection to a host whose key is pinned. */
import { readFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { Client, utils } from 'ssh2';
import type { ClientChannel, ConnectConfig } from 'ssh2';
import type { Failure } from '#core/failure';
import { commandLine } from '../commands/quote';
import type { Command } from '../commands/quote';
import { converse } from './conversation';
import { judgeHostKey, trustedAlgorithms } from './host-key';
import type { HostKeyVerdict } from './host-key';
import { keyFromWire, narrowTo } from './known-hosts';
import type { KnownKey } from './known-hosts';
import type { SshPlace } from './ssh-place';
import type { RunOptions, RunResult, Transport } from './transport';

export type SshConnection =
  | { readonly kind: 'connected'; readonly transport: Transport }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** A peer that says nothing for three of these is gone. */
const KEEPALIVE_MILLISECONDS = 10_000;

/** Opens a connection; a host whose key is not pinned is never spoken to. */
export function connectSsh(place: SshPlace): Promise<SshConnection> {
  const key = readPrivateKey(place.keyFile);
  const file = readFile(place.knownHostsFile) ?? '';
  const knownHosts = narrowTo(file, place.address, place.port);
  if (key === undefined) {
    const sentence = `The private key ${place.keyFile} for ${place.user}@${place.address} cannot be read; correct agent.yml, the file's owner or its passphrase.`;
    return Promise.resolve({ kind: 'failed', failure: { class: 'permission', sentence } });
  }

  const client = new Client();
  // Each command under way listens for the connection's end.
  client.setMaxListeners(0);
  let verdict: HostKeyVerdict = { kind: 'trusted' };
  const socket = new Socket();
  const config: ConnectConfig = {
    sock: socket,
    username: place.user,
    privateKey: key,
    readyTimeout: place.connectSeconds * 1_000,
    keepaliveInterval: KEEPALIVE_MILLISECONDS,
    keepaliveCountMax: 3,
    algorithms: {
      // The fastest of the sound ones where it was measured; the others remain for hosts that lack it.
      cipher: { prepend: ['aes128-gcm@openssh.com'], append: [], remove: [] },
      ...trustedAlgorithms(knownHosts, place),
    },
    hostVerifier: (wire: Buffer) => {
      verdict = judgeHostKey(wire, knownHosts, place);
      return verdict.kind === 'trusted';
    },
  };

  return new Promise((resolve) => {
    client.on('ready', () => resolve({ kind: 'connected', transport: overClient(client, socket) }));
    client.on('error', (error) => {
      client.destroy();
      const failure = verdict.kind === 'refused' ? verdict.failure : explain(error, place);
      resolve({ kind: 'failed', failure });
    });
    // Small packets go at once: Nagle's algorithm and delayed acknowledgements cost 40 ms for each answer.
    socket.connect({ host: place.ip, port: place.port, noDelay: true });
    client.connect(config);
  });
}

const overClient = (client: Client, socket: Socket): Transport => ({
  run: (command, options) => runOver(client, socket, command, options),
  close: () => {
    client.end();
    return Promise.resolve();
  },
});

function runOver(
  client: Client,
  socket: Socket,
  command: Command,
  { seconds, input }: RunOptions,
): Promise<RunResult> {
  return new Promise((resolve) => {
    const settle = (result: RunResult): void => {
      clearTimeout(timer);
      client.off('close', onClosed);
      resolve(result);
    };
    const lose = (sentence: string): void => settle({ kind: 'lost', sentence });
    /** What still runs there hears of it by the end of its connection. */
    const cut = (sentence: string): void => {
      lose(sentence);
      client.destroy();
    };
    const onClosed = (): void => lose('the connection ended');
    const timer = setTimeout(() => cut(`it took longer than ${seconds} s`), seconds * 1_000);
    client.on('close', onClosed);

    const listen = (error: Error | undefined, channel: ClientChannel): void => {
      if (error) {
        lose(tookNone(error));
        return;
      }
      const { stdin, stderr } = channel;
      const streams = { stdin, stdout: channel, stderr, drained: () => drained(socket) };
      const conversation = converse(streams, input);
      void conversation.inputFailed.then((why) => cut(`the package could not be read (${why})`));
      channel.on('close', (exitCode: number | null | undefined) => {
        if (typeof exitCode !== 'number') {
          lose('the connection ended');
          return;
        }
        const [stdout, stderr] = [conversation.stdout(), conversation.stderr()];
        settle({ kind: 'exited', exitCode, stdout, stderr });
      });
    };
    try {
      client.exec(commandLine(command), listen);
    } catch (cause) {
      // ssh2 throws for a connection that has ended.
      lose(tookNone(cause));
    }
  });
}

/** ssh2 writes to the socket whether that has room or not; what the other side does not take would pile up there. */
const drained = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    if (!socket.writableNeedDrain) {
      resolve();
      return;
    }
    const done = (): void => {
      socket.off('drain', done);
      socket.off('close', done);
      resolve();
    };
    socket.on('drain', done);
    socket.on('close', done);
  });

const tookNone = (cause: unknown): string =>
  `it took no command (${cause instanceof Error ? cause.message : String(cause)})`;

function explain(error: Error & { level?: string }, place: SshPlace): Failure {
  const where = `${place.user}@${place.address} port ${place.port}`;
  if (error.level === 'client-authentication') {
    return {
      class: 'permission',
      sentence: `The host refused the login ${where} with the key ${place.keyFile}; add its public half to authorized_keys there.`,
    };
  }
  return {
    class: 'transport',
    sentence: `There is no ssh connection to ${where} (${error.message}); check that the host is up and reachable from the agent.`,
  };
}

/** The private key in a file; undefined where this user finds none that opens without a passphrase. */
export function readPrivateKey(file: string): string | undefined {
  const text = readFile(file) ?? '';
  const parsed = utils.parseKey(text);
  if (parsed instanceof Error) return undefined;
  // OpenSSH's own format makes it a list, whatever the types say. Source: ssh2/lib/client.js
  return [parsed].flat()[0]?.isPrivateKey() === true ? text : undefined;
}

function readFile(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

export type ShownKey =
  | { readonly kind: 'shown'; readonly key: KnownKey }
  | { readonly kind: 'failed'; readonly sentence: string };

/** The key that a host shows; nobody logs in. */
export function fetchHostKey(ip: string, port: number, seconds: number): Promise<ShownKey> {
  const client = new Client();
  return new Promise((resolve) => {
    client.on('error', (error) => {
      const sentence = `No host key came from ${ip} port ${port} (${error.message}); check that an ssh server listens there and that this machine may reach it.`;
      resolve({ kind: 'failed', sentence });
    });
    client.connect({
      host: ip,
      port,
      username: 'interlock',
      readyTimeout: seconds * 1_000,
      hostVerifier: (wire: Buffer) => {
        resolve({ kind: 'shown', key: keyFromWire(wire) });
        return false;
      },
    });
  });
}
