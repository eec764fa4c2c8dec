/** The history of a release with its hashes and witnesses, page by page, as `interlock-agent verify-audit` reads it. */
import { sentenceOf } from '#core/refusal';
import { auditHeadText } from '#wire/checkpoint';
import type { AuditSegment, AuditWitness, PanelAnswers } from '#wire/page';
import type { CheckpointRecord, EventSegment } from '#wire/records';
import { signCheckpoint } from './checkpoints';
import { segmentKey } from './commit';
import { refused } from './outcome';
import { placesOf } from './ports';
import type { Ports } from './ports';

/** A stored value is at most 240 KiB, so that a page stays below Forge's 5 MB for an answer. */
const SEGMENTS_PER_PAGE = 12;

/** The segments from one on, and how far the history has come: the last page's head is the whole export's. */
export async function exportAudit(
  ports: Ports,
  input: { readonly issueId: string; readonly from: number },
): Promise<PanelAnswers['audit.get']> {
  const record = await ports.store.get('release', input.issueId);
  if (!record) return refused(sentenceOf({ why: 'not-a-release' }));
  const { segments } = record.history;
  const count = Math.max(0, Math.min(SEGMENTS_PER_PAGE, segments - input.from + 1));
  const keys = Array.from({ length: count }, (_, index) =>
    segmentKey(input.issueId, input.from + index),
  );
  const found = await ports.store.getMany([
    ...placesOf('events', keys),
    ...placesOf('checkpoint', keys),
  ]);
  const next = input.from + count;
  return {
    kind: 'page',
    format: 'interlock-audit-1',
    audience: ports.audience,
    issueId: input.issueId,
    issueKey: record.issueKey,
    appKey: await ports.crypto.appKey(),
    head: await signCheckpoint(ports, record, auditHeadText),
    segments: keys.flatMap((key) => segmentOf(found.get('events', key))),
    checkpoints: keys.flatMap((key) => witnessesOf(found.get('checkpoint', key))),
    next: next > segments ? null : next,
  };
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
