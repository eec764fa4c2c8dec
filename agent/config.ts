/** agent.yml: what this agent may touch. Owned by root; Jira names ids and addresses, this file bounds them. */
import { readFileSync } from 'node:fs';
import ipaddr from 'ipaddr.js';
import { parse, YAMLParseError } from 'yaml';
import { z } from 'zod';
import { parseInput } from '#wire/input-words';
import { CentreRule } from './centres/centre-rule';
import { isAbsent } from './centres/durable-file';
import { wordsOf } from './file-trouble';
import { DatabaseRule } from './sql/database-rule';

const absolutePath = z
  .string()
  .regex(/^\/([A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*)?$/, 'must be an absolute path')
  .refine((path) => !path.split('/').includes('..'), 'must not contain ".."');
const filePath = z.string().startsWith('/', 'must be an absolute path').max(4_096);
const port = z.int().min(1).max(65_535);
const name = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'must be letters, digits, ".", "_" or "-"');
const pattern = z
  .string()
  .refine((text) => ipaddr.isValidCIDR(text) || isHostName(text), 'must be a CIDR or a host name');

function isHostName(text: string): boolean {
  return /^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/.test(text);
}

const FROM_TO = 'must be a port or "from-to"';
const ports = z
  .array(z.union([port, z.string().regex(/^\d{1,5}-\d{1,5}$/, FROM_TO)], { error: FROM_TO }))
  .min(1);

const common = {
  /** One CIDR or host name, or several. */
  match: z.union([pattern, z.array(pattern).min(1)], {
    error: 'must be one CIDR or host name, or a list of them',
  }),
  environments: z.array(name).min(1),
  /** Sites may live in this directory or below it. */
  basePath: absolutePath,
  /** Ports that health checks may ask. */
  probePorts: ports,
};

const userName = z.string().regex(/^[a-z_][a-z0-9_-]{0,31}$/, 'must be a Unix user name');

const overSsh = {
  transport: z.literal('ssh'),
  ports: z.array(port).min(1).default([22]),
  user: userName,
  /** Private key that opens the hosts. */
  key: filePath,
  /** Host keys that are trusted, in OpenSSH's format. */
  knownHosts: filePath,
};

/** The agent runs on the host itself. Without either of these two it begins nothing there. */
const onThisMachine = {
  transport: z.literal('local'),
  /** The user whom packages run as, through sudo; not the agent's own, whose keys they could read. */
  runAs: userName.exactOptional(),
  /** In place of runAs: packages run as the agent's own user, and may read whatever the agent may. */
  trustsPackages: z.literal(true).exactOptional(),
};

/** A rule that does not say how hosts are reached means ssh. */
function withTransport(rule: unknown): unknown {
  return typeof rule === 'object' && rule !== null && !('transport' in rule)
    ? { ...rule, transport: 'ssh' }
    : rule;
}

const HostRule = z.preprocess(
  withTransport,
  z.discriminatedUnion('transport', [
    z.strictObject({ ...common, ...overSsh }),
    z.strictObject({ ...common, ...onThisMachine }),
  ]),
);
export type HostRule = z.infer<typeof HostRule>;
export type LocalRule = Extract<HostRule, { transport: 'local' }>;

const StoreRule = z.strictObject({
  id: name,
  /** Absent: every environment. */
  environments: z.array(name).min(1).exactOptional(),
  kind: z.literal('directory'),
  path: filePath,
});
export type StoreRule = z.infer<typeof StoreRule>;

/** Where a secret may be used. */
const SecretRule = z.strictObject({ name, environments: z.array(name).min(1) });
export type SecretRule = z.infer<typeof SecretRule>;

const count = (standard: number, max: number) => z.int().min(1).max(max).default(standard);

const Limits = z.strictObject({
  /** Hosts that receive the package at a time. */
  hostsAtOnce: count(10, 1_000),
  /** How long a new version may take until it is healthy. */
  healthSeconds: count(60, 3_600),
  connectSeconds: count(10, 300),
  /** A session that has a database's one lock and runs nothing is ended after so long: its agent is frozen, or gone. */
  idleSessionSeconds: count(60, 3_600),
  /** Longest that one act on a host may take, the copy included. */
  actSeconds: count(900, 86_400),
  /** Releases of a site that stay on a host; what is live, was live before and was last good stay in any case. */
  releasesKept: count(5, 100),
  packageMaxBytes: count(2 * 1024 ** 3, 64 * 1024 ** 3),
  unpackedMaxBytes: count(8 * 1024 ** 3, 256 * 1024 ** 3),
  /** The key that signs messages is replaced after so many days. */
  keyDays: count(30, 365),
  appConnectSeconds: count(10, 300),
  appFirstByteSeconds: count(30, 300),
  appTotalSeconds: count(60, 600),
});
export type Limits = z.infer<typeof Limits>;

const AgentConfig = z.strictObject({
  /** The agent's web trigger, as the settings page in Jira shows it. */
  url: z.url({
    protocol: /^https?$/,
    error: 'must be an address that begins with http:// or https://',
  }),
  /** Holds the private key and the journal; only the agent's user may read it. */
  stateDirectory: filePath,
  name: z.string().min(1).max(80),
  hosts: z.array(HostRule),
  stores: z.array(StoreRule).default([]),
  databases: z.array(DatabaseRule).default([]),
  centres: z.array(CentreRule).default([]),
  /** Absent: every secret may be used in every environment. */
  secrets: z.array(SecretRule).exactOptional(),
  /** The file with the key that secrets are encrypted with; absent: secrets.key in stateDirectory. */
  secretsKey: filePath.exactOptional(),
  limits: Limits.prefault({}),
});
export type AgentConfig = z.infer<typeof AgentConfig>;

export type ConfigResult =
  | { readonly kind: 'config'; readonly config: AgentConfig }
  | { readonly kind: 'invalid'; readonly sentence: string };

/** Reads agent.yml, or says in one sentence what is wrong with it and what to do. */
export function readConfig(file: string): ConfigResult {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    const reason = wordsOf(cause);
    return invalid(
      isAbsent(cause)
        ? `There is no configuration ${file}; create it from agent.example.yml, or name another with --config.`
        : `The configuration ${file} cannot be read (${reason}); --config names a file, and this user has to be allowed to read it.`,
    );
  }
  return parseConfig(text, file);
}

/** The configuration in a text; `file` is named in the sentence. */
export function parseConfig(text: string, file: string): ConfigResult {
  let data: unknown;
  try {
    data = parse(text);
  } catch (cause) {
    if (!(cause instanceof YAMLParseError)) throw cause;
    return invalid(`${file} is no YAML (${firstLine(cause.message)}); correct that line.`);
  }
  const parsed = parseInput(AgentConfig, data);
  if (parsed.success) return { kind: 'config', config: parsed.data };
  return invalid(`${file}: ${describe(parsed.error, data)}`);
}

const invalid = (sentence: string): ConfigResult => ({ kind: 'invalid', sentence });

const firstLine = (text: string): string => (text.split('\n')[0] ?? '').replace(/:$/, '');

/** The first thing that is wrong: where in the file, what stands there, what should. */
function describe({ issues }: z.ZodError, data: unknown): string {
  const [issue] = issues;
  if (issue === undefined) throw new Error('A configuration was refused without a reason.');
  const where = issue.path.length === 0 ? 'the file' : issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    return `${where} holds "${issue.keys.join('", "')}", which means nothing here; remove it or correct its spelling.`;
  }
  const found = foundWords(valueAt(data, issue.path));
  // What to do about it comes after the place to look at.
  const [words = ''] = issue.message.split(';');
  const what = found === undefined ? 'is missing' : `${found} and ${words}`;
  return `${where} ${what}; agent.example.yml shows what belongs there.`;
}

/** Longest that what stands in the file may be when it is told again. */
const FOUND_MAX_CHARS = 60;

/** YAML reads a name with nothing after it as null. */
function foundWords(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (value === null) return 'is empty';
  const text = JSON.stringify(value);
  return `is ${text.length > FOUND_MAX_CHARS ? `${text.slice(0, FOUND_MAX_CHARS)}…` : text}`;
}

const valueAt = (data: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined),
    data,
  );
