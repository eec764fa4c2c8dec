/** The demo agent's own files: its key for the hosts, the hosts' keys that it trusts, its agent.yml. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { DemoHost } from './set-up';

export interface AgentPlan {
  readonly directory: string;
  /** Where the agent sends its messages. */
  readonly url: string;
  readonly hosts: readonly DemoHost[];
  readonly packages: string;
  /** How long a new version may take until it is healthy. */
  readonly healthSeconds: number;
  readonly access: HostAccess;
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
  mkdirSync(plan.directory, { recursive: true, mode: 0o700 });
  const config = join(plan.directory, 'agent.yml');
  const content = {
    url: plan.url,
    stateDirectory: join(plan.directory, 'state'),
    name: 'demo agent',
    hosts: [
      {
        match: [...new Set(plan.hosts.map((host) => `${host.address}/32`))],
        ports: [...new Set(plan.hosts.map((host) => host.sshPort))],
        ...plan.access,
        environments: ['SIT'],
        basePath: plan.hosts[0]?.basePath ?? '/srv',
        probePorts: [...new Set(plan.hosts.map((host) => host.servicePort))],
      },
    ],
    stores: [{ id: 'packages', kind: 'directory', path: plan.packages }],
    limits: { healthSeconds: plan.healthSeconds },
  };
  writeFileSync(config, stringify(content), { mode: 0o600 });
  return config;
}
