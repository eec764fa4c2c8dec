/** The key that signs, which another one may replace while the agent runs. */
import type { AgentKey } from './keys';

export interface KeyRing extends AgentKey {
  replace(key: AgentKey): void;
}

/** A ring that signs with this key until it gets another. */
export function createKeyRing(first: AgentKey): KeyRing {
  let current = first;
  return {
    get publicKey() {
      return current.publicKey;
    },
    get keyId() {
      return current.keyId;
    },
    sign: (text) => current.sign(text),
    replace: (key) => {
      current = key;
    },
  };
}
