/** Host keys that are trusted, in OpenSSH's known_hosts format. Source: sshd(8), SSH_KNOWN_HOSTS FILE FORMAT. */
import { createHash } from 'node:crypto';

export interface KnownKey {
  /** `ssh-ed25519` and the like. */
  readonly type: string;
  readonly base64: string;
}

export interface KnownHost {
  readonly keys: readonly KnownKey[];
  readonly revoked: readonly KnownKey[];
  /** The file has hashed names or authorities, which are not read here. */
  readonly unread: boolean;
}

/**
 * What a file's text says of one place, in a text of its own: each open connection keeps it, and hundreds of them
 * would keep as many copies of the whole file.
 */
export function narrowTo(text: string, address: string, port: number): string {
  const wanted = placeName(address, port).toLowerCase();
  const about = text
    .split('\n')
    .filter((line) => /^\s*[|@]/.test(line) || line.toLowerCase().includes(wanted));
  // A part of a string keeps the whole one in memory; a copy does not.
  return Buffer.from(about.join('\n')).toString();
}

/** The keys that a file's text holds for an address and port. */
export function findKnownHost(text: string, address: string, port: number): KnownHost {
  const wanted = placeName(address, port).toLowerCase();
  const keys: KnownKey[] = [];
  const revoked: KnownKey[] = [];
  let unread = false;
  for (const line of text.split('\n')) {
    const words = line.trim().split(/\s+/);
    const marker = words[0]?.startsWith('@') ? words.shift() : undefined;
    const [names, type, base64] = words;
    if (
      names === undefined ||
      type === undefined ||
      base64 === undefined ||
      names.startsWith('#')
    ) {
      continue;
    }
    if (names.startsWith('|') || marker === '@cert-authority') {
      unread = true;
    } else if (names.toLowerCase().split(',').includes(wanted)) {
      (marker === '@revoked' ? revoked : keys).push({ type, base64 });
    }
  }
  return { keys, revoked, unread };
}

/** A place as known_hosts names it: the plain address for port 22. */
const placeName = (address: string, port: number): string =>
  port === 22 ? address : `[${address}]:${port}`;

/** The line that pins a key. */
export const knownHostLine = (address: string, port: number, key: KnownKey): string =>
  `${placeName(address, port)} ${key.type} ${key.base64}\n`;

/** A key as it came over the wire: its first field is its type. Source: RFC 4253, 6.6. */
export function keyFromWire(bytes: Buffer): KnownKey {
  const length = bytes.readUInt32BE(0);
  return { type: bytes.toString('ascii', 4, 4 + length), base64: bytes.toString('base64') };
}

/** The fingerprint as ssh and ssh-keygen print it. */
export const fingerprintOfHostKey = ({ base64 }: KnownKey): string =>
  `SHA256:${createHash('sha256').update(base64, 'base64').digest('base64').replace(/=+$/, '')}`;
