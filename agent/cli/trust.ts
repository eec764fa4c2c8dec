/** `interlock-agent trust <host>`: pins the key that a host shows, for good. */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { resolveAddress } from '../addresses';
import { ruleFor } from '../bounds';
import type { AgentConfig } from '../config';
import type { CommandEnd } from '../exit-codes';
import { wordsOf } from '../file-trouble';
import { findKnownHost, fingerprintOfHostKey, knownHostLine } from '../transports/known-hosts';
import { fetchHostKey } from '../transports/ssh';

export interface TrustOptions {
  /** `address`, `address:port` or `[address]:port`; without a port it is 22. */
  readonly place: string;
  /** What the key has to be, where given. */
  readonly fingerprint: string | undefined;
}

/** Pins a host's key, unless another one is pinned already. */
export async function trustHost(
  config: AgentConfig,
  file: string,
  { place, fingerprint }: TrustOptions,
  print: (line: string) => void,
): Promise<CommandEnd> {
  const { address, port } = splitPlace(place);
  if (!/^[\w.:-]{1,253}$/.test(address) || port < 1 || port > 65_535) {
    const sentence = `trust takes an address or a name, with a port from 1 to 65535 where it is not 22, as in web-1.example.com:2222 or [2001:db8::1]:2222, and not ${JSON.stringify(place)}.`;
    return { exit: 'usage', sentence };
  }
  const rule = ruleFor(address, port, config.hosts);
  if (rule?.transport !== 'ssh') {
    return {
      exit: 'config',
      sentence: `No ssh entry of ${file} allows ${address} port ${port}; add one first.`,
    };
  }
  const resolved = await resolveAddress(address);
  if (resolved.kind !== 'resolved') return { exit: 'unreachable', sentence: resolved.sentence };
  const shown = await fetchHostKey(resolved.ip, port, config.limits.connectSeconds);
  if (shown.kind === 'failed') return { exit: 'unreachable', sentence: shown.sentence };

  const shownPrint = fingerprintOfHostKey(shown.key);
  print(`${address} port ${port} shows ${shown.key.type} ${shownPrint}`);
  if (fingerprint !== undefined && fingerprint !== shownPrint) {
    return { exit: 'refused', sentence: `That is not ${fingerprint}; nothing was pinned.` };
  }
  let text: string;
  try {
    text = existsSync(rule.knownHosts) ? readFileSync(rule.knownHosts, 'utf8') : '';
  } catch (cause) {
    return unwritable(rule.knownHosts, cause);
  }
  const { keys } = findKnownHost(text, address, port);
  if (keys.some(({ base64 }) => base64 === shown.key.base64)) {
    print(`It is pinned in ${rule.knownHosts} already.`);
    return { exit: 'done' };
  }
  if (keys.length > 0) {
    return {
      exit: 'refused',
      sentence: `${rule.knownHosts} holds another key for ${address} port ${port}; find out why it changed, remove that line, then trust the host again.`,
    };
  }
  const gap = text === '' || text.endsWith('\n') ? '' : '\n';
  try {
    appendFileSync(rule.knownHosts, gap + knownHostLine(address, port, shown.key));
  } catch (cause) {
    return unwritable(rule.knownHosts, cause);
  }
  print(
    `Pinned in ${rule.knownHosts}. Compare the fingerprint on the host: ssh-keygen -lf /etc/ssh/ssh_host_*_key.pub`,
  );
  return { exit: 'done' };
}

const unwritable = (knownHosts: string, cause: unknown): CommandEnd => ({
  exit: 'config',
  sentence: `${knownHosts}, the knownHosts of that host in agent.yml, cannot be used (${wordsOf(cause)}), so nothing was pinned; make its directory, and run this as one who may write there.`,
});

function splitPlace(place: string): { readonly address: string; readonly port: number } {
  const match =
    /^\[(?<inner>[^\]]+)\](?::(?<innerPort>\d+))?$|^(?<plain>[^:]+):(?<plainPort>\d+)$/.exec(place);
  const { inner, innerPort, plain, plainPort } = match?.groups ?? {};
  return { address: inner ?? plain ?? place, port: Number(innerPort ?? plainPort ?? 22) };
}
