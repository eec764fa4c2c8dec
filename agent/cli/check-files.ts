/** What `check` looks for in files: who may change them, and whether they are what agent.yml takes them for. */
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { centrePlaces } from '../centres/centre-places';
import { createSecrets } from '../centres/secrets';
import type { AgentConfig } from '../config';
import type { CommandEnd } from '../exit-codes';
import { readPrivateKey } from '../transports/ssh';
import { keyBesideSecrets } from './secret';

export type Print = (line: string) => void;

export const wrong = (sentence: string): CommandEnd => ({ exit: 'config', sentence });

/** Root alone changes agent.yml: whoever else may, widens what Jira may ask. */
export function checkOwner(
  _config: AgentConfig,
  file: string,
  print: Print,
): CommandEnd | undefined {
  const { mode, uid } = statSync(file);
  if ((mode & 0o022) !== 0)
    return wrong(
      `${file} may be changed by others than its owner, and it bounds what Jira may ask of this machine; run: chmod go-w ${file}`,
    );
  if (uid === 0) return undefined;
  if (uid !== process.getuid?.())
    return wrong(
      `${file} belongs to user ${uid}, who could change what Jira may ask of this machine; run: chown root ${file}`,
    );
  print(
    `warning  ${file} belongs to this user and not to root: the agent could widen its own bounds`,
  );
  return undefined;
}

/** A key that ssh cannot use is found before a release needs it. */
export function checkKeys({ hosts }: AgentConfig, file: string): CommandEnd | undefined {
  for (const [index, rule] of hosts.entries()) {
    if (rule.transport !== 'ssh' || readPrivateKey(rule.key) !== undefined) continue;
    return wrong(
      `${file}: hosts.${index}.key is "${rule.key}", which holds no private key that opens without a passphrase; put one there, readable for this user alone.`,
    );
  }
  return undefined;
}

/** A centre without a directory is a new one, or one whose disk is missing: the line says so. */
export function checkCentres(
  { centres }: AgentConfig,
  file: string,
  print: Print,
): CommandEnd | undefined {
  for (const [index, { directory }] of centres.entries()) {
    const where = `centres.${index}.directory`;
    if (!mayKeep(directory))
      return wrong(
        `${file}: ${where} is "${directory}", where this user cannot keep a centre's files; make that directory for the agent's user, or correct the path.`,
      );
    print(
      existsSync(directory)
        ? `ok  ${where}  ${directory}`
        : `absent  ${where}  ${directory}  the first change makes it; copy it there if another agent has one`,
    );
  }
  return undefined;
}

/** Whatever is kept opens with the key, and what agent.yml names is kept. */
export async function checkSecrets(
  config: AgentConfig,
  file: string,
  print: Print,
): Promise<CommandEnd | undefined> {
  const places = centrePlaces(config).secrets;
  const beside = keyBesideSecrets(places);
  if (beside !== undefined) return wrong(beside);
  const { keyFile } = places;
  const secrets = createSecrets(places);
  const kept = await secrets.names();
  for (const name of kept) {
    const found = await secrets.read(name);
    if (found.kind === 'unreadable') return wrong(found.sentence);
    print(`ok  secret ${name}`);
  }
  if (config.secretsKey !== undefined && !existsSync(keyFile) && !mayKeep(dirname(keyFile)))
    return wrong(
      `${file}: secretsKey is "${keyFile}", which is not there and cannot be made by this user; make its directory for the agent's user, or correct the path.`,
    );
  const rules = config.secrets ?? [];
  const index = rules.findIndex(({ name }) => !kept.includes(name));
  const name = rules[index]?.name;
  if (name === undefined) return undefined;
  return wrong(
    `${file}: secrets.${index}.name is "${name}", and no secret of that name is kept here; run: interlock-agent secret set ${name}`,
  );
}

/** Whether this user has a directory to write in, or may make it. */
function mayKeep(directory: string): boolean {
  let place = directory;
  while (!existsSync(place) && place !== dirname(place)) place = dirname(place);
  if (!statSync(place).isDirectory()) return false;
  const { R_OK, W_OK, X_OK } = constants;
  return mayUse(place, place === directory ? R_OK | W_OK | X_OK : W_OK | X_OK);
}

/** Whether this user may use what is there so. */
export function mayUse(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}
