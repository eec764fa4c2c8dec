/** Whether every text that a content names is there, whole, and what the content says of it. */
import { canonicalText } from '#core/canonical';
import type { ConfigChange, Content, KeyChange, TextRef } from '#core/content';
import { strangeEnvironment } from '#core/policy';
import type { Policy } from '#core/policy';
import { KeyChangesSchema } from '#wire/config';
import { parseInput } from '#wire/input-words';
import type { Ports } from './ports';

/** All configuration texts of a release together: they are read again whenever the content is saved. */
const CONFIG_BYTES_MAX = 1024 * 1024;

/** How many texts are looked at together: at 200 of them the calls stay far below Forge's 1,000 a second. */
const TEXTS_AT_ONCE = 16;

interface NamedText {
  readonly what: string;
  readonly ref: TextRef;
}

/** The first thing that is not right, in one sentence; null when all is. */
export async function checkTexts(
  ports: Ports,
  issueId: string,
  content: Content,
  policy: Policy,
): Promise<string | null> {
  const configBytes = content.config.reduce((sum, { changes }) => sum + changes.bytes, 0);
  if (configBytes > CONFIG_BYTES_MAX) {
    return `The configuration changes have ${inKilobytes(configBytes)} KB together and may have ${inKilobytes(CONFIG_BYTES_MAX)} KB; split the release.`;
  }
  const checks = [
    ...namedTexts(content).map((named) => () => checkWhole(ports, issueId, named)),
    ...content.config.map((change) => () => checkKeys(ports, change, policy)),
  ];
  for (let start = 0; start < checks.length; start += TEXTS_AT_ONCE) {
    const sentences = await Promise.all(
      checks.slice(start, start + TEXTS_AT_ONCE).map((check) => check()),
    );
    const first = sentences.find((sentence) => sentence !== null);
    if (first !== undefined) return first;
  }
  return null;
}

const namedTexts = ({ sql, config }: Content): readonly NamedText[] => [
  ...sql.flatMap(({ id, text, undo }) => [
    { what: `script ${id}`, ref: text },
    ...(undo ? [{ what: `undo of the script ${id}`, ref: undo }] : []),
  ]),
  ...config.map(({ id, changes }) => ({ what: `configuration change ${id}`, ref: changes })),
];

async function checkWhole(
  { store }: Ports,
  issueId: string,
  { what, ref }: NamedText,
): Promise<string | null> {
  const joined = await store.joinPieces({ issueId, digest: ref.sha256 });
  switch (joined.kind) {
    case 'missing':
      return `The text of the ${what} has not arrived whole; save the content again.`;
    case 'different':
      return `The text of the ${what} arrived, and its SHA-256 is not ${ref.sha256}; save the content again.`;
    case 'whole':
      return joined.bytes === ref.bytes
        ? null
        : `The text of the ${what} has ${String(joined.bytes)} bytes, and the content says ${String(ref.bytes)}; save the content again.`;
  }
}

/** The text is a person's and comes from outside: the agent writes what is checked here. */
async function checkKeys(
  { store }: Ports,
  change: ConfigChange,
  policy: Policy,
): Promise<string | null> {
  const text = await store.getText(change.changes.sha256);
  // The check before says what is missing.
  if (text === undefined) return null;
  const what = `configuration change ${change.id}`;
  const value = parseJson(text);
  const parsed = parseInput(KeyChangesSchema, value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const [at] = issue?.path ?? [];
    const key = typeof at === 'number' ? ` at key ${nameOf(value, at)}` : '';
    return `The ${what} is not right${key}: ${issue?.message ?? 'it is no list of keys'}; correct it and save again.`;
  }
  if (canonicalText(parsed.data) !== text)
    return `The ${what} is not written as canonical JSON (members sorted, no blanks); save it from the release’s panel.`;
  if (parsed.data.length !== change.keys)
    return `The ${what} holds ${String(parsed.data.length)} keys, and the content says ${String(change.keys)}; save the content again.`;
  return strangeValue(what, parsed.data, policy);
}

/** A value for an environment that nobody has would never be set. */
function strangeValue(what: string, changes: readonly KeyChange[], policy: Policy): string | null {
  for (const change of changes) {
    if (change.action === 'delete' || change.value.kind === 'secret') continue;
    const strange = strangeEnvironment(policy, Object.keys(change.value.perEnvironment ?? {}));
    if (strange !== undefined)
      return `The ${what} has a value of ${change.key} for ${strange}; take that value out.`;
  }
  return null;
}

/** As people find it: by the key's name, else by its place in the list. */
function nameOf(value: unknown, at: number): string {
  const member: unknown = Array.isArray(value) ? value[at] : undefined;
  const isNamed = typeof member === 'object' && member !== null && 'key' in member;
  const key = isNamed && typeof member.key === 'string' ? member.key.slice(0, 80) : '';
  return key === '' ? String(at + 1) : key;
}

const inKilobytes = (bytes: number): string => String(Math.ceil(bytes / 1024));

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
