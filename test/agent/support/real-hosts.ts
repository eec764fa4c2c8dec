/** Hosts with the real helper: each lives below a directory of its own on this machine. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hostHelper } from '../../../agent/host/helper-text';
import { openSession } from '../../../agent/host/host-session';
import type { Health, Look } from '../../../agent/ports/health';
import type { Hosts, HostSession } from '../../../agent/ports/hosts';
import { localTransport } from '../../../agent/transports/local';

export interface RealHosts extends Hosts, Health {
  /** A path of a host, as this machine sees it. */
  path(host: string, ...parts: readonly string[]): string;
  /** Acts that were asked of hosts, in order: `web-1 activate 1.1.0`. */
  readonly acts: readonly string[];
}

/** Hosts below a directory. A release with a file SICK never gets healthy. */
export function realHosts(directory: string, basePath: string): RealHosts {
  const acts: string[] = [];
  const path = (host: string, ...parts: readonly string[]): string =>
    join(directory, host, basePath, ...parts);

  const sessionOf = (host: string): HostSession => {
    const name = `${host} (here)`;
    const session = openSession(localTransport(), {
      helper: hostHelper(),
      name,
      actSeconds: 60,
      releasesKept: 5,
    });
    const below = <Order extends { readonly basePath: string; readonly version: string }>(
      act: string,
      order: Order,
    ): Order => {
      acts.push(`${host} ${act} ${order.version}`);
      return { ...order, basePath: path(host) };
    };
    return {
      state: (_basePath, fence, healthy) => session.state(path(host), fence, healthy),
      stage: (order, artifact) => session.stage(below('stage', order), artifact),
      activate: (order, former) => session.activate(below('activate', order), former),
      reactivate: (order) => session.reactivate(below('reactivate', order)),
      start: (order, start) => session.start(below('start', order), start),
      close: () => session.close(),
    };
  };

  /** What the process that runs there was started from, and whether that is well. */
  const look = (host: string): Look => {
    const record = path(host, '.interlock', 'run');
    if (!existsSync(record)) return { kind: 'silent', sentence: 'connect ECONNREFUSED' };
    const digest = readFileSync(record, 'utf8').split(' ')[3] ?? '';
    const release = path(host, 'releases', digest);
    const healthy = !existsSync(join(release, 'SICK'));
    const version = healthy ? readFileSync(join(release, 'VERSION'), 'utf8') : null;
    return { kind: 'answered', healthy, status: healthy ? 200 : 500, version, milliseconds: 1 };
  };

  return {
    path,
    acts,
    connect: async ({ host }) => ({ kind: 'connected', session: sessionOf(host.name) }),
    look: async ({ host }) => look(host.name),
  };
}
