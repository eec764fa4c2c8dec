/** Replaces the agent's key by itself: an old key that somebody copied is worth nothing from then on. */
import { KEYS_SINCE_VERSION } from '#wire/agent';
import { keyProofText } from '#wire/signature';
import type { KeyRing } from './key-ring';
import type { AgentKey } from './keys';
import { elapsedSince, instant } from './lease';
import type { Identity } from './ports/agent';
import type { AppClient } from './ports/app';
import type { Clock, Instant } from './ports/clock';
import type { Log } from './ports/log';

/** Where keys lie. The next one is on disk before the app hears of it, so a crash anywhere loses no key. */
export interface KeyFiles {
  readonly current: AgentKey;
  /** When the current key was made, in epoch milliseconds. */
  readonly bornAt: number;
  /** The next key, if it was made and the app's word on it never came. */
  next(): Promise<AgentKey | undefined>;
  makeNext(): Promise<NextKey>;
  /** The next key takes the place of the current one; a sentence where the disk does not have it. */
  promote(): Promise<string | undefined>;
}

export type NextKey =
  | { readonly kind: 'made'; readonly key: AgentKey }
  /** The disk is full, or cannot be written. */
  | { readonly kind: 'failed'; readonly sentence: string };

interface Renewal {
  readonly files: KeyFiles;
  readonly ring: KeyRing;
  readonly app: AppClient;
  readonly clock: Clock;
  readonly log: Log;
  readonly identity: Identity;
  /** A key is good for so long. */
  readonly days: number;
}

/** A renewal that was refused is tried again after so long. */
const AGAIN_MILLISECONDS = 3_600_000;

/** What is called after each poll: `accepted` says whether the app knew the key that signed it. */
export function createKeyRenewal(renewal: Renewal): (accepted: boolean) => Promise<void> {
  const { files, ring, app, clock, log, identity, days } = renewal;
  let { current, bornAt } = files;
  let triedAt: Instant | undefined;

  const promote = async (key: AgentKey): Promise<void> => {
    const failed = await files.promote();
    // The app knows it by now. A next life finds it where it lies, and tells the app once more.
    ring.replace(key);
    if (failed !== undefined) {
      log.error(`The new key is in use, but not in its place yet: ${failed}`, { key: key.keyId });
      return;
    }
    current = key;
    bornAt = clock.wallMilliseconds();
    log.info('This agent signs with a new key now.', { key: key.keyId });
  };

  return async (accepted) => {
    const waiting = await files.next();
    if (!accepted) {
      // The app may have taken the next key long ago, and the current one may have run out since.
      if (waiting) ring.replace(ring.keyId === waiting.keyId ? current : waiting);
      return;
    }
    const isTooSoon = triedAt && elapsedSince(triedAt, clock) < AGAIN_MILLISECONDS;
    if (isTooSoon) return;
    if (waiting && ring.keyId === waiting.keyId) {
      triedAt = instant(clock);
      return promote(waiting);
    }
    const isDue = clock.wallMilliseconds() - bornAt >= days * 86_400_000;
    if (!waiting && !isDue) return;
    if (app.speaks() < KEYS_SINCE_VERSION) return;

    triedAt = instant(clock);
    const made = waiting ? { kind: 'made' as const, key: waiting } : await files.makeNext();
    if (made.kind === 'failed') {
      log.error(
        `No new key could be made, so this agent goes on with its old one: ${made.sentence}`,
      );
      return;
    }
    const next = made.key;
    const { audience, agent } = identity;
    const proof = next.sign(keyProofText(audience, agent, next.publicKey));
    const result = await app.addKey(next.publicKey, proof);
    if (result.kind === 'answered') return promote(next);
    // A start that the app has yet to know is told so, once: the next poll makes it known.
    if (result.kind === 'refused' && result.error === 'busy') triedAt = undefined;
    log.warn('The app did not take a new key; this agent goes on with the one that it has.', {
      ...result,
    });
  };
}
