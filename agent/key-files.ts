/** The agent's keys as they lie in its state directory. */
import { rename } from 'node:fs/promises';
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { statSync } from 'node:fs';
import { readIfAny, writeDurably } from './centres/durable-file';
import { keyOf } from './keys';
import type { AgentKey } from './keys';
import type { KeyFiles } from './renew-key';

interface KeyPlaces {
  readonly key: string;
  readonly nextKey: string;
}

/** The keys beside the one that was opened. */
export function createKeyFiles(current: AgentKey, { key, nextKey }: KeyPlaces): KeyFiles {
  const next = async (): Promise<AgentKey | undefined> => {
    const pem = await readIfAny(nextKey);
    return pem === undefined ? undefined : keyOf(createPrivateKey(pem));
  };
  return {
    current,
    bornAt: statSync(key).mtimeMs,
    next,
    makeNext: async () => {
      const { privateKey } = generateKeyPairSync('ed25519');
      const bytes = privateKey.export({ type: 'pkcs8', format: 'pem' });
      await writeDurably({ path: nextKey, bytes, mode: 0o600 });
      return keyOf(privateKey);
    },
    // Until the directory is on disk both files may be there again: the app then gives the same answer once more.
    promote: () => rename(nextKey, key),
  };
}
