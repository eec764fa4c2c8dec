/** Reads the words of the agent's command line, or says which of them is wrong. */
import { parseArgs } from 'node:util';

/** Where agent.yml is expected unless `--config` names another. */
export const DEFAULT_CONFIG = '/etc/interlock/agent.yml';

/** Without the exit codes. */
export const USAGE = `Usage: interlock-agent <command> [--config ${DEFAULT_CONFIG}]
  enroll --code <code> [--url <url>] [--name <name>]   make this agent known to an installation
  run                                                  work until told to stop
  drain                                                before an update: the agent finishes its job, takes no other, ends
  status                                               who this agent is, whether it runs, what it has open, what troubles it
  logs [--job <id>] [--lines <n>] [--follow]           what it has lately done, as it keeps it
  check                                                is everything there that agent.yml names
  trust <host[:port]> [--fingerprint <SHA256:...>]     pin the key of a host
  secret set <name>                                    keep a value that configuration names; it is read from stdin
  secret list                                          the names of the secrets that are kept
  verify-audit <export>                                does a release's audit hold; uses what this agent has kept, if there is one
  --version`;

const OPTIONS = {
  config: { type: 'string' },
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

type Option = keyof typeof OPTIONS;

/** What each command takes besides `--config`. */
export const COMMANDS = {
  enroll: { takes: 'no word', forms: [[]], options: ['code', 'url', 'name'] },
  run: { takes: 'no word', forms: [[]], options: [] },
  drain: { takes: 'no word', forms: [[]], options: [] },
  status: { takes: 'no word', forms: [[]], options: [] },
  logs: { takes: 'no word', forms: [[]], options: ['job', 'lines', 'follow'] },
  check: { takes: 'no word', forms: [[]], options: [] },
  trust: { takes: 'one host', forms: [['']], options: ['fingerprint'] },
  secret: { takes: '"set <name>" or "list"', forms: [['set', ''], ['list']], options: [] },
  'verify-audit': { takes: 'one file', forms: [['']], options: [] },
} as const satisfies Record<string, CommandForm>;

interface CommandForm {
  /** In words. */
  readonly takes: string;
  /** Words as they have to stand; an empty one is anything. */
  readonly forms: readonly (readonly string[])[];
  readonly options: readonly Option[];
}

type Command = keyof typeof COMMANDS;

export type CommandLine =
  | { readonly kind: 'version' | 'help' }
  | {
      readonly kind: 'command';
      readonly command: Command;
      readonly words: readonly string[];
      readonly values: Values;
    }
  | { readonly kind: 'wrong'; readonly sentence: string };

type Values = ReturnType<typeof parseOptions>['values'];

/** `words`: what stands after the program's name. */
export function readCommandLine(words: readonly string[]): CommandLine {
  let parsed: ReturnType<typeof parseOptions>;
  try {
    parsed = parseOptions(words);
  } catch (cause) {
    return wrong(cause instanceof Error ? cause.message : String(cause));
  }
  const { values, positionals, tokens } = parsed;
  if (values.version || values.help) return { kind: values.version ? 'version' : 'help' };
  const [word, ...more] = positionals;
  if (word === undefined) return wrong('A command is missing.');
  if (!isCommand(word)) return wrong(`There is no command ${show(word)}.`);
  const { takes, forms, options }: CommandForm = COMMANDS[word];
  if (!forms.some((form) => fits(form, more)))
    return wrong(
      `${word} takes ${takes}, and ${more.length === 0 ? 'none' : show(more)} is given.`,
    );

  const given = tokens.flatMap((token) => (token.kind === 'option' ? [token.name] : []));
  const known: readonly string[] = ['config', ...options];
  const strange = given.find((name) => !known.includes(name));
  if (strange !== undefined) return wrong(`${word} knows no option --${strange}.`);
  const doubled = given.find((name, index) => given.indexOf(name) !== index);
  if (doubled !== undefined)
    return wrong(`--${doubled} stands there ${count(given, doubled)} times; it may stand once.`);
  const empty = tokens.find((token) => token.kind === 'option' && token.value === '');
  if (empty?.kind === 'option') return wrong(`--${empty.name} is empty; give it a value.`);
  return { kind: 'command', command: word, words: more, values };
}

const parseOptions = (words: readonly string[]) =>
  parseArgs({ args: [...words], options: OPTIONS, allowPositionals: true, tokens: true });

const isCommand = (word: string): word is Command => Object.hasOwn(COMMANDS, word);

const fits = (form: readonly string[], words: readonly string[]): boolean =>
  form.length === words.length &&
  form.every((word, index) => (word === '' ? words[index] !== '' : word === words[index]));

const count = (names: readonly string[], name: string): number =>
  names.filter((other) => other === name).length;

const wrong = (sentence: string): CommandLine => ({ kind: 'wrong', sentence });

/** Words of a person, which may hold anything, on one line. */
const show = (words: string | readonly string[]): string =>
  JSON.stringify(typeof words === 'string' ? words : words.join(' ')).slice(0, 200);
