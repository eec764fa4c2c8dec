/** `interlock-agent secret set <name>` and `secret list`: values that never leave this machine. */
import { mkdirSync } from 'node:fs';
import { centrePlaces } from '../centres/centre-places';
import { createSecrets, SECRET_NAME } from '../centres/secrets';
import type { SecretPlaces } from '../centres/secrets';
import type { AgentConfig } from '../config';
import type { CommandEnd } from '../exit-codes';
import { isMaskable, SECRET_MIN_CHARS } from '../redaction';
import { closedState } from './state-directory';

/** Longest value that is kept. */
const SECRET_MAX_BYTES = 64 * 1024;

/** Keeps what stands on stdin under the name; one line feed at its end is the terminal's. */
export async function setSecret(
  config: AgentConfig,
  name: string,
  input: AsyncIterable<Uint8Array>,
  print: (line: string) => void,
): Promise<CommandEnd> {
  if (!SECRET_NAME.test(name)) {
    return {
      exit: 'usage',
      sentence:
        'A secret’s name is 1 to 64 letters, digits, dots, dashes or underscores, and begins with a letter or digit.',
    };
  }
  const { secrets } = centrePlaces(config);
  const beside = keyBesideSecrets(secrets);
  if (beside !== undefined) return { exit: 'config', sentence: beside };
  const value = await readValue(input);
  if (value.kind === 'unfit') return { exit: 'usage', sentence: value.sentence };
  mkdirSync(config.stateDirectory, { recursive: true, mode: 0o700 });
  const end = await createSecrets(secrets).set(name, value.text);
  if (end.kind === 'unreadable') return { exit: 'journal', sentence: end.sentence };
  print(`The secret ${name} is set.`);
  return { exit: 'done' };
}

/** Why a key does not lie where it does; undefined where it may. */
export const keyBesideSecrets = ({ keyFile, directory }: SecretPlaces): string | undefined =>
  keyFile.startsWith(`${directory}/`)
    ? `secretsKey is ${keyFile}, beside the secrets that it opens; name a file outside ${directory}.`
    : undefined;

/** Prints the names, and nothing else about them. */
export async function listSecrets(
  config: AgentConfig,
  print: (line: string) => void,
): Promise<CommandEnd> {
  const closed = closedState(config.stateDirectory);
  if (closed) return closed;
  const { secrets } = centrePlaces(config);
  const names = await createSecrets(secrets).names();
  for (const name of names) print(name);
  if (names.length > 0) return { exit: 'done' };
  return { exit: 'done', sentence: `No secret is kept in ${secrets.directory}.` };
}

type Value =
  | { readonly kind: 'value'; readonly text: string }
  | { readonly kind: 'unfit'; readonly sentence: string };

async function readValue(input: AsyncIterable<Uint8Array>): Promise<Value> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of input) {
    bytes += piece.length;
    if (bytes > SECRET_MAX_BYTES) {
      return unfit(`A secret has at most ${SECRET_MAX_BYTES} bytes; this one is longer.`);
    }
    pieces.push(piece);
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(pieces));
    const value = text.replace(/\r?\n$/, '');
    if (value === '') return unfit('The secret’s value is read from stdin, and nothing came.');
    if (!isMaskable(value)) {
      return unfit(
        `A secret has at least ${SECRET_MIN_CHARS} characters; a shorter one could not be told from ordinary words and taken out of the log.`,
      );
    }
    return value.includes('\0') ? unfit('A secret holds no NUL.') : { kind: 'value', text: value };
  } catch {
    return unfit('A secret is text in UTF-8; these bytes are none.');
  }
}

const unfit = (sentence: string): Value => ({ kind: 'unfit', sentence });
