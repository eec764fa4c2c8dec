/** Keeps secrets on this machine: whatever the agent reads as one is taken out of every text, in the forms that programs write it in. */
import { withoutColours } from '#core/plain-text';
import { SENTENCE_MAX_CHARS } from '#wire/agent';
import type { FinishOutcome, ReportEntry } from '#wire/agent';
import { createBrokenSecrets } from './broken-secrets';
import { cutText } from './cut-text';
import { propertyValue } from './centres/render-namespace';
import type { Agent } from './ports/agent';
import type { Log } from './ports/log';

export interface Redaction {
  /** From now on the value occurs in no text; nothing happens where it is not `isMaskable`. */
  learn(secret: string): void;
  redact(text: string): string;
}

/** A shorter value would mask ordinary words. */
export const SECRET_MIN_CHARS = 6;
const MASK = '[secret]';

/** Knows no secret yet. */
export function createRedaction(): Redaction {
  let forms: readonly string[] = [];
  const known = new Set<string>();
  const broken = createBrokenSecrets();
  return {
    learn: (secret) => {
      if (known.has(secret)) return;
      known.add(secret);
      if (isMaskable(secret)) broken.learn(secret.trim());
      const parts = [secret, ...secret.split(/\r?\n/)].map((part) => part.trim());
      const found = parts.filter(({ length }) => length >= SECRET_MIN_CHARS).flatMap(formsOf);
      // The longest first: a form may be a part of another one.
      forms = [...new Set([...forms, ...found])].sort((left, right) => right.length - left.length);
    },
    // Colours go first: whoever takes them out later would join the halves of a secret.
    redact: (text) => broken.mask(forms.reduce(masked, withoutColours(text)), MASK),
  };
}

/** The form taken out of the text; not out of a mask, where a secret is a word of it: a text that is masked twice stays as it is. */
function masked(text: string, form: string): string {
  if (!text.includes(form)) return text;
  if (form.includes(MASK)) return text.replaceAll(form, MASK);
  const parts = text.split(MASK).map((part) => part.replaceAll(form, MASK));
  return parts.join(MASK);
}

/** Whether a value can be told from ordinary words. */
export const isMaskable = (secret: string): boolean => secret.trim().length >= SECRET_MIN_CHARS;

/** The value as it is, and as JSON, URLs, forms, properties files, HTML, shells, SQL, base64 and hex spell it. */
function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  const hex = bytes.toString('hex');
  const json = JSON.stringify(secret).slice(1, -1);
  return [
    secret,
    json,
    JSON.stringify(json).slice(1, -1),
    ...percentForms(secret),
    propertyValue(secret),
    ...htmlForms(secret),
    ...quotedForms(secret),
    json.replace(/[<>&]/g, unicodeEscape),
    json.replace(/[<>&'+]/g, unicodeEscape),
    json.replaceAll('/', '\\/'),
    hex,
    hex.toUpperCase(),
    ...[0, 1, 2].flatMap((offset) => base64At(bytes, offset)),
  ].filter(({ length }) => length >= SECRET_MIN_CHARS);
}

/** Programs differ in whether they escape quotes, and how. */
function htmlForms(secret: string): readonly string[] {
  const plain = secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const quoted = plain.replaceAll('"', '&quot;');
  return [
    plain,
    quoted,
    ...['&#39;', '&#039;', '&#x27;', '&apos;'].map((mark) => quoted.replaceAll("'", mark)),
    plain.replaceAll('"', '&#34;').replaceAll("'", '&#39;'),
  ];
}

/** Shells and SQL, inside of their quotes: a form of its own only where the value holds such marks. */
const quotedForms = (secret: string): readonly string[] => [
  ...[`'\\''`, `'"'"'`, `''`].map((mark) => secret.replaceAll("'", mark)),
  secret.replaceAll('"', '""'),
  secret.replace(/["$`\\]/g, String.raw`\$&`),
  secret.replace(/['\\]/g, String.raw`\$&`),
];

const unicodeEscape = (mark: string): string =>
  `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** URLs and forms differ in which marks they leave alone, and programs in how they write the digits. */
function percentForms(secret: string): readonly string[] {
  const loose = encodeURIComponent(secret);
  const strict = loose.replace(
    /[!'()*~]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  const rfc3986 = strict.replaceAll('%7E', '~');
  const form = new URLSearchParams({ x: secret }).toString().slice('x='.length);
  return [loose, loose.replaceAll('%20', '+'), strict, rfc3986, form].flatMap((spelled) => [
    spelled,
    spelled.replace(/%[0-9A-F]{2}/g, (digits) => digits.toLowerCase()),
  ]);
}

/** What base64 makes of the bytes when so many others stand before them: the characters that depend on no neighbour. */
function base64At(bytes: Buffer, offset: number): readonly string[] {
  const whole = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
  const from = Math.ceil((offset * 8) / 6);
  const to = Math.floor(((offset + bytes.length) * 8) / 6);
  const inner = whole.slice(from, to);
  return [inner, inner.replaceAll('+', '-').replaceAll('/', '_')];
}

/** The agent that writes no secret down: not into its journal, from which the app is told, nor into its log. */
export function withRedaction(agent: Agent): Agent {
  const { journal, log, redact } = agent;
  const clean = (entry: ReportEntry): ReportEntry => ({ ...entry, note: redact(entry.note) });
  return {
    ...agent,
    log: redactedLog(log, redact),
    journal: {
      ...journal,
      writeIntent: (intent, entry) => {
        const { failure } = intent;
        const told = failure && { ...failure, sentence: redact(failure.sentence) };
        return journal.writeIntent({ ...intent, ...(told && { failure: told }) }, clean(entry));
      },
      writeResult: (serial, result, entry) =>
        journal.writeResult(serial, redact(result), clean(entry)),
      tell: (job, entry) => journal.tell(job, clean(entry)),
      dropJob: (job, why) => journal.dropJob(job, redact(why)),
      finishJob: (job, outcome) => journal.finishJob(job, cleanOutcome(outcome, redact)),
    },
  };
}

function cleanOutcome(outcome: FinishOutcome, redact: Agent['redact']): FinishOutcome {
  // Cut behind the redaction, so that no half of a secret is left.
  const sentence = (text: string): string => cutText(redact(text), SENTENCE_MAX_CHARS);
  switch (outcome.kind) {
    case 'succeeded':
      return outcome;
    case 'failed': {
      const { failure } = outcome;
      return { ...outcome, failure: { ...failure, sentence: sentence(failure.sentence) } };
    }
    case 'unknown':
      return { ...outcome, question: sentence(outcome.question) };
  }
}

/** A log whose words and facts hold no secret. */
export function redactedLog(log: Log, redact: Agent['redact']): Log {
  const written =
    (level: 'info' | 'warn' | 'error'): Log['info'] =>
    (message, facts) =>
      log[level](redact(message), facts && cleanFacts(facts, redact));
  return { info: written('info'), warn: written('warn'), error: written('error') };
}

const cleanFacts = (
  facts: Readonly<Record<string, unknown>>,
  redact: Agent['redact'],
): Record<string, unknown> =>
  Object.fromEntries(Object.entries(facts).map(([name, fact]) => [name, cleanFact(fact, redact)]));

function cleanFact(fact: unknown, redact: Agent['redact']): unknown {
  if (typeof fact === 'string') return redact(fact);
  if (Array.isArray(fact)) return fact.map((each: unknown) => cleanFact(each, redact));
  if (typeof fact !== 'object' || fact === null) return fact;
  return cleanFacts({ ...fact }, redact);
}
