/** Real histories, spoiled at random: whoever changes one is found out. */
import { beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalText } from '#core/canonical';
import { auditHeadText, Checkpoint, checkpointText, countersignedText } from '#wire/checkpoint';
import { verifyAudit } from '../../../agent/verify-audit/verify-audit';
import { anAuditedRelease, wander } from '../../support/audited-release';
import type { Acts, Audit, AuditedRelease, Segment } from '../../support/audited-release';
import { scratch } from '../support/scratch';

const HISTORIES = 12;
const STEPS = 30;
const TAMPERINGS = 1_000;

const file = join(scratch(), 'audit.json');

interface History {
  readonly release: AuditedRelease;
  readonly audit: Audit;
  /** How many segments the agent has kept a checkpoint of. */
  readonly witnessed: number;
}

let histories: readonly History[];
beforeAll(async () => {
  histories = await Promise.all(
    Array.from({ length: HISTORIES }, (_, number) => aHistory(number + 1)),
  );
}, 120_000);

async function aHistory(seed: number): Promise<History> {
  const release = await anAuditedRelease();
  await wander(release, drawsFrom(seed), STEPS);
  const kept = release.own.checkpointsOf(release.world.issue.id);
  const sizes = kept.map(({ text }) => Checkpoint.parse(JSON.parse(text)).segments);
  return { release, audit: await release.audit(), witnessed: Math.max(0, ...sizes) };
}

/** Numbers that look drawn: the same seed, the same ones. */
function drawsFrom(seed: number): () => number {
  let drawn = 0;
  return () => {
    drawn += 1;
    const digest = createHash('sha256').update(`${seed}.${drawn}`).digest();
    return digest.readUInt32BE() / 2 ** 32;
  };
}

const judge = (audit: Audit, { release }: History) => {
  writeFileSync(file, JSON.stringify(audit));
  return verifyAudit(file, release.own);
};

test('what nobody has touched holds, with and without an agent', () => {
  for (const history of histories) {
    expect(judge(history.audit, history).findings).toEqual([]);
    expect(verifyAudit(file, undefined).findings).toEqual([]);
    expect(history.release.errors).toEqual([]);
  }
  const segments = histories.map(({ audit }) => audit.segments.length);
  expect(Math.min(...segments)).toBeGreaterThan(8);
  const checkpoints = histories.map(({ audit }) => audit.checkpoints.length);
  expect(Math.min(...checkpoints)).toBeGreaterThan(1);
  const rows = histories.map(({ audit }) => audit.acts.length);
  expect(rows.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(HISTORIES);
});

/** One way to spoil a list of rows; undefined where it would change nothing. `from` and `by` are drawn. */
type Spoil<Row> = (rows: Row[], from: number, by: number) => Row[] | undefined;

const at = <Row>(rows: readonly Row[], place: number): Row => {
  const row = rows[place % rows.length];
  if (!row) throw new Error('There is no row.');
  return row;
};

/** What can be done to rows without a look into them. */
const moves = <Row>(): Readonly<Record<string, Spoil<Row>>> => ({
  delete: (rows, from) => rows.filter((_, index) => index !== from % rows.length),
  insert: (rows, from, by) => {
    const place = from % (rows.length + 1);
    const copy = structuredClone(at(rows, by));
    return [...rows.slice(0, place), copy, ...rows.slice(place)];
  },
  reorder: (rows, from, by) => {
    const [one, other] = [from % rows.length, by % rows.length];
    if (one === other) return undefined;
    return rows.map((row, index) =>
      index === one ? at(rows, other) : index === other ? at(rows, one) : row,
    );
  },
  truncate: (rows, from) => rows.slice(0, from % rows.length),
});

const SPOILS: Readonly<Record<string, Spoil<Segment>>> = {
  ...moves(),
  edit: (segments, from, by) => {
    const segment = at(segments, from);
    const event = segment.events[by % segment.events.length] ?? {};
    const edits = [
      () => (event['by'] = 'acc-somebody-else'),
      () => (event['type'] = 'approvals-met-not'),
      () => (event['note'] = 'added'),
      () => (segment.at += 1 + (by % 50)),
      () => segment.events.push({ type: 'approvals-met' }),
      () => segment.events.pop(),
      () => Object.assign(segment, { approvedBy: 'acc-leader' }),
    ];
    edits[by % edits.length]?.();
    return segments;
  },
};

/** What agents did: by somebody else, elsewhere, with another end. */
const ACT_SPOILS: Readonly<Record<string, Spoil<Acts>>> = {
  ...moves(),
  edit: (rows, from, by) => {
    const row = at(rows, from);
    const act = row.acts[by % row.acts.length] ?? {};
    const edits = [
      () => (act['result'] = act['result'] === 'done' ? 'failed' : 'done'),
      () => (act['place'] = 'web-other'),
      () => (act['fence'] = Number(act['fence']) + 1 + (by % 9)),
      () => (act['note'] = 'added'),
      () => (row.name = 'Another room'),
      () => (row.at += 1 + (by % 50)),
      () => row.acts.push({ ...act }),
      () => row.acts.pop(),
    ];
    edits[by % edits.length]?.();
    return rows;
  },
};

/** As the app would have written it: numbers, links and hashes anew. */
function restamp(segments: readonly Segment[]): Segment[] {
  let previous = '';
  let serial = 1;
  return segments.map((segment, index) => {
    const numbered = { ...segment, segment: index + 1, firstSerial: serial, previous };
    const written = { ...numbered, hash: undefined };
    previous = createHash('sha256').update(canonicalText(written)).digest('hex');
    serial += segment.events.length;
    return { ...written, hash: previous };
  });
}

/** The acts spoiled and sealed anew: hashes, links, and what the ends of their jobs say. */
function resealed(audit: Audit, spoiled: readonly Acts[]): Audit {
  const heads = new Map<string, { rows: number; head: string }>();
  const acts = spoiled.map((row) => {
    const { rows, head } = heads.get(row.job) ?? { rows: 0, head: '' };
    const numbered = { ...row, row: rows + 1, previous: head, hash: undefined };
    const hash = createHash('sha256').update(canonicalText(numbered)).digest('hex');
    heads.set(row.job, { rows: rows + 1, head: hash });
    return { ...numbered, hash };
  });
  const segments = audit.segments.map((segment) => ({
    ...segment,
    events: segment.events.map((event) =>
      event['acts'] === undefined
        ? event
        : { ...event, acts: { ...event['acts'], ...heads.get(String(event['job'])) } },
    ),
  }));
  return { ...audit, acts, segments: restamp(segments) };
}

const checkpointFor = (audit: Audit, segments: readonly Segment[], like: string): string => {
  const said = Checkpoint.parse(JSON.parse(like));
  const upTo = segments.slice(0, said.segments);
  return canonicalText({
    ...said,
    aud: audit.audience,
    segments: upTo.length,
    events: upTo.reduce((total, { events }) => total + events.length, 0),
    head: upTo.at(-1)?.hash ?? '',
  });
};

/** What is left to somebody who has the installation's key, but no agent's. */
type Witnesses = 'dropped' | 'left alone' | 'signed anew' | 'countersigned by another key';

async function resign(
  audit: Audit,
  witnesses: Witnesses,
  signAsApp: (text: string) => Promise<string>,
  stranger: { readonly privateKey: KeyObject; readonly publicKey: string },
): Promise<Audit> {
  const { segments } = audit;
  const longest = JSON.stringify({
    ...Checkpoint.parse(JSON.parse(audit.head.text)),
    segments: segments.length,
  });
  const head = checkpointFor(audit, segments, longest);
  const signedAnew = await Promise.all(
    audit.checkpoints.map(async (witness) => {
      const text = checkpointFor(audit, segments, witness.text);
      const signed = { ...witness, text, signature: await signAsApp(checkpointText(text)) };
      if (witnesses === 'signed anew') return signed;
      const words = Buffer.from(countersignedText(witness.agent, text));
      const countersignature = sign(null, words, stranger.privateKey).toString('base64');
      return { ...signed, publicKey: stranger.publicKey, countersignature };
    }),
  );
  const left = witnesses === 'dropped' ? [] : audit.checkpoints;
  return {
    ...audit,
    head: { text: head, signature: await signAsApp(auditHeadText(head)) },
    checkpoints: witnesses === 'dropped' || witnesses === 'left alone' ? left : signedAnew,
  };
}

function aStranger() {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const raw = Buffer.from(String(publicKey.export({ format: 'jwk' }).x), 'base64url');
  return { privateKey, publicKey: raw.toString('base64') };
}

/** One way to write the file itself otherwise; undefined where there is no such place in it. */
type Respell = (text: string, from: number, by: number) => string | undefined;

/** Puts something else in the place of one of the matches. */
function atOne(text: string, pattern: RegExp, from: number, other: (match: string) => string) {
  const found = [...text.matchAll(pattern)];
  const one = found[from % Math.max(1, found.length)];
  if (!one) return undefined;
  return `${text.slice(0, one.index)}${other(one[0])}${text.slice(one.index + one[0].length)}`;
}

const pick = <Item>(items: readonly [Item, ...Item[]], by: number): Item =>
  items[by % items.length] ?? items[0];

/** What programs read as before, and people do not. */
const RESPELLS: Readonly<Record<string, Respell>> = {
  number: (text, from, by) =>
    atOne(text, /(?<=[":][:,[]|":)\d+(?=[,}\]])/g, from, (digits) =>
      pick([`${digits}.0`, `${digits}e0`, `${digits}.00000000000000000001`, `${digits}0E-1`], by),
    ),
  nothing: (text, from, by) =>
    atOne(text, /(?<=":)null\b/g, from, () => pick(['1e999', '-1e999', '1e400'], by)),
  twice: (text, from, by) =>
    atOne(text, /(?<=[{,])"\w+":(?!\[|\{)/g, from, (name) => `${name}${by},${name}`),
  member: (text, _, by) =>
    pick(
      [
        text.replace('{', '{"approvedBy":"acc-somebody",'),
        text.replace(/\}$/, ',"status":"Released"}'),
        text.replace('"head":{', '"head":{"status":"Released",'),
        text.replace('"checkpoints":[{', '"checkpoints":[{"note":"seen",'),
      ],
      by,
    ),
};

const KINDS = [...Object.keys(SPOILS), 'restamp'] as const;
/** Of the history, or of what agents did. */
const PARTS = ['segments', 'acts'] as const;

const respelling = fc.record({
  history: fc.nat(HISTORIES - 1),
  part: fc.constant('file' as const),
  kind: fc.constantFrom(...Object.keys(RESPELLS)),
  from: fc.nat(10_000),
  by: fc.nat(10_000),
});

const tampering = fc.record({
  history: fc.nat(HISTORIES - 1),
  part: fc.constantFrom(...PARTS),
  kind: fc.constantFrom(...KINDS),
  within: fc.constantFrom(...Object.keys(SPOILS)),
  from: fc.nat(10_000),
  by: fc.nat(10_000),
  witnesses: fc.constantFrom<Witnesses>(
    'dropped',
    'left alone',
    'signed anew',
    'countersigned by another key',
  ),
});
type Tampering = typeof tampering extends fc.Arbitrary<infer Value> ? Value : never;
type Respelling = typeof respelling extends fc.Arbitrary<infer Value> ? Value : never;

/** The spoiled file; undefined where the draw changes nothing. */
async function spoil(drawn: Tampering | Respelling, history: History): Promise<string | undefined> {
  if (drawn.part === 'file') {
    const text = JSON.stringify(history.audit);
    const spelled = RESPELLS[drawn.kind]?.(text, drawn.from, drawn.by);
    return spelled === text ? undefined : spelled;
  }
  const spoiled = await (drawn.part === 'acts' ? spoilActs : spoilSegments)(drawn, history);
  return spoiled && JSON.stringify(spoiled);
}

async function spoilActs(drawn: Tampering, history: History): Promise<Audit | undefined> {
  const audit = structuredClone(history.audit);
  const original = JSON.stringify(audit.acts);
  const kind = drawn.kind === 'restamp' ? drawn.within : drawn.kind;
  // Jobs that ended behind the last checkpoint are nobody's to witness.
  const sealed = history.audit.segments
    .slice(0, drawn.kind === 'restamp' ? history.witnessed : undefined)
    .flatMap(({ events }) => events.flatMap(({ acts, job }) => (acts ? [job] : [])));
  const mine = audit.acts.filter(({ job }) => sealed.includes(job));
  const rest = audit.acts.filter(({ job }) => !sealed.includes(job));
  const spoiled = mine.length > 0 ? ACT_SPOILS[kind]?.(mine, drawn.from, drawn.by) : undefined;
  const acts = spoiled && [...spoiled, ...rest];
  if (!acts || JSON.stringify(acts) === original) return undefined;
  if (drawn.kind !== 'restamp') return { ...audit, acts };
  const anew = resealed(audit, acts);
  if (JSON.stringify(anew.segments) === JSON.stringify(history.audit.segments)) return undefined;
  const { signAsApp } = history.release.world.ports.crypto;
  return resign(anew, drawn.witnesses, signAsApp, aStranger());
}

async function spoilSegments(drawn: Tampering, history: History): Promise<Audit | undefined> {
  const audit = structuredClone(history.audit);
  const original = JSON.stringify(audit.segments);
  if (drawn.kind !== 'restamp') {
    const segments = SPOILS[drawn.kind]?.(audit.segments, drawn.from, drawn.by);
    if (!segments || JSON.stringify(segments) === original) return undefined;
    return { ...audit, segments };
  }
  // Behind the last checkpoint an agent has seen nothing: what the installation's own key signs there stands.
  const witnessed = audit.segments.slice(0, history.witnessed);
  const rest = audit.segments.slice(history.witnessed);
  const spoiled = SPOILS[drawn.within]?.(witnessed, drawn.from, drawn.by);
  const kept = drawn.within === 'truncate' ? [] : rest;
  if (!spoiled) return undefined;
  const segments = restamp([...spoiled, ...kept]);
  const seen = segments.slice(0, history.witnessed);
  if (JSON.stringify(seen) === JSON.stringify(history.audit.segments.slice(0, history.witnessed)))
    return undefined;
  const { signAsApp } = history.release.world.ports.crypto;
  return resign({ ...audit, segments }, drawn.witnesses, signAsApp, aStranger());
}

test(`${TAMPERINGS} of ${TAMPERINGS} tamperings are found: edit, delete, insert, reorder, truncate, re-stamp, respell`, async () => {
  const found = new Map<string, number>();
  let total = 0;
  await fc.assert(
    fc.asyncProperty(fc.oneof({ arbitrary: tampering, weight: 4 }, respelling), async (drawn) => {
      const history = histories[drawn.history];
      if (!history) throw new Error('There is no such history.');
      const spoiled = await spoil(drawn, history);
      fc.pre(spoiled !== undefined);
      total += 1;
      writeFileSync(file, spoiled);
      const { findings } = verifyAudit(file, history.release.own);
      expect(findings.length).toBeGreaterThan(0);
      const name = `${drawn.part} ${drawn.kind}`;
      found.set(name, (found.get(name) ?? 0) + 1);
    }),
    { numRuns: TAMPERINGS },
  );
  const each = [...found].map(([kind, count]) => `${kind} ${count}`).sort();
  const sum = [...found.values()].reduce((whole, count) => whole + count, 0);
  process.stdout.write(`tamperings found: ${sum} of ${total} (${each.join(', ')})\n`);
  expect(sum).toBe(TAMPERINGS);
  const all = PARTS.flatMap((part) => KINDS.map((kind) => `${part} ${kind}`));
  const spelled = Object.keys(RESPELLS).map((kind) => `file ${kind}`);
  expect([...found.keys()].sort()).toEqual([...all, ...spelled].sort());
}, 240_000);
