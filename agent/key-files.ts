/** The agent's keys as they lie in its state directory. */
import { rename } from 'node:fs/promises';
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { statSync } from 'node:fs';
import { codeOf, readIfAny, writeDurably } from './centres/durable-file';
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
      try {
        await writeDurably({ path: nextKey, bytes, mode: 0o600 });
        return { kind: 'made', key: keyOf(privateKey) };
      } catch (cause) {
        return { kind: 'failed', sentence: diskSentence(nextKey, cause) };
      }
    },
    // Until the directory is on disk both files may be there again: the app then gives the same answer once more.
    promote: async () => {
      try {
        await rename(nextKey, key);
        return undefined;
      } catch (cause) {
        return diskSentence(key, cause);
      }
    },
  };
}

const diskSentence = (path: string, cause: unknown): string =>
  `${path} cannot be written (${codeOf(cause)}); make room on its disk, or let this user write there.`;
