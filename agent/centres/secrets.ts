/** Secret values on the agent's machine: one encrypted file each, the key outside their directory. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isAbsent, readIfAny, writeDurably } from './durable-file';

export interface SecretPlaces {
  /** Holds a file per secret. */
  readonly directory: string;
  /** Holds the key that the files are encrypted with; never inside the directory. */
  readonly keyFile: string;
}

export interface Secrets {
  /** Replaces an earlier value. */
  set(name: string, value: string): Promise<SetSecret>;
  names(): Promise<readonly string[]>;
  /** The value, or why there is none to use. */
  read(name: string): Promise<ReadSecret>;
}

export type ReadSecret =
  | { readonly kind: 'value'; readonly value: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unreadable'; readonly sentence: string };

export type SetSecret =
  { readonly kind: 'set' } | { readonly kind: 'unreadable'; readonly sentence: string };

/** What a plan may call a secret. */
export const SECRET_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

const ALGORITHM = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const FILE_MODE = 0o600;

/** The secrets of one agent. The key is made with the first secret. */
export function createSecrets({ directory, keyFile }: SecretPlaces): Secrets {
  const fileOf = (name: string): string => {
    // The callers' grammars are narrower than a path; this keeps it so.
    if (!SECRET_NAME.test(name)) throw new Error('No name of a secret.');
    return join(directory, name);
  };

  return {
    set: async (name, value) => {
      const key = (await readKey(keyFile)) ?? (await makeKey(keyFile));
      if (key === 'no-key') return { kind: 'unreadable', sentence: noKey(keyFile) };
      await writeDurably({ path: fileOf(name), bytes: seal(key, name, value), mode: FILE_MODE });
      return { kind: 'set' };
    },

    names: async () => {
      try {
        return (await readdir(directory)).filter((name) => SECRET_NAME.test(name)).sort();
      } catch (cause) {
        if (isAbsent(cause)) return [];
        throw cause;
      }
    },

    read: async (name) => {
      try {
        const sealed = await readFile(fileOf(name));
        const key = await readKey(keyFile);
        const value = key && key !== 'no-key' ? open(key, name, sealed) : undefined;
        return value === undefined ? unreadable(name, keyFile) : { kind: 'value', value };
      } catch (cause) {
        return isAbsent(cause) ? { kind: 'absent' } : unreadable(name, keyFile);
      }
    },
  };
}

/** The nonce, the tag, the ciphertext. The name is bound in: a file under another name opens nothing. */
function seal(key: Buffer, name: string, value: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, nonce);
  cipher.setAAD(Buffer.from(name));
  const sealed = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
}

function open(key: Buffer, name: string, sealed: Buffer): string | undefined {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) return undefined;
  const decipher = createDecipheriv(ALGORITHM, key, sealed.subarray(0, NONCE_BYTES));
  decipher.setAAD(Buffer.from(name));
  decipher.setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  const opened = decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES));
  return Buffer.concat([opened, decipher.final()]).toString('utf8');
}

async function readKey(file: string): Promise<Buffer | 'no-key' | undefined> {
  const text = await readIfAny(file);
  if (text === undefined) return undefined;
  const key = Buffer.from(text.trim(), 'base64');
  return key.length === KEY_BYTES ? key : 'no-key';
}

async function makeKey(file: string): Promise<Buffer> {
  const key = randomBytes(KEY_BYTES);
  await writeDurably({ path: file, bytes: `${key.toString('base64')}\n`, mode: FILE_MODE });
  return key;
}

const noKey = (file: string): string =>
  `${file} holds no key of ${KEY_BYTES} bytes, so nothing was kept; put the key back that opens the other secrets, or move it away and set all of them anew.`;

const unreadable = (name: string, keyFile: string): ReadSecret => ({
  kind: 'unreadable',
  sentence: `The secret ${name} cannot be decrypted with ${keyFile}; put that key back, or set the secret anew: interlock-agent secret set ${name}`,
});
