/** The deploy agent's command line. */
import { existsSync } from 'node:fs';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { checkConfig } from './cli/check';
import { drainAgent } from './cli/drain';
import { runEnroll } from './cli/enroll';
import { runAgent } from './cli/run';
import { showLogs } from './cli/logs';
import { listSecrets, setSecret } from './cli/secret';
import { showStatus } from './cli/status';
import { trustHost } from './cli/trust';
import { checkAudit } from './cli/verify-audit';
import { readConfig } from './config';
import type { AgentConfig } from './config';
import { EXIT_CODES } from './exit-codes';
import type { CommandEnd } from './exit-codes';
import { AGENT_VERSION } from './version';

const DEFAULT_CONFIG = '/etc/interlock/agent.yml';

const USAGE = `Usage: interlock-agent <command> [--config ${DEFAULT_CONFIG}]
  enroll --code <code> [--url <url>] [--name <name>]   make this agent known to an installation
  run                                                  work until told to stop
  drain                                                before an update: the agent finishes its job, takes no other, ends
  status                                               who this agent is, whether it runs, what it has open
  logs [--job <id>] [--lines <n>] [--follow]           what it has lately done, as it keeps it
  check                                                is everything there that agent.yml names
  trust <host[:port]> [--fingerprint <SHA256:...>]     pin the key of a host
  secret set <name>                                    keep a value that configuration names; it is read from stdin
  secret list                                          the names of the secrets that are kept
  verify-audit <export>                                does a release's audit hold; uses what this agent has kept, if there is one
  --version
Exit codes:
${Object.values(EXIT_CODES)
  .map(({ code, meaning }) => `  ${String(code).padEnd(3)} ${meaning}`)
  .join('\n')}`;

const OPTIONS = {
  config: { type: 'string', default: DEFAULT_CONFIG },
  url: { type: 'string' },
  code: { type: 'string' },
  name: { type: 'string' },
  fingerprint: { type: 'string' },
  job: { type: 'string' },
  lines: { type: 'string', default: '200' },
  follow: { type: 'boolean', default: false },
  version: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const COMMANDS = [
  'enroll',
  'run',
  'drain',
  'status',
  'logs',
  'check',
  'trust',
  'secret',
  'verify-audit',
] as const;

async function main(words: readonly string[]): Promise<CommandEnd> {
  const parsed = parseWords(words);
  if (typeof parsed === 'string') return { exit: 'usage', sentence: `${parsed}\n${USAGE}` };
  const { values, positionals } = parsed;
  if (values.version || values.help) {
    print(values.version ? AGENT_VERSION : USAGE);
    return { exit: 'done' };
  }
  const [word, ...more] = positionals;
  const command = COMMANDS.find((known) => known === word);
  if (!command) return { exit: 'usage', sentence: `Which command?\n${USAGE}` };
  if (!takes(command, more)) {
    const sentence = `trust takes a host, secret takes "set <name>" or "list", verify-audit takes a file, the other commands nothing.\n${USAGE}`;
    return { exit: 'usage', sentence };
  }
  // An auditor's machine has no agent.
  if (command === 'verify-audit' && !existsSync(values.config))
    return checkAudit(undefined, more[0] ?? '', print);
  const read = readConfig(values.config);
  if (read.kind === 'invalid') return { exit: 'config', sentence: read.sentence };
  return perform(command, more, values, read.config);
}

function takes(command: (typeof COMMANDS)[number], more: readonly string[]): boolean {
  if (command === 'trust' || command === 'verify-audit') return more.length === 1;
  if (command !== 'secret') return more.length === 0;
  return more[0] === 'set' ? more.length === 2 : more[0] === 'list' && more.length === 1;
}

type Values = ReturnType<typeof parseOptions>['values'];

async function perform(
  command: (typeof COMMANDS)[number],
  [first = '', second = '']: readonly string[],
  values: Values,
  config: AgentConfig,
): Promise<CommandEnd> {
  const file = values.config;
  switch (command) {
    case 'enroll': {
      const { code, url = config.url, name = config.name } = values;
      if (code === undefined) return { exit: 'usage', sentence: 'enroll needs --code.' };
      return runEnroll(config, { url, code, name }, print);
    }
    case 'run':
      return runAgent(config, file, stopSignal());
    case 'drain':
      return drainAgent(config, print);
    case 'status':
      return showStatus(config, print);
    case 'logs': {
      const { job, follow } = values;
      if (!/^[1-9]\d{0,5}$/.test(values.lines))
        return { exit: 'usage', sentence: 'logs: --lines is a whole number from 1 on.' };
      const lines = Number(values.lines);
      return showLogs(config, { job, lines, follow }, print, stopSignal());
    }
    case 'check':
      return checkConfig(config, file, print);
    case 'trust':
      return trustHost(config, file, { place: first, fingerprint: values.fingerprint }, print);
    case 'verify-audit':
      return checkAudit(config, first, print);
    case 'secret':
      return first === 'set'
        ? setSecret(config, second, process.stdin, print)
        : listSecrets(config, print);
  }
}

const parseOptions = (words: readonly string[]) =>
  parseArgs({ args: [...words], options: OPTIONS, allowPositionals: true });

function parseWords(words: readonly string[]) {
  try {
    return parseOptions(words);
  } catch (cause) {
    return cause instanceof Error ? cause.message : String(cause);
  }
}

/** Aborts at the first SIGTERM or SIGINT: the step under way ends, none begins. */
function stopSignal(): AbortSignal {
  const stopping = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => stopping.abort());
  return stopping.signal;
}

/** What cannot happen ends the process: its next start begins by asking every host that is in doubt. */
function breakDown(cause: unknown): CommandEnd {
  if (cause instanceof Error && 'code' in cause && cause.code === 'ERR_SQLITE_ERROR') {
    const sentence = `The journal in stateDirectory of agent.yml cannot be written (${cause.message}), so nothing more was begun: make room there; the agent's next start goes on where this one stopped.`;
    return { exit: 'journal', sentence };
  }
  const sentence = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
  return { exit: 'broken', sentence };
}

void main(process.argv.slice(2))
  .catch(breakDown)
  .then(({ exit, sentence }) => {
    if (sentence !== undefined) process.stderr.write(`${sentence}\n`);
    process.exit(EXIT_CODES[exit].code);
  });
