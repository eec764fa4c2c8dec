/** Signatures of messages: most seeds use a quick stand-in, some the real Ed25519. Decisions and checkpoints are always real. */
import { createPrivateKey, hash } from 'node:crypto';
import type { Crypto } from '#app/ports';
import { countersignedText } from '#wire/checkpoint';
import { fingerprintOf, keyOf, sha256Hex, verifySignature } from '../../agent/keys';
import type { AgentKey } from '../../agent/keys';
import { signAsApp } from './attacker';
import { hasReader } from './shares';
import type { Sim } from './sim';

/** One seed of so many signs its messages for real: an Ed25519 signature costs as much as ten steps. */
const REAL_EVERY = 32;

const isReal = (sim: Sim, text: string): boolean =>
  sim.seed % REAL_EVERY === 0 || (hasReader(sim) && text.startsWith(COUNTERSIGNATURE));

/** Where a history is judged, whoever witnessed it has signed for real. */
const COUNTERSIGNATURE = countersignedText('', '').slice(0, -1);

/** 64 bytes that nobody makes by mistake for this key and this text. */
const standIn = (publicKey: string, text: string): string =>
  hash('sha512', `${publicKey}\n${text}`, 'base64');

/** The key of an agent; the same name has the same key. */
export function agentKey(sim: Sim, name: string): AgentKey {
  const bytes = hash('sha256', `key of ${name}`);
  const real = keyOf(
    createPrivateKey({
      key: Buffer.from(`302e020100300506032b657004220420${bytes}`, 'hex'),
      format: 'der',
      type: 'pkcs8',
    }),
  );
  const sign = (text: string): string =>
    isReal(sim, text) ? real.sign(text) : standIn(real.publicKey, text);
  return { ...real, sign };
}

/** The app's crypto: real digests, real signatures of decisions, tokens from the seed. */
export const cryptoFor = (sim: Sim, appKey: string): Crypto => ({
  sha256: (text) => hash('sha256', text),
  keyId: (publicKey) => sha256Hex(Buffer.from(publicKey, 'base64')).slice(0, 16),
  fingerprint: fingerprintOf,
  verify: (publicKey, text, signature) =>
    isReal(sim, text) || publicKey === appKey
      ? verifySignature(publicKey, text, signature)
      : signature === standIn(publicKey, text),
  signAsApp: (text) => Promise.resolve(signAsApp(text)),
  appKey: () => Promise.resolve(appKey),
  token: (length) => sim.chance.letters(length),
});
