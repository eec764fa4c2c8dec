/** Whether a host is the one that somebody has looked at: its key is pinned, or nothing is said to it. */
import type { ServerHostKeyAlgorithm } from 'ssh2';
import type { Failure } from '#core/failure';
import { findKnownHost, fingerprintOfHostKey, keyFromWire } from './known-hosts';
import type { SshPlace } from './ssh-place';

export type HostKeyVerdict =
  { readonly kind: 'trusted' } | { readonly kind: 'refused'; readonly failure: Failure };

type Place = Pick<SshPlace, 'address' | 'port' | 'knownHostsFile'>;

/** Judges the key that a host shows. */
export function judgeHostKey(wire: Buffer, knownHosts: string, place: Place): HostKeyVerdict {
  const shown = keyFromWire(wire);
  const { keys, revoked, unread } = findKnownHost(knownHosts, place.address, place.port);
  const isIn = (list: typeof keys): boolean => list.some(({ base64 }) => base64 === shown.base64);
  if (isIn(keys) && !isIn(revoked)) return { kind: 'trusted' };

  const host = `${place.address} port ${place.port}`;
  const print = `${shown.type} ${fingerprintOfHostKey(shown)}`;
  if (isIn(revoked))
    return refuse(
      `Host ${host} shows the key ${print}, which ${place.knownHostsFile} revokes; do not trust it.`,
    );
  if (keys.length > 0) {
    const expected = keys.map(fingerprintOfHostKey).join(' or ');
    return refuse(
      `Host ${host} shows another key than before: ${print} instead of ${expected}. Find out why; if the host was rebuilt, remove its line from ${place.knownHostsFile} and run: interlock-agent trust ${trustWords(place)}`,
    );
  }
  const hint = unread ? ' Hashed names and authorities in that file are not read.' : '';
  return refuse(
    `Host ${host} is unknown: its key ${print} is not in ${place.knownHostsFile}.${hint} Compare the fingerprint on the host, then run: interlock-agent trust ${trustWords(place)}`,
  );
}

/** The words after `interlock-agent trust` that mean this host. */
const trustWords = ({ address, port }: Pick<Place, 'address' | 'port'>): string =>
  port === 22 ? address : `${address.includes(':') ? `[${address}]` : address}:${port}`;

const ALGORITHMS: Readonly<Record<string, readonly ServerHostKeyAlgorithm[]>> = {
  'ssh-ed25519': ['ssh-ed25519'],
  'ecdsa-sha2-nistp256': ['ecdsa-sha2-nistp256'],
  'ecdsa-sha2-nistp384': ['ecdsa-sha2-nistp384'],
  'ecdsa-sha2-nistp521': ['ecdsa-sha2-nistp521'],
  'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256'],
};

/** A host with several keys is asked for one that is pinned, as OpenSSH does. */
export function trustedAlgorithms(
  knownHosts: string,
  { address, port }: Place,
): { serverHostKey?: ServerHostKeyAlgorithm[] } {
  const { keys } = findKnownHost(knownHosts, address, port);
  const algorithms = keys.flatMap(({ type }) => ALGORITHMS[type] ?? []);
  return algorithms.length === 0 ? {} : { serverHostKey: [...new Set(algorithms)] };
}

const refuse = (sentence: string): HostKeyVerdict => ({
  kind: 'refused',
  failure: { class: 'transport', sentence },
});
