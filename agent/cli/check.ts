/** `interlock-agent check`: whether everything that agent.yml names is there, before it is needed. */
import { constants, existsSync } from 'node:fs';
import type { AgentConfig } from '../config';
import type { CommandEnd } from '../exit-codes';
import { readIdentity } from '../journal';
import { readJournal } from '../read-journal';
import { isMaskable, SECRET_MIN_CHARS } from '../redaction';
import { createDatabases, readPassword } from '../sql/open-session';
import { probeDatabase } from '../sql/probe-database';
import { connectLocal } from '../transports/connect-local';
import { checkCentres, checkKeys, checkOwner, checkSecrets, mayUse, wrong } from './check-files';
import type { Print } from './check-files';
import { checkUnit } from './check-unit';
import { statePaths } from './state-directory';

/** Looks at one kind of thing: prints a line for each, answers the first problem. */
type Look = (config: AgentConfig, file: string, print: Print) => Check | Promise<Check>;
type Check = CommandEnd | undefined;

const LOOKS: readonly Look[] = [
  checkOwner,
  lookAtFiles,
  checkKeys,
  checkCentres,
  checkSecrets,
  checkUnit,
  askLocalUsers,
  shortPassword,
  askDatabases,
];

/** Prints a line per thing; ends with the first problem. Changes nothing; databases get a test query. */
export async function checkConfig(
  config: AgentConfig,
  file: string,
  print: Print,
): Promise<CommandEnd> {
  for (const look of LOOKS) {
    const end = await look(config, file, print);
    if (end) return end;
  }
  const enrolled = readJournal(statePaths(config.stateDirectory).journal, readIdentity);
  if (enrolled.kind === 'failed') return { exit: 'journal', sentence: enrolled.sentence };
  const agent = enrolled.kind === 'read' ? enrolled.result?.agent : undefined;
  print(agent === undefined ? 'not enrolled' : `ok  enrolled as ${agent}`);
  if (agent !== undefined) return { exit: 'done' };
  return { exit: 'notEnrolled', sentence: `${file} is in order; this agent is not enrolled yet.` };
}

/** What has to be there, and be readable for this user. */
function lookAtFiles(config: AgentConfig, file: string, print: Print): Check {
  const named = [
    ...config.hosts.flatMap((rule, index) =>
      rule.transport === 'ssh'
        ? [
            { where: `hosts.${index}.key`, path: rule.key },
            { where: `hosts.${index}.knownHosts`, path: rule.knownHosts },
          ]
        : [],
    ),
    ...config.stores.map(({ path }, index) => ({ where: `stores.${index}.path`, path })),
    ...config.databases.map(({ passwordFile }, index) => ({
      where: `databases.${index}.passwordFile`,
      path: passwordFile,
    })),
  ];
  const missing = named.filter(({ path }) => !mayUse(path, constants.R_OK));
  for (const each of named) {
    print(`${missing.includes(each) ? 'missing' : 'ok'}  ${each.where}  ${each.path}`);
  }
  const [first] = missing;
  if (first === undefined) return undefined;
  const { where, path } = first;
  return wrong(
    existsSync(path)
      ? `${file}: ${where} is "${path}", which this user may not read; it has to belong to the agent's user, so run: chown interlock-agent ${path}`
      : `${file}: ${where} is "${path}", which this user cannot read; create it or correct the path.`,
  );
}

/** Asks for each entry with this machine whether packages run there as a user of their own; answers the first that does not. */
async function askLocalUsers({ hosts }: AgentConfig, file: string, print: Print): Promise<Check> {
  for (const [index, rule] of hosts.entries()) {
    if (rule.transport !== 'local') continue;
    const connected = await connectLocal(rule, file);
    if (connected.kind === 'failed')
      return { exit: 'config', sentence: connected.failure.sentence };
    print(
      rule.runAs === undefined
        ? `warning  hosts.${index}.trustsPackages  packages run as the agent's own user and may read its keys and secrets`
        : `ok  hosts.${index}.runAs  ${rule.runAs}`,
    );
  }
  return undefined;
}

/** What is so short cannot be taken out of texts. */
function shortPassword({ databases }: AgentConfig, file: string): Check {
  for (const rule of databases) {
    const found = readPassword(rule, file);
    if (found.kind === 'refused' || isMaskable(found.password)) continue;
    return wrong(
      `${file}: the password of database ${rule.id} has fewer than ${SECRET_MIN_CHARS} characters, so it could not be told from ordinary words and taken out of the log; give its user a longer one.`,
    );
  }
  return undefined;
}

/** Asks every database; answers the first that gives no answer. */
async function askDatabases(
  { databases, limits }: AgentConfig,
  file: string,
  print: Print,
): Promise<Check> {
  const way = createDatabases(file, limits, () => undefined);
  let first: CommandEnd | undefined;
  for (const rule of databases) {
    const probed = await probeDatabase(way, rule);
    print(probed.kind === 'answers' ? `ok  ${probed.sentence}` : `silent  database ${rule.id}`);
    if (probed.kind === 'answers') continue;
    const exit = probed.failure.class === 'permission' ? 'config' : 'unreachable';
    first ??= { exit, sentence: probed.failure.sentence };
  }
  return first;
}
