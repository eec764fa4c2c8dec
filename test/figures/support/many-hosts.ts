/**
 * As many hosts as there are loopback addresses, in one process: each has its own ssh sessions and its own service,
 * and answers in the helper's words from memory. One sshd and one shell for each of 500 hosts would take minutes.
 *
 *   tsx test/figures/support/many-hosts.ts <host key> <supplied>
 *
 * So many hosts, the first that are asked, have the package already, as when a stage is done again.
 */
import { readFileSync } from 'node:fs';
import { createServer as createService } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import process from 'node:process';
import { Server } from 'ssh2';
import type { ServerChannel } from 'ssh2';

interface Host {
  fence: number;
  current: string;
  previous: string;
  process: string;
  staged: readonly string[];
  job: string;
  /** Bytes of packages that have arrived. */
  received: number;
}

const NOTHING = '- -';
/** Where the services say how many bytes of packages have arrived on all hosts. */
const RECEIVED_PATH = '/received';
/** Hosts yet to be asked that have the package already. */
let suppliedHosts = 0;
const hosts = new Map<string, Host>();
const hostAt = (address: string): Host => {
  const found = hosts.get(address);
  if (found) return found;
  const begun = { fence: 0, current: NOTHING, previous: NOTHING, process: NOTHING };
  const host: Host = { ...begun, staged: [], job: '-', received: 0 };
  hosts.set(address, host);
  return host;
};

/** What the helper prints after each act. Source: agent/host/interlock-host.sh, report. */
const report = ({ fence, current, previous, process: runs, staged, job }: Host): string =>
  [
    `fence ${String(fence)}`,
    `current ${current} -`,
    `previous ${previous} -`,
    `brought ${job}`,
    `switched ${job}`,
    'left - - -',
    `staged ${staged.join(',')}`,
    `process ${runs === NOTHING ? 'none -' : `running ${runs.split(' ')[0] ?? ''}`}`,
    'busy no',
    'intent -\n',
  ].join('\n');

/** `sh -c CALL HELPER act base fence job digest version ...`, each word in quotes. */
function perform(channel: ServerChannel, host: Host, command: string): void {
  const [act = '', , fence = '', job = '', digest = '', version = ''] = [
    ...command.matchAll(/'((?:[^']|'\\'')*)'/g),
  ]
    .map(([, word = '']) => word)
    .slice(4);
  const end = (): void => {
    channel.write(report(host));
    channel.exit(0);
    channel.end();
  };
  const release = `${digest} ${version}`;
  host.fence = Math.max(host.fence, Number(fence));
  switch (act) {
    case 'state':
      end();
      return;
    case 'stage':
      if (suppliedHosts > 0) {
        suppliedHosts -= 1;
        host.staged = [...new Set([...host.staged, digest])];
        end();
        return;
      }
      channel.write('send\n');
      channel.on('data', (bytes: Buffer) => {
        host.received += bytes.length;
      });
      channel.once('end', () => {
        host.staged = [...new Set([...host.staged, digest])];
        end();
      });
      return;
    case 'activate':
      if (host.current !== release) host.previous = host.current;
      host.current = release;
      host.job = job;
      end();
      return;
    case 'start':
      host.process = release;
      end();
      return;
    default:
      channel.exit(64);
      channel.end();
  }
}

/** Everything that loopback has, on a port that the system chose. */
const everywhere = { host: '0.0.0.0', port: 0 };
const portOf = (bound: AddressInfo | string | null): number =>
  typeof bound === 'object' ? (bound?.port ?? 0) : 0;

function main([hostKeyFile = '', supplied = '0']: readonly string[]): void {
  suppliedHosts = Number(supplied);
  const hostKeys = [readFileSync(hostKeyFile)];
  // Small packets go at once, as sshd sends them.
  const door = createServer({ noDelay: true }, (socket) => {
    const host = hostAt(socket.localAddress ?? '');
    const ssh = new Server({ hostKeys }, (client) => {
      client.on('error', () => undefined);
      client.on('authentication', (attempt) => attempt.accept());
      client.on('session', (accept) => {
        accept().on('exec', (acceptExec, _reject, { command }) =>
          perform(acceptExec(), host, command),
        );
      });
    });
    ssh.injectSocket(socket);
  });
  const service = createService((request, response) => {
    if (request.url === RECEIVED_PATH) {
      response.end(String([...hosts.values()].reduce((sum, { received }) => sum + received, 0)));
      return;
    }
    const { process: runs } = hostAt(request.socket.localAddress ?? '');
    const [, version = ''] = runs.split(' ');
    response.writeHead(runs === NOTHING ? 503 : 200).end(version);
  });
  door.listen(everywhere, () => {
    service.listen(everywhere, () => {
      const ports = `${String(portOf(door.address()))} ${String(portOf(service.address()))}`;
      process.stdout.write(`many hosts on ${ports}\n`);
    });
  });
}

main(process.argv.slice(2));
