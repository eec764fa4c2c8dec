/**
 * Judges the audit of a release by arithmetic alone. It shares no line with the app that wrote it, nor with the
 * rest of the agent, only the format in docs/audit.md. An honest audit has no finding.
 */
import { createHash, createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** What an agent of this machine has kept and pinned: whoever changes the app's store cannot change it. */
export interface OwnWitness {
  readonly agent: string;
  readonly audience: string;
  readonly appKey: string;
  checkpointsOf(issueId: string): readonly { readonly text: string; readonly signature: string }[];
}

/** Findings: each names one thing that is wrong. Statements: what was checked, and what could not be. */
export interface Verdict {
  readonly findings: readonly string[];
  readonly statements: readonly string[];
}

type Json = null | boolean | number | string | readonly Json[] | Members;
interface Members {
  readonly [name: string]: Json;
}

interface Case {
  readonly audit: Members;
  readonly segments: readonly Members[];
  readonly witnesses: readonly Members[];
  readonly appKey: string;
  find(finding: string): void;
}

const FORMAT = 'interlock-audit-1';

/** Reads the file and judges it; `own` is what an agent on this machine remembers. */
export function verifyAudit(file: string, own: OwnWitness | undefined): Verdict {
  const audit = parse(readFileSync(file, 'utf8'));
  if (!isMembers(audit) || audit['format'] !== FORMAT)
    return { findings: [`${file} is no audit in the format ${FORMAT}.`], statements: [] };
  const findings: string[] = [];
  const find = (finding: string): number => findings.push(finding);
  const segments = membersIn(audit['segments']);
  const witnesses = membersIn(audit['checkpoints']);
  const appKey = own?.appKey ?? text(audit['appKey']);
  const judged: Case = { audit, segments, witnesses, appKey, find };

  const chain = judgeChain(judged);
  const made = judgeHead(judged);
  for (const witness of witnesses) judgeWitness(judged, witness);
  const signed = `The audit holds ${count(witnesses.length, 'countersigned checkpoint')}.`;
  return { findings, statements: [made, chain, signed, judgeByOwn(judged, own)] };
}

/** Each segment follows its predecessor and has the hash of its own text; resolves to where that holds. */
function judgeChain({ audit, segments, find }: Case): string {
  const unchained = segments.findIndex((segment) => 'hash' in segment);
  const before = unchained < 0 ? segments.length : unchained;
  let serial = 1;
  for (const [index, segment] of segments.entries()) {
    const name = `Segment ${index + 1}`;
    const { hash, ...covered } = segment;
    if (segment['segment'] !== index + 1)
      find(`${name} is out of its place: it has the number ${show(segment['segment'])}.`);
    if (segment['issueId'] !== audit['issueId']) find(`${name} is of another release.`);
    if (segment['firstSerial'] !== serial)
      find(`${name} begins with entry ${show(segment['firstSerial'])} instead of ${serial}.`);
    serial += lengthOf(segment['events']);
    if (index < before) continue;
    if (hash === undefined) find(`${name} has lost its hash.`);
    else if (hash !== sha256(canonical(covered))) find(`${name} was changed: its hash is wrong.`);
    if (segment['previous'] !== (segments[index - 1]?.['hash'] ?? ''))
      find(`${name} does not follow the segment before it: its link is wrong.`);
    if (segment['format'] !== 'interlock-events-1' || segment['audience'] !== audit['audience'])
      find(`${name} is of another format or installation.`);
  }
  if (before === segments.length) return 'No segment is chained yet, so nothing proves them.';
  const checked = `The chain was checked from segment ${before + 1} to ${segments.length}`;
  return before === 0 ? `${checked}.` : `${checked}; an older version wrote what is before.`;
}

/** The app has signed how long the history was when the audit was made: what is cut off shows. */
function judgeHead(judged: Case): string {
  const { audit, segments, find } = judged;
  const head = isMembers(audit['head']) ? audit['head'] : {};
  const said = judgeCheckpoint(judged, head, 'The head of the audit', 'interlock-audit-head.v1.');
  if (!said) return 'When the audit was made is unknown.';
  if (said['issueKey'] !== audit['issueKey']) find('The head of the audit names another issue.');
  if (Number(said['segments']) < segments.length)
    find(`The audit has ${count(segments.length, 'segment')}, its head ${show(said['segments'])}.`);
  return `The audit was made at ${new Date(Number(said['at']) * 1_000).toUTCString()}.`;
}

/** An agent has countersigned that this history once began so. */
function judgeWitness(judged: Case, witness: Members): void {
  const name = `The checkpoint that ${show(witness['agent'])} has countersigned`;
  judgeCheckpoint(judged, witness, name);
  const signed = `interlock-countersignature.v1.${text(witness['agent'])}.${text(witness['text'])}`;
  if (!isSigned(witness['publicKey'], signed, witness['countersignature']))
    judged.find(`${name} is not countersigned with the key that stands beside it.`);
}

/** What this agent has kept cannot be rewritten elsewhere, whoever has the installation's key. */
function judgeByOwn(judged: Case, own: OwnWitness | undefined): string {
  const { audit, witnesses, find } = judged;
  if (!own)
    return 'No agent on this machine bears witness: an audit that was rewritten as a whole, with keys of its own, would pass.';
  if (audit['audience'] !== own.audience)
    find('The audit is of another installation than the one that this agent works for.');
  if (audit['appKey'] !== own.appKey)
    find(
      'The audit names another key of the installation than the one that this agent has pinned.',
    );
  const kept = own.checkpointsOf(text(audit['issueId']));
  for (const signed of kept) judgeCheckpoint(judged, { ...signed }, 'A checkpoint of this agent');
  const texts: readonly Json[] = kept.map((signed) => signed.text);
  for (const { agent, text: claimed = null } of witnesses)
    if (agent === own.agent && !texts.includes(claimed))
      find('The audit names this agent as the witness of a checkpoint that it never kept.');
  return `This agent keeps ${count(kept.length, 'checkpoint')} of the release.`;
}

/** A checkpoint is the installation's, about this release, and this history begins as it says. */
function judgeCheckpoint(
  judged: Case,
  signed: Members,
  name: string,
  mark = 'interlock-checkpoint.v1.',
): Members | undefined {
  const { audit, segments, appKey, find } = judged;
  const said = parse(text(signed['text']));
  if (!isSigned(appKey, mark + text(signed['text']), signed['signature']))
    find(`${name} is not signed with the installation's key.`);
  const isOurs = isMembers(said) && said['aud'] === audit['audience'];
  if (!isOurs || said['issueId'] !== audit['issueId']) {
    find(`${name} is of another release or installation.`);
    return undefined;
  }
  const size = Number(said['segments']);
  const upTo = segments.slice(0, size);
  const events = upTo.reduce((total, segment) => total + lengthOf(segment['events']), 0);
  if (segments.length < size)
    find(
      `${name} has ${count(size, 'segment')}: the audit's end was cut off, or download it again.`,
    );
  else if ((upTo.at(-1)?.['hash'] ?? '') !== said['head'] || events !== said['events'])
    find(`${name} tells of another history in its ${count(size, 'segment')}.`);
  return said;
}

function isSigned(
  publicKey: Json | undefined,
  signed: string,
  signature: Json | undefined,
): boolean {
  const x = Buffer.from(text(publicKey), 'base64').toString('base64url');
  try {
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    return verify(null, Buffer.from(signed), key, Buffer.from(text(signature), 'base64'));
  } catch {
    return false;
  }
}

/** JSON with sorted names and without blanks. */
function canonical(value: Json): string {
  if (isList(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isMembers(value)) return JSON.stringify(value);
  const member = (name: string) => `${JSON.stringify(name)}:${canonical(value[name] ?? null)}`;
  return `{${Object.keys(value).sort().map(member).join(',')}}`;
}

/** Undefined for what is no JSON, and where a name stands twice: people would read the one, programs the other. */
function parse(source: string): unknown {
  const strings = source.match(/"[^"\\]*(?:\\.[^"\\]*)*"(?:\s*:)?/g) ?? [];
  const names = strings.filter((part) => part.endsWith(':')).length;
  let read = -1;
  const count = function (this: unknown, _: string, value: unknown): unknown {
    if (!isList(this)) read += 1;
    return value;
  };
  try {
    const value: unknown = JSON.parse(source, count);
    return read === names ? value : undefined;
  } catch {
    return undefined;
  }
}

const sha256 = (source: string): string => createHash('sha256').update(source).digest('hex');
const isList = (value: unknown): value is readonly Json[] => Array.isArray(value);
const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !isList(value);
const membersIn = (value: Json | undefined): readonly Members[] =>
  isList(value) ? value.map((each) => (isMembers(each) ? each : {})) : [];
const lengthOf = (value: Json | undefined): number => (isList(value) ? value.length : 0);
const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
const show = (value: Json | undefined): string => JSON.stringify(value ?? null);
const count = (size: number, word: string): string => `${size} ${word}${size === 1 ? '' : 's'}`;
