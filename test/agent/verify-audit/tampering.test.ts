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
import type { Audit, AuditedRelease, Segment } from '../../support/audited-release';
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
});

/** One way to spoil the history; undefined where it would change nothing. `from` and `by` are drawn. */
type Spoil = (segments: Segment[], from: number, by: number) => Segment[] | undefined;

const at = (segments: readonly Segment[], place: number): Segment => {
  const segment = segments[place % segments.length];
  if (!segment) throw new Error('There is no segment.');
  return segment;
};

const SPOILS: Readonly<Record<string, Spoil>> = {
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
  delete: (segments, from) => segments.filter((_, index) => index !== from % segments.length),
  insert: (segments, from, by) => {
    const place = from % (segments.length + 1);
    const copy = structuredClone(at(segments, by));
    return [...segments.slice(0, place), copy, ...segments.slice(place)];
  },
  reorder: (segments, from, by) => {
    const [one, other] = [from % segments.length, by % segments.length];
    if (one === other) return undefined;
    return segments.map((segment, index) =>
      index === one ? at(segments, other) : index === other ? at(segments, one) : segment,
    );
  },
  truncate: (segments, from) => segments.slice(0, from % segments.length),
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

const KINDS = [...Object.keys(SPOILS), 'restamp'] as const;

const tampering = fc.record({
  history: fc.nat(HISTORIES - 1),
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

/** The spoiled audit; undefined where the draw changes nothing. */
async function spoil(drawn: Tampering, history: History): Promise<Audit | undefined> {
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

test(`${TAMPERINGS} of ${TAMPERINGS} tamperings are found: edit, delete, insert, reorder, truncate, re-stamp`, async () => {
  const found = new Map<string, number>();
  let total = 0;
  await fc.assert(
    fc.asyncProperty(tampering, async (drawn) => {
      const history = histories[drawn.history];
      if (!history) throw new Error('There is no such history.');
      const spoiled = await spoil(drawn, history);
      fc.pre(spoiled !== undefined);
      total += 1;
      const { findings } = judge(spoiled, history);
      expect(findings.length).toBeGreaterThan(0);
      found.set(drawn.kind, (found.get(drawn.kind) ?? 0) + 1);
    }),
    { numRuns: TAMPERINGS },
  );
  const each = [...found].map(([kind, count]) => `${kind} ${count}`).sort();
  const sum = [...found.values()].reduce((whole, count) => whole + count, 0);
  process.stdout.write(`tamperings found: ${sum} of ${total} (${each.join(', ')})\n`);
  expect(sum).toBe(TAMPERINGS);
  expect([...found.keys()].sort()).toEqual([...KINDS].sort());
}, 120_000);
