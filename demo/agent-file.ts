/** The demo agent's own files: its key for the hosts, the hosts' keys that it trusts, its agent.yml. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { DemoHost } from './set-up';

export interface AgentFiles {
  readonly config: string;
}

export interface AgentPlan {
  readonly directory: string;
  /** Where the agent sends its messages. */
  readonly url: string;
  readonly hosts: readonly DemoHost[];
  readonly packages: string;
  /** Private key that opens the hosts. */
  readonly sshKey: string;
  readonly knownHosts: string;
}

/** Writes agent.yml: what this agent may touch is here, not in Jira. */
export function writeAgentFile(plan: AgentPlan): AgentFiles {
  mkdirSync(plan.directory, { recursive: true, mode: 0o700 });
  const config = join(plan.directory, 'agent.yml');
  const content = {
    url: plan.url,
    stateDirectory: join(plan.directory, 'state'),
    name: 'demo agent',
    hosts: [
      {
        match: '127.0.0.1/32',
        ports: plan.hosts.map((host) => host.sshPort),
        user: 'deploy',
        key: plan.sshKey,
        knownHosts: plan.knownHosts,
        environments: ['SIT'],
        basePath: plan.hosts[0]?.basePath ?? '/srv',
        probePorts: plan.hosts.map((host) => host.servicePort),
      },
    ],
    stores: [{ id: 'packages', kind: 'directory', path: plan.packages }],
    limits: { healthSeconds: 20 },
  };
  writeFileSync(config, stringify(content), { mode: 0o600 });
  return { config };
}
