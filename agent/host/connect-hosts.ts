/** The hosts port over real transports: the rule of agent.yml decides which. */
import { resolveAddress } from '../addresses';
import type { Limits } from '../config';
import type { Hosts, HostTarget } from '../ports/hosts';
import { connectLocal } from '../transports/connect-local';
import { connectSsh } from '../transports/ssh';
import type { SshConnection } from '../transports/ssh';
import { openSession } from './host-session';
import type { Helper } from './host-session';

/** Connects to hosts as agent.yml says; `file` is where it stands. */
export const createHosts = (helper: Helper, limits: Limits, file: string): Hosts => ({
  connect: async (target) => {
    const connection = await connect(target, limits, file);
    if (connection.kind === 'failed') return connection;
    const { host } = target;
    const session = openSession(connection.transport, {
      helper,
      name: `${host.name} (${host.address})`,
      actSeconds: limits.actSeconds,
      releasesKept: limits.releasesKept,
    });
    return { kind: 'connected', session };
  },
});

async function connect(
  { host, rule }: HostTarget,
  limits: Limits,
  file: string,
): Promise<SshConnection> {
  if (rule.transport === 'local') return connectLocal(rule, file);
  const resolved = await resolveAddress(host.address);
  if (resolved.kind !== 'resolved') {
    const failureClass = resolved.kind === 'denied' ? 'permission' : 'transport';
    return { kind: 'failed', failure: { class: failureClass, sentence: resolved.sentence } };
  }
  return connectSsh({
    address: host.address,
    ip: resolved.ip,
    port: host.sshPort,
    user: rule.user,
    keyFile: rule.key,
    knownHostsFile: rule.knownHosts,
    connectSeconds: limits.connectSeconds,
  });
}
