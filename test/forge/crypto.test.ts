import { describe, expect, test } from '@jest/globals';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { createCrypto } from '#forge/crypto';
import { isSmallOrder } from '#forge/small-order';
import { installKvs } from '../support/forge-kvs';

/** RFC 8032, section 7.1, TEST 2. */
const RFC = {
  publicKey: '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
  text: 'r',
  signature:
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
};

/** The order of the base point: adding it to S gives a second spelling of the same signature. */
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

const base64 = (hex: string): string => Buffer.from(hex, 'hex').toString('base64');
const crypto = createCrypto();

function aKey() {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
  return {
    publicKey: raw.toString('base64'),
    sign: (text: string) => sign(null, Buffer.from(text), privateKey).toString('base64'),
  };
}

const numberOf = (bytes: Buffer): bigint =>
  BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
const littleEndian = (value: bigint): Buffer =>
  Buffer.from(value.toString(16).padStart(64, '0'), 'hex').reverse();

describe('verifying a signature', () => {
  test('passes for the text that was signed, and for no other', () => {
    const key = aKey();

    const signature = key.sign('id.1700000000.{}');

    expect(crypto.verify(key.publicKey, 'id.1700000000.{}', signature)).toBe(true);
    expect(crypto.verify(key.publicKey, 'id.1700000000.{ }', signature)).toBe(false);
    expect(crypto.verify(aKey().publicKey, 'id.1700000000.{}', signature)).toBe(false);
  });

  test('passes for the vector of RFC 8032', () => {
    expect(crypto.verify(base64(RFC.publicKey), RFC.text, base64(RFC.signature))).toBe(true);
  });

  test('fails for every spelling but the canonical base64', () => {
    const key = aKey();
    const signature = key.sign('text');
    const others = [
      signature.replace(/=+$/, ''),
      `${signature}=`,
      ` ${signature}`,
      `${signature}\n`,
      signature.replaceAll('+', '-').replaceAll('/', '_').replace(/==$/, ''),
      '',
      'v1a,',
    ];

    expect(others.map((other) => crypto.verify(key.publicKey, 'text', other))).toEqual(
      others.map(() => false),
    );
    expect(crypto.verify(key.publicKey.replace('=', ''), 'text', signature)).toBe(false);
  });

  test('fails for a base64 whose last letter carries bits that nobody reads', () => {
    const key = aKey();
    const signature = key.sign('text');
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
    const last = letters.indexOf(signature.charAt(85));
    const twin = `${signature.slice(0, 85)}${letters.charAt(last ^ 1)}==`;

    expect(Buffer.from(twin, 'base64')).toEqual(Buffer.from(signature, 'base64'));
    expect(crypto.verify(key.publicKey, 'text', twin)).toBe(false);
  });

  test('fails for keys and signatures of another length', () => {
    const key = aKey();
    const signature = key.sign('text');

    expect(crypto.verify(Buffer.alloc(31, 1).toString('base64'), 'text', signature)).toBe(false);
    expect(crypto.verify(Buffer.alloc(33, 1).toString('base64'), 'text', signature)).toBe(false);
    expect(crypto.verify(key.publicKey, 'text', Buffer.alloc(63).toString('base64'))).toBe(false);
    expect(crypto.verify(key.publicKey, 'text', Buffer.alloc(65).toString('base64'))).toBe(false);
  });

  test('fails for the second spelling of a signature that the group order gives', () => {
    const key = aKey();
    const bytes = Buffer.from(key.sign('text'), 'base64');
    const spelled = littleEndian(numberOf(bytes.subarray(32)) + ORDER);
    const malleable = Buffer.concat([bytes.subarray(0, 32), spelled]).toString('base64');

    expect(crypto.verify(key.publicKey, 'text', malleable)).toBe(false);
  });

  test('fails for a key of small order, with the signature that fits it for every text', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const { x = '' } = publicKey.export({ format: 'jwk' });
    const { d = '' } = privateKey.export({ format: 'jwk' });
    const scalar = createHash('sha512')
      .update(Buffer.from(d, 'base64url'))
      .digest()
      .subarray(0, 32);
    scalar[0] = (scalar[0] ?? 0) & 248;
    scalar[31] = ((scalar[31] ?? 0) & 127) | 64;
    const forged = Buffer.concat([
      Buffer.from(x, 'base64url'),
      littleEndian(numberOf(scalar) % ORDER),
    ]);
    const identity = base64(`01${'00'.repeat(31)}`);

    expect(crypto.verify(identity, 'any text', forged.toString('base64'))).toBe(false);
  });

  test('fails for bytes that are no point of the curve', () => {
    expect(crypto.verify(base64(`02${'00'.repeat(31)}`), 'text', aKey().sign('text'))).toBe(false);
  });
});

test('knows the points of small order in every spelling, and no real key', () => {
  const points = [
    `00${'00'.repeat(31)}`,
    `01${'00'.repeat(30)}80`,
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
    `ee${'ff'.repeat(31)}`,
  ];

  expect(points.map((point) => isSmallOrder(Buffer.from(point, 'hex')))).toEqual([
    true,
    true,
    true,
    true,
  ]);
  expect(isSmallOrder(Buffer.from(aKey().publicKey, 'base64'))).toBe(false);
});

describe('naming a key', () => {
  test('takes the SHA-256 over the raw bytes: short for machines, in groups for people', () => {
    const { publicKey } = aKey();
    const digest = createHash('sha256').update(Buffer.from(publicKey, 'base64')).digest('hex');

    expect(crypto.keyId(publicKey)).toBe(digest.slice(0, 16));
    expect(crypto.fingerprint(publicKey)).toMatch(/^([0-9a-f]{4} ){15}[0-9a-f]{4}$/);
    expect(crypto.fingerprint(publicKey).replaceAll(' ', '')).toBe(digest);
  });
});

describe('the installation’s own key', () => {
  test('is made once, even by two functions that need it at the same moment', async () => {
    installKvs();

    const keys = await Promise.all([1, 2, 3].map(() => createCrypto().appKey()));

    expect(new Set(keys).size).toBe(1);
    expect(await createCrypto().appKey()).toBe(keys[0]);
  });

  test('signs what its public half verifies', async () => {
    installKvs();
    const crypto = createCrypto();

    const signature = await crypto.signAsApp('interlock-decision.v1.{}');

    expect(crypto.verify(await crypto.appKey(), 'interlock-decision.v1.{}', signature)).toBe(true);
  });

  test('is another one in another installation', async () => {
    installKvs();
    const first = await createCrypto().appKey();
    installKvs();

    expect(await createCrypto().appKey()).not.toBe(first);
  });
});

test('a token has the length that was asked for, of letters and digits', () => {
  expect(crypto.token(28)).toMatch(/^[A-Za-z0-9]{28}$/);
  expect(crypto.token(28)).not.toBe(crypto.token(28));
});
