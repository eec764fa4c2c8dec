/** How fast a core is at this moment: shared machines are twice as slow at times. */
import { generateKeyPairSync, sign, verify } from 'node:crypto';
import process from 'node:process';

/** What one Ed25519 verification takes on the core that the figures were set for. */
const USUAL_VERIFICATION_MICROSECONDS = 140;

/** By how much this core is slower than the usual one; 1 for one that is faster. */
export function slowness(): number {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const text = Buffer.from('yardstick');
  const signature = sign(null, text, privateKey);
  const before = process.cpuUsage().user;
  for (let time = 0; time < 2_000; time += 1) verify(null, text, publicKey, signature);
  return Math.max(1, (process.cpuUsage().user - before) / 2_000 / USUAL_VERIFICATION_MICROSECONDS);
}
