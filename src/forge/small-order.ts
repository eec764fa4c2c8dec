/**
 * Whether a raw Ed25519 public key is a point of small order, for which anybody can sign anything.
 * OpenSSL 3.5 (Node 24) refuses such keys, OpenSSL 3.0 (Node 20) lets them pass (both tried 2026-11-20).
 */
export function isSmallOrder(publicKey: Buffer): boolean {
  const withoutSign = Buffer.from(publicKey);
  withoutSign.writeUInt8(withoutSign.readUInt8(31) & 0x7f, 31);
  return SMALL_ORDER.has(withoutSign.toString('hex'));
}

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
