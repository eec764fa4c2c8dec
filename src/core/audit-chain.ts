/** The chain of a release's history: each segment carries its predecessor's hash, so that none changes unseen. */
import { canonicalText } from './canonical';
import type { Sha256 } from './canonical';
import type { ReleaseEvent } from './release-event';

/** Names what is hashed and how; the verifier reads no other. */
export const SEGMENT_FORMAT = 'interlock-events-1';

/** What a segment's hash covers. */
export interface ChainedSegment {
  readonly format: typeof SEGMENT_FORMAT;
  /** The installation: a history of another one is not this one's. */
  readonly audience: string;
  readonly issueId: string;
  /** From 1. */
  readonly segment: number;
  /** Serial of its first event, from 1. */
  readonly firstSerial: number;
  /** Epoch seconds. */
  readonly at: number;
  readonly events: readonly ReleaseEvent[];
  /** The predecessor's hash; empty where the chain begins. */
  readonly previous: string;
}

/** How far a history has come. */
export interface HistoryHead {
  readonly segments: number;
  readonly events: number;
  /** Hash of the last segment. */
  readonly head: string;
  /**
   * The segment at which the chain begins. Absent in records from before segments named format and
   * installation: their hashes cannot be taken again, because reading fills in what was added since.
   */
  readonly chainedFrom?: number;
}

/** The history of a release that is about to be made. */
export const NO_HISTORY: HistoryHead = { segments: 0, events: 0, head: '', chainedFrom: 1 };

/** SHA-256 over the segment's canonical text; whatever else stands beside these members is not covered. */
function segmentHash(segment: ChainedSegment, sha256: Sha256): string {
  const { format, audience, issueId, firstSerial, at, events, previous } = segment;
  const covered = { format, audience, issueId, firstSerial, at, events, previous };
  return sha256(canonicalText({ ...covered, segment: segment.segment }));
}

/** The segment that follows, with its hash; behind rows that no chain holds it begins one. */
export function nextSegment(
  history: HistoryHead,
  news: Pick<ChainedSegment, 'audience' | 'issueId' | 'at' | 'events'>,
  sha256: Sha256,
): ChainedSegment & { readonly hash: string } {
  const segment: ChainedSegment = {
    ...news,
    format: SEGMENT_FORMAT,
    segment: history.segments + 1,
    firstSerial: history.events + 1,
    previous: history.chainedFrom === undefined ? '' : history.head,
  };
  return { ...segment, hash: segmentHash(segment, sha256) };
}

/** The history with the segment that follows it. */
export const historyWith = (
  history: HistoryHead,
  { segment, events, hash }: ChainedSegment & { readonly hash: string },
): HistoryHead => ({
  segments: segment,
  events: history.events + events.length,
  head: hash,
  chainedFrom: history.chainedFrom ?? segment,
});
