/** Key pairs for ssh. */
import { utils } from 'ssh2';

export interface SshKeyPair {
  readonly private: string;
  readonly public: string;
}

/**
 * A new Ed25519 pair. ssh2 1.17 writes one key in 256 so that nobody can read it: it strips leading
 * zero bytes of the public half. Source: its lib/keygen.js, «Remove leading zero bytes».
 */
export function makeSshKeyPair(): SshKeyPair {
  for (;;) {
    const pair = utils.generateKeyPairSync('ed25519');
    if (!(utils.parseKey(pair.public) instanceof Error)) return pair;
  }
}
