/** The Crypto port over node:crypto: SHA-256, Ed25519 on raw keys in base64, random letters. */
import { createHash, createPublicKey, randomInt, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { Crypto } from '#app/ports';
import { loadAppKey } from './app-key';
import { sha256 } from './sha256';

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

/** A signature can be made for a point of small order without a private key; OpenSSL lets such keys pass. */
const isSmallOrder = (key: Buffer): boolean => {
  const withoutSign = Buffer.from(key);
  withoutSign.writeUInt8(withoutSign.readUInt8(31) & 0x7f, 31);
  return SMALL_ORDER.has(withoutSign.toString('hex'));
};

/** Every spelling of the eight points of small order, without the sign. Source: Ed25519 blacklist of libsodium. */
const SMALL_ORDER = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
]);

const randomLetter = (): string => TOKEN_LETTERS.charAt(randomInt(TOKEN_LETTERS.length));
