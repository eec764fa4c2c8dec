/** The Crypto port over node:crypto: SHA-256, Ed25519 on raw keys in base64, random letters. */
import { createHash, createPublicKey, randomInt, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { Crypto } from '#app/ports';
import { loadAppKey } from './app-key';
import { sha256 } from './sha256';
import { isSmallOrder } from './small-order';

const PUBLIC_KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
const TOKEN_LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** One for each invocation: the installation's key is read at most once. */
export function createCrypto(): Crypto {
  let appKey: ReturnType<typeof loadAppKey> | undefined;
  const ownKey = () => (appKey ??= loadAppKey());
  return {
    sha256,
    keyId: (publicKey) => digestOfKey(publicKey).slice(0, 16),
    fingerprint: (publicKey) => digestOfKey(publicKey).replace(/.{4}(?=.)/g, '$& '),
    verify: verifySignature,
    signAsApp: async (text) => {
      const { privateKey } = await ownKey();
      return sign(null, Buffer.from(text), privateKey).toString('base64');
    },
    appKey: async () => (await ownKey()).publicKey,
    token: (length) => Array.from({ length }, randomLetter).join(''),
  };
}

const digestOfKey = (publicKey: string): string =>
  createHash('sha256').update(Buffer.from(publicKey, 'base64')).digest('hex');

function verifySignature(publicKey: string, text: string, signature: string): boolean {
  const key = decodeExactly(publicKey, PUBLIC_KEY_BYTES);
  const bytes = decodeExactly(signature, SIGNATURE_BYTES);
  if (!key || !bytes || isSmallOrder(key)) return false;
  try {
    return verify(null, Buffer.from(text), publicKeyObject(key), bytes);
  } catch {
    // OpenSSL throws for 32 bytes that are no point of the curve.
    return false;
  }
}

/** The bytes, if the text is their one canonical base64 spelling and they are of that length. */
function decodeExactly(base64: string, length: number): Buffer | undefined {
  const bytes = Buffer.from(base64, 'base64');
  return bytes.length === length && bytes.toString('base64') === base64 ? bytes : undefined;
}

const publicKeyObject = (key: Buffer): KeyObject =>
  createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: key.toString('base64url') },
    format: 'jwk',
  });

const randomLetter = (): string => TOKEN_LETTERS.charAt(randomInt(TOKEN_LETTERS.length));
