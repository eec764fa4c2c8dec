/** `interlock-agent check`: whether everything that agent.yml names is there, before it is needed. */
import { accessSync, constants } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { AgentConfig } from '../config';
import type { CommandEnd } from '../exit-codes';
import { readIdentity } from '../journal';
import { readPassword } from '../sql/open-session';
import { statePaths } from './state-directory';

/** Prints a line per thing; ends with the first problem. Touches nothing and asks nobody. */
export function checkConfig(
  config: AgentConfig,
  file: string,
  print: (line: string) => void,
): CommandEnd {
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
  const missing = named.filter(({ path }) => !isReadable(path));
  for (const { where, path } of named) {
    print(`${isReadable(path) ? 'ok' : 'missing'}  ${where}  ${path}`);
  }
  const [first] = missing;
  if (first) {
    return {
      exit: 'config',
      sentence: `${file}: ${first.where} is "${first.path}", which this user cannot read; create it or correct the path.`,
    };
  }
  for (const rule of config.databases) {
    const secret = readPassword(rule, file);
    if (secret.kind === 'refused') return { exit: 'config', sentence: secret.sentence };
  }
  const agent = enrolledAgent(config);
  print(agent === undefined ? 'not enrolled' : `ok  enrolled as ${agent}`);
  if (agent !== undefined) return { exit: 'done' };
  return { exit: 'notEnrolled', sentence: `${file} is in order; this agent is not enrolled yet.` };
}

function enrolledAgent({ stateDirectory }: AgentConfig): string | undefined {
  const { journal } = statePaths(stateDirectory);
  if (!isReadable(journal)) return undefined;
  const database = new DatabaseSync(journal, { readOnly: true });
  try {
    return readIdentity(database)?.agent;
  } finally {
    database.close();
  }
}

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
