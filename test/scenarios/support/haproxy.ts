/** A real HAProxy in front of a site's hosts, as one that knows nothing of releases: it looks at health alone. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitFor } from '../../../demo/jira-client';
import { freePort } from '../../support/free-port';

export interface Balancer {
  readonly url: string;
  stop(): Promise<void>;
}

export interface BalancedHost {
  readonly id: string;
  readonly address: string;
  readonly servicePort: number;
}

/** Starts it, and waits until it passes a request on. */
export async function startHaproxy(
  directory: string,
  hosts: readonly BalancedHost[],
): Promise<Balancer> {
  const port = await freePort();
  const file = join(directory, 'haproxy.cfg');
  writeFileSync(file, configOf(port, hosts));
  const child = spawn('haproxy', ['-db', '-f', file], { stdio: ['ignore', 'ignore', 'pipe'] });
  let words = '';
  child.stderr.on('data', (data: Buffer) => (words += data.toString()));
  const url = `http://127.0.0.1:${String(port)}`;
  await waitFor(
    'HAProxy',
    async () => {
      if (child.exitCode !== null) throw new Error(`HAProxy ended: ${words}`);
      const answer = await fetch(url).catch(() => undefined);
      return answer?.ok === true ? true : undefined;
    },
    30,
    100,
  );
  return {
    url,
    stop: async () => {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}

/** A request that a stopping host did not take goes to the next one, as the manual advises for services that restart. */
const configOf = (port: number, hosts: readonly BalancedHost[]): string =>
  [
    'defaults',
    '  mode http',
    '  timeout connect 1s',
    '  timeout client 10s',
    '  timeout server 10s',
    '  retries 3',
    '  option redispatch 1',
    '  retry-on conn-failure empty-response',
    '  option httpchk GET /healthz',
    '  default-server check inter 200ms fall 1 rise 1',
    'frontend shop',
    `  bind 127.0.0.1:${String(port)}`,
    '  default_backend shop',
    'backend shop',
    '  balance roundrobin',
    ...hosts.map(
      ({ id, address, servicePort }) => `  server ${id} ${address}:${String(servicePort)}`,
    ),
    '',
  ].join('\n');
