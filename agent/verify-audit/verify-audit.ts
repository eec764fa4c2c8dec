/** Judges the audit of a release by arithmetic alone. It shares the format in docs/audit.md with the app and the rest of the agent, and no line. An honest audit has no finding. */
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

type Json = undefined | null | boolean | number | string | readonly Json[] | Members;
interface Members {
  readonly [name: string]: Json;
}

interface Case {
  readonly audit: Members;
  readonly segments: readonly Members[];
  readonly witnesses: readonly Members[];
  readonly appKey: string;
  readonly own: OwnWitness | undefined;
  find(finding: string): void;
}

/** Reads the file and judges it; `own` is what an agent on this machine remembers. */
export function verifyAudit(file: string, own: OwnWitness | undefined): Verdict {
  const audit = parse(readFileSync(file, 'utf8'));
  if (audit?.['format'] !== 'interlock-audit-1')
    return { findings: [`${file} is no audit as a panel writes it.`], statements: [] };
  const findings: string[] = [];
  const find = (finding: string): number => findings.push(finding);
  const [segments, witnesses] = [membersIn(audit['segments']), membersIn(audit['checkpoints'])];
  const appKey = own?.appKey ?? text(audit['appKey']);
  const judged = { audit, segments, witnesses, appKey, own, find };
  judgeNames(judged, audit, MEMBERS);
  const judges = [judgeHead, judgeChain, judgeActs, judgeWitnesses, judgeByOwn];
  return { findings, statements: judges.map((judge) => judge(judged)) };
}

/** What neither a hash nor a signature covers has no place in an audit. */
function judgeNames({ find }: Case, of: Members, known: string): void {
  for (const name of Object.keys(of))
    if (!known.split(' ').includes(name)) find(`Nothing covers ${show(name)} in the audit.`);
}

/** Each segment follows its predecessor; resolves to from where on that can be checked. */
function judgeChain(judged: Case): string {
  const { audit, segments, find } = judged;
  const before = [...segments, { hash: '' }].findIndex((segment) => 'hash' in segment);
  let serial = 1;
  for (const [index, { segment, firstSerial, events, issueId }] of segments.entries()) {
    if (segment !== index + 1 || firstSerial !== serial || issueId !== audit['issueId'])
      find(`Segment ${index + 1} is out of its place: other entries are before it, or elsewhere.`);
    serial += membersIn(events).length;
  }
  judgeLinks(judged, segments.slice(before), 'interlock-events-1', `Segment behind ${before}: `);
  if (before === segments.length) return 'No segment is chained yet, so nothing proves them.';
  const checked = `The chain was checked from segment ${before + 1} to ${segments.length}`;
  return before === 0 ? `${checked}.` : `${checked}; an older version wrote what is before.`;
}

/** The end of each job has sealed what was done in it: so many rows, one behind the other. */
function judgeActs(judged: Case): string {
  const rows = membersIn(judged.audit['acts']);
  let next = 0;
  for (const { job, acts } of judged.segments.flatMap(({ events }) => membersIn(events))) {
    if (!isMembers(acts)) continue;
    const sealed = rows.slice(next, next + Number(acts['rows']));
    next += sealed.length;
    judgeLinks(judged, sealed, 'interlock-acts-1', `Acts of job ${show(job)}, row `);
    const isWhole = sealed.every((row, index) => row['row'] === index + 1 && row['job'] === job);
    if (!isWhole || sealed.length !== acts['rows'] || sealed.at(-1)?.['hash'] !== acts['head'])
      judged.find(`The acts of job ${show(job)} are not those that its end has sealed.`);
  }
  if (next < rows.length) judged.find(`No job's end has sealed the acts behind row ${next}.`);
  return `The acts that jobs have ended with were checked, ${count(next, 'row')} in all.`;
}

/** Each has the hash of its own text, follows the one before it, and is of this release. */
function judgeLinks({ audit, find }: Case, rows: readonly Members[], format: string, name: string) {
  for (const [index, { hash, ...covered }] of rows.entries()) {
    const which = `${name}${index + 1}`;
    if (hash !== sha256(canonical(covered))) find(`${which} was changed: its hash is wrong.`);
    if (covered['previous'] !== (rows[index - 1]?.['hash'] ?? ''))
      find(`${which} does not follow the one before it: its link is wrong.`);
    if (covered['format'] !== format || differ(covered, audit, ['audience', 'issueId']))
      find(`${which} is of another format, installation or release.`);
  }
}

/** The app has signed whose history the audit is, and how long it was: what is cut off shows. */
function judgeHead(judged: Case): string {
  const { audit, segments, find } = judged;
  const head = isMembers(audit['head']) ? audit['head'] : {};
  judgeNames(judged, head, 'text signature');
  const said = judgeSigned(judged, head, 'The head of the audit', 'interlock-audit-head.v1.');
  if (!said) return 'Nothing that is signed says which release this is.';
  if (Number(said['segments']) < segments.length)
    find(`The audit has ${count(segments.length, 'segment')}, its head ${show(said['segments'])}.`);
  return `This is the history of ${plain(said['issueKey'])} (issue ${plain(said['issueId'])}) of installation ${plain(said['aud'])}, made at ${new Date(Number(said['at']) * 1_000).toUTCString()}.`;
}

/** Agents have countersigned that this history once began so. */
function judgeWitnesses(judged: Case): string {
  const { witnesses, find } = judged;
  for (const witness of witnesses) {
    const name = `The checkpoint that ${show(witness['agent'])} has countersigned`;
    judgeNames(judged, witness, 'text signature agent publicKey countersignature');
    judgeSigned(judged, witness, name);
    const signed = `interlock-countersignature.v1.${text(witness['agent'])}.${text(witness['text'])}`;
    if (!isSigned(witness['publicKey'], signed, witness['countersignature']))
      find(`${name} is not countersigned with the key that stands beside it.`);
  }
  return `The audit holds ${count(witnesses.length, 'countersigned checkpoint')}.`;
}

/** What this agent has kept cannot be rewritten elsewhere, whoever has the installation's key. */
function judgeByOwn(judged: Case): string {
  const { audit, witnesses, own, find } = judged;
  if (!own)
    return 'No agent on this machine bears witness: an audit that was rewritten as a whole, with keys of its own, would pass.';
  if (audit['audience'] !== own.audience || audit['appKey'] !== own.appKey)
    find('The audit names another installation, or key of it, than this agent works for.');
  const kept = own.checkpointsOf(text(audit['issueId']));
  for (const signed of kept) judgeSigned(judged, { ...signed }, 'A checkpoint of this agent');
  for (const { agent, text: claimed } of witnesses)
    if (agent === own.agent && !kept.some((signed) => signed.text === claimed))
      find('The audit names this agent as the witness of a checkpoint that it never kept.');
  return `This agent keeps ${count(kept.length, 'checkpoint')} of the release.`;
}

/** A checkpoint is the installation's, about this release, and this history begins as it says; resolves to what is signed. */
function judgeSigned(judged: Case, seal: Members, name: string, mark = 'interlock-checkpoint.v1.') {
  const { audit, segments, appKey, find } = judged;
  const isGenuine = isSigned(appKey, mark + text(seal['text']), seal['signature']);
  const said = isGenuine ? parse(text(seal['text'])) : undefined;
  const size = Number(said?.['segments']);
  const upTo = segments.slice(0, size);
  const events = upTo.flatMap((segment) => membersIn(segment['events'])).length;
  if (!said) find(`${name} is not signed with the installation's key.`);
  else if (said['aud'] !== audit['audience'] || differ(said, audit, ['issueId', 'issueKey']))
    find(`${name} is of another release or installation.`);
  else if (segments.length < size)
    find(`${name} has ${count(size, 'segment')}: the end was cut off, or download it again.`);
  else if ((upTo.at(-1)?.['hash'] ?? '') !== said['head'] || events !== said['events'])
    find(`${name} tells of another history in its ${count(size, 'segment')}.`);
  return said;
}

function isSigned(publicKey: Json, signed: string, signature: Json): boolean {
  if (!KEY.test(text(publicKey)) || !SIGNATURE.test(text(signature))) return false;
  const x = Buffer.from(text(publicKey), 'base64').toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  return verify(null, Buffer.from(signed), key, Buffer.from(text(signature), 'base64'));
}

/** JSON with sorted names and without blanks. */
function canonical(value: Json): string {
  if (isList(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isMembers(value)) return JSON.stringify(value);
  const member = (name: string) => `${JSON.stringify(name)}:${canonical(value[name] ?? null)}`;
  return `{${Object.keys(value).sort().map(member).join(',')}}`;
}

/** Undefined for no JSON object, and where a name stands twice or a number is spelled oddly: people would read the one, programs the other. */
function parse(source: string): Members | undefined {
  const plainly = (part: string) => (part.startsWith('"') ? JSON.stringify(JSON.parse(part)) : '');
  try {
    const value: unknown = JSON.parse(source);
    const spelled = source.replace(/"[^"\\]*(?:\\.[^"\\]*)*"|\s+/g, plainly);
    return isMembers(value) && spelled === JSON.stringify(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const MEMBERS = 'format audience issueId issueKey appKey head segments acts checkpoints';
const KEY = /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/;
const SIGNATURE = /^[A-Za-z0-9+/]{85}[AQgw]==$/;
const sha256 = (source: string): string => createHash('sha256').update(source).digest('hex');
const isList = (value: unknown): value is readonly Json[] => Array.isArray(value);
const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !isList(value);
/** What is no list has one row that holds nothing, and is found. */
const membersIn = (of: Json): readonly Members[] =>
  (isList(of) ? of : of === undefined ? [] : [0]).map((row) => (isMembers(row) ? row : {}));
const differ = (one: Members, other: Members, names: readonly string[]): boolean =>
  names.some((name) => one[name] !== other[name]);
const text = (value: Json): string => (typeof value === 'string' ? value : '');
const show = (value: Json): string => JSON.stringify(value ?? null);
const plain = (value: Json): string => text(value).replace(/[^!-~]/g, '?');
const count = (size: number, word: string): string => `${size} ${word}${size === 1 ? '' : 's'}`;
