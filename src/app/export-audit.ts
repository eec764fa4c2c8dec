/** The history of a release with its hashes, acts and witnesses, page by page, as `interlock-agent verify-audit` reads it. */
import { sentenceOf } from '#core/refusal';
import { auditHeadText } from '#wire/checkpoint';
import type { AuditActs, AuditPage, AuditSegment, AuditWitness, PanelAnswers } from '#wire/page';
import type { ActsRecord, CheckpointRecord, EventSegment } from '#wire/records';
import { signCheckpoint } from './checkpoints';
import { segmentKey } from './commit';
import { refused } from './outcome';
import { placesOf } from './ports';
import type { Found, Ports } from './ports';
import { actsKey } from './report-acts';

/** A stored value is at most 240 KiB, so that a page stays below Forge's 5 MB for an answer. */
const SEGMENTS_PER_PAGE = 12;
/** A row holds at most the acts of one report. */
const ACTS_PER_PAGE = 20;

interface Asked {
  readonly issueId: string;
  readonly from: number;
  /** Of the acts that the page's segments have sealed; absent: the segments are asked for. */
  readonly acts?: number;
  /** Where the page of these acts ended: what came later has a page of its own. */
  readonly upTo?: number;
}

/** The segments from one on, and how far the history has come: the last page's head is the whole export's. */
export async function exportAudit(
  ports: Ports,
  { issueId, from, acts, upTo = Infinity }: Asked,
): Promise<PanelAnswers['audit.get']> {
  const record = await ports.store.get('release', issueId);
  if (!record) return refused(sentenceOf({ why: 'not-a-release' }));
  const { segments } = record.history;
  const count = Math.max(0, Math.min(SEGMENTS_PER_PAGE, Math.min(upTo, segments) - from + 1));
  const keys = Array.from({ length: count }, (_, index) => segmentKey(issueId, from + index));
  const found = await ports.store.getMany([
    ...placesOf('events', keys),
    ...placesOf('checkpoint', keys),
  ]);
  const rows = keys.flatMap((key) => sealedRows(found.get('events', key)));
  const next = from + count;
  return {
    kind: 'page',
    format: 'interlock-audit-1',
    audience: ports.audience,
    issueId,
    issueKey: record.issueKey,
    appKey: await ports.crypto.appKey(),
    head: await signCheckpoint(ports, record, auditHeadText),
    ...(acts === undefined
      ? { ...historyOf(keys, found), acts: [], nextActs: rows.length > 0 ? 0 : null }
      : await actsOf(ports, rows, acts)),
    upTo: next - 1,
    next: next > segments ? null : next,
  };
}

const historyOf = (
  keys: readonly string[],
  found: Found,
): Pick<AuditPage, 'segments' | 'checkpoints'> => ({
  segments: keys.flatMap((key) => segmentOf(found.get('events', key))),
  checkpoints: keys.flatMap((key) => witnessesOf(found.get('checkpoint', key))),
});

/** The keys of the acts whose jobs have ended in the segment, in the order in which they are exported. */
const sealedRows = (segment: EventSegment | undefined): readonly string[] =>
  (segment?.events ?? []).flatMap((event) =>
    event.type === 'job-claimed'
      ? Array.from({ length: event.acts?.rows ?? 0 }, (_, index) => actsKey(event.job, index + 1))
      : [],
  );

async function actsOf(
  { store }: Ports,
  rows: readonly string[],
  from: number,
): Promise<Pick<AuditPage, 'segments' | 'checkpoints' | 'acts' | 'nextActs'>> {
  const keys = rows.slice(from, from + ACTS_PER_PAGE);
  const found = await store.getMany(placesOf('acts', keys));
  const next = from + keys.length;
  return {
    segments: [],
    checkpoints: [],
    acts: keys.flatMap((key) => rowOf(found.get('acts', key))),
    nextActs: next < rows.length ? next : null,
  };
}

/** What the hash covers, and the hash. */
function rowOf(record: ActsRecord | undefined): readonly AuditActs[] {
  if (!record) return [];
  const { format, audience, issueId, job, row, agent, name, at, acts, previous, hash } = record;
  return [{ format, audience, issueId, job, row, agent, name, at, acts, previous, hash }];
}

/** What the hash covers, and the hash; a row from before the chain comes without one. */
function segmentOf(row: EventSegment | undefined): readonly AuditSegment[] {
  if (!row) return [];
  const { format, audience, issueId, segment, firstSerial, at, events, previous, hash } = row;
  const plain = { issueId, segment, firstSerial, at, events };
  return format === undefined || audience === undefined
    ? [plain]
    : [{ format, audience, ...plain, previous, hash }];
}

/** Only what a signature covers: when it arrived is nobody's proof. */
const witnessesOf = (row: CheckpointRecord | undefined): readonly AuditWitness[] =>
  (row?.witnesses ?? []).map(({ text, signature, agent, publicKey, countersignature }) => ({
    text,
    signature,
    agent,
    publicKey,
    countersignature,
  }));
