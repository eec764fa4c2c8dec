/** The agent's own Ed25519 key, and the few things that are done with keys. */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify,
} from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';

export interface AgentKey {
  /** 32 raw bytes in base64. */
  readonly publicKey: string;
  /** First 16 hex digits of the SHA-256 over the raw public key. */
  readonly keyId: string;
  /** Base64 of the signature's 64 bytes. */
  sign(text: string): string;
}

/** Lower-case hex. */
export const sha256Hex = (bytes: string | Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex');

/** The SHA-256 of a public key in groups of four, as people compare it on two screens. */
export const fingerprintOf = (publicKey: string): string =>
  sha256Hex(Buffer.from(publicKey, 'base64')).match(/.{4}/g)?.join(' ') ?? '';

/** Reads the agent's key from its file, making it first where there is none. */
export function openKey(file: string): AgentKey {
  if (!existsSync(file)) {
    const { privateKey } = generateKeyPairSync('ed25519');
    writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  }
  chmodSync(file, 0o600);
  return readKey(file);
}

/** The key in a file that is there. */
export const readKey = (file: string): AgentKey => keyOf(createPrivateKey(readFileSync(file)));

/** The agent's key in memory. */
export function keyOf(privateKey: KeyObject): AgentKey {
  const raw = rawPublicKey(privateKey);
  return {
    publicKey: raw.toString('base64'),
    keyId: sha256Hex(raw).slice(0, 16),
    sign: (text) => sign(null, Buffer.from(text), privateKey).toString('base64'),
  };
}

function rawPublicKey(privateKey: KeyObject): Buffer {
  const { kty, crv, x } = createPublicKey(privateKey).export({ format: 'jwk' });
  if (kty !== 'OKP' || crv !== 'Ed25519' || x === undefined) {
    throw new Error('The private key is no Ed25519 key.');
  }
  return Buffer.from(x, 'base64url');
}

/** Whether a signature is the key's over the text; false for anything malformed. */
export function verifySignature(publicKey: string, text: string, signature: string): boolean {
  const raw = Buffer.from(publicKey, 'base64');
  const bytes = Buffer.from(signature, 'base64');
  if (raw.length !== 32 || bytes.length !== 64) return false;
  try {
    return verify(null, Buffer.from(text), publicKeyObject(publicKey), bytes);
  } catch {
    // Not every 32 bytes are a point on the curve.
    return false;
  }
}

/** The key of the last signature: an agent meets one, the app's, before each of its acts. */
let lastKey: { readonly base64: string; readonly object: KeyObject } | undefined;

function publicKeyObject(base64: string): KeyObject {
  if (lastKey?.base64 === base64) return lastKey.object;
  const x = Buffer.from(base64, 'base64').toString('base64url');
  const object = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  lastKey = { base64, object };
  return object;
}
