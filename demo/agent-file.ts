/** The demo agent's own files: its key for the hosts, the hosts' keys that it trusts, its agent.yml. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { DemoHost, DemoPlace } from './set-up';

export interface AgentPlan {
  readonly directory: string;
  /** Where the agent sends its messages. */
  readonly url: string;
  readonly hosts: readonly DemoHost[];
  readonly places: readonly DemoPlace[];
  readonly packages: string;
  readonly databases?: readonly AgentDatabase[];
  /** The directory of the built-in configuration centre `files`. */
  readonly centre?: string;
  /** How long a new version may take until it is healthy. */
  readonly healthSeconds: number;
  readonly access: HostAccess;
  /** Other limits than the standard ones. */
  readonly limits?: Readonly<Record<string, number>>;
}

/** A database as agent.yml describes it. */
export interface AgentDatabase {
  readonly id: string;
  readonly environments: readonly string[];
  readonly engine: 'postgresql' | 'mysql';
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly passwordFile: string;
}

/** How the agent gets into the hosts. */
export interface HostAccess {
  readonly user: string;
  /** Private key that opens them. */
  readonly key: string;
  /** Host keys that the agent trusts; `interlock-agent trust` adds to it. */
  readonly knownHosts: string;
}

/** Writes agent.yml, and answers where: what this agent may touch is here, not in Jira. */
export function writeAgentFile(plan: AgentPlan): string {
  const { directory, hosts, places, databases = [], centre } = plan;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const config = join(directory, 'agent.yml');
  const environments = places.map(({ environment }) => environment);
  const content = {
    url: plan.url,
    stateDirectory: join(directory, 'state'),
    name: 'demo agent',
    hosts: [
      {
        match: [...new Set(hosts.map((host) => `${host.address}/32`))],
        ports: [...new Set(hosts.map((host) => host.sshPort))],
        ...plan.access,
        environments,
        basePath: commonDirectory(places),
        probePorts: [...new Set(places.map(({ servicePort }) => servicePort))],
      },
    ],
    stores: [{ id: 'packages', kind: 'directory', path: plan.packages }],
    ...(databases.length === 0 ? {} : { databases }),
    ...(centre === undefined
      ? {}
      : { centres: [{ id: 'files', environments, kind: 'files', directory: centre }] }),
    limits: { ...plan.limits, healthSeconds: plan.healthSeconds },
  };
  writeFileSync(config, stringify(content), { mode: 0o600 });
  return config;
}

/** The directory below which all places lie: the agent may touch nothing else on a host. */
function commonDirectory(places: readonly DemoPlace[]): string {
  const [first = [], ...others] = places.map(({ basePath }) => basePath.split('/').slice(1));
  const shared = first.filter((part, at) =>
    others.every((other) => other.slice(0, at + 1).join('/') === first.slice(0, at + 1).join('/')),
  );
  return `/${shared.join('/')}`;
}
