/** The installation's own Ed25519 key pair: made at the first use, kept in Forge's secret store. */
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { kvs } from '@forge/kvs';
import { z } from 'zod';
import { isRefusal, StoreError } from './store-error';

const SECRET = 'app-key';

/** The key as a JSON Web Key: `x` is the public half, `d` the private one. */
const StoredKey = z.object({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: z.string(),
  d: z.string(),
});

export interface AppKey {
  /** Base64 of 32 bytes. */
  readonly publicKey: string;
  readonly privateKey: KeyObject;
}

/** Two first uses at once agree: only one can write, and both use what was written. */
export async function loadAppKey(): Promise<AppKey> {
  const stored = (await readSecret()) ?? (await makeSecret());
  const key = StoredKey.parse(stored);
  return {
    publicKey: Buffer.from(key.x, 'base64url').toString('base64'),
    privateKey: createPrivateKey({ key, format: 'jwk' }),
  };
}

async function makeSecret(): Promise<unknown> {
  const fresh = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  try {
    await kvs.setSecret(SECRET, fresh, { keyPolicy: 'FAIL_IF_EXISTS' });
  } catch (error) {
    if (!isRefusal(error)) throw new StoreError('storing the installation key', error);
  }
  return readSecret();
}

async function readSecret(): Promise<unknown> {
  try {
    return await kvs.getSecret(SECRET);
  } catch (error) {
    throw new StoreError('reading the installation key', error);
  }
}
