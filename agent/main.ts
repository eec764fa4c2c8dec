/** The deploy agent's command line. */
import process from 'node:process';
import { checkConfig } from './cli/check';
import { DEFAULT_CONFIG, readCommandLine, USAGE } from './cli/command-line';
import type { CommandLine } from './cli/command-line';
import { drainAgent } from './cli/drain';
import { runEnroll } from './cli/enroll';
import { runAgent } from './cli/run';
import { showLogs } from './cli/logs';
import { listSecrets, setSecret } from './cli/secret';
import { showStatus } from './cli/status';
import { trustHost } from './cli/trust';
import { checkAudit, hasNoAgent } from './cli/verify-audit';
import { readConfig } from './config';
import { EXIT_CODES } from './exit-codes';
import type { CommandEnd } from './exit-codes';
import { fileTrouble } from './file-trouble';
import { journalTrouble } from './journal-trouble';
import { AGENT_VERSION } from './version';

const HELP = `${USAGE}
Exit codes:
${Object.values(EXIT_CODES)
  .map(({ code, meaning }) => `  ${String(code).padEnd(3)} ${meaning}`)
  .join('\n')}`;

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

async function main(words: readonly string[]): Promise<CommandEnd> {
  const line = readCommandLine(words);
  switch (line.kind) {
    case 'wrong':
      return { exit: 'usage', sentence: `${line.sentence}\n${HELP}` };
    case 'version':
    case 'help':
      print(line.kind === 'version' ? AGENT_VERSION : HELP);
      return { exit: 'done' };
    case 'command':
      return perform(line);
  }
}

type GivenCommand = Extract<CommandLine, { kind: 'command' }>;

async function perform({ command, words, values }: GivenCommand): Promise<CommandEnd> {
  const [first = '', second = ''] = words;
  const { config: named } = values;
  const file = named ?? DEFAULT_CONFIG;
  const isNamed = named !== undefined;
  if (command === 'verify-audit' && hasNoAgent({ file, isNamed }))
    return checkAudit(undefined, first, print);
  const read = readConfig(file);
  if (read.kind === 'invalid') return { exit: 'config', sentence: read.sentence };
  const { config } = read;
  switch (command) {
    case 'enroll': {
      const { code = '', url = config.url, name = config.name } = values;
      return runEnroll(config, { url, code, name }, print);
    }
    case 'run':
      return runAgent(config, file, stopSignal());
    case 'drain':
      return drainAgent(config, print);
    case 'status':
      return showStatus(config, print);
    case 'logs': {
      const { job, follow, lines: given } = values;
      if (!/^[1-9]\d{0,5}$/.test(given)) {
        const sentence = `logs: --lines is a whole number from 1 to 999999, and not ${JSON.stringify(given)}.`;
        return { exit: 'usage', sentence };
      }
      return showLogs(config, { job, lines: Number(given), follow }, print, stopSignal());
    }
    case 'check':
      return checkConfig(config, file, print);
    case 'trust':
      return trustHost(config, file, { place: first, fingerprint: values.fingerprint }, print);
    case 'verify-audit':
      return checkAudit({ config, isNamed }, first, print);
    case 'secret':
      return first === 'set'
        ? setSecret(config, second, process.stdin, print)
        : listSecrets(config, print);
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
  const trouble = journalTrouble('The journal in stateDirectory of agent.yml', cause);
  if (trouble !== undefined) return { exit: 'journal', sentence: trouble };
  const file = fileTrouble(cause);
  if (file !== undefined) return { exit: 'journal', sentence: file };
  const sentence = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
  return { exit: 'broken', sentence };
}

void main(process.argv.slice(2))
  .catch(breakDown)
  .then(({ exit, sentence }) => {
    if (sentence !== undefined) process.stderr.write(`${sentence}\n`);
    process.exit(EXIT_CODES[exit].code);
  });
