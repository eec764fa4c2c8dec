/** I10 and I13: releases move along declared edges only, and each change of one has exactly one record. */
import { hash } from 'node:crypto';
import { canonicalText } from '#core/canonical';
import { evolve, replay } from '#core/evolve';
import type { Release } from '#core/release';
import type { ReleaseEvent } from '#core/release-event';
import { TRANSITIONS } from '#core/transitions';
import type { EventSegment, ReleaseRecord } from '#wire/records';
import type { ClickLedger } from './click-ledger';
import type { FakeStore, Written } from './fake-store';
import type { Sim } from './sim';

export interface HistoryWatch {
  /** Everything that happened to an issue's release, oldest first. */
  eventsOf(issueId: string): readonly ReleaseEvent[];
  /** The hash of each segment that was ever stored for an issue's release, oldest first. */
  headsOf(issueId: string): readonly string[];
  /** Verifies the chain of an issue's release from its beginning. */
  verifyChain(record: ReleaseRecord): void;
}

const sha256 = (text: string): string => hash('sha256', text);
const same = (left: unknown, right: unknown): boolean =>
  canonicalText(left) === canonicalText(right);

export function watchHistory(sim: Sim, store: FakeStore, clicks: ClickLedger): HistoryWatch {
  const histories = new Map<string, ReleaseEvent[]>();
  const heads = new Map<string, string[]>();

  store.onCommit((changes) => {
    for (const { entity, key, before, asNew } of changes) {
      if (entity === 'events' && asNew && before !== undefined)
        sim.violated('I13', `The record ${key} of the history was overwritten.`);
    }
    for (const change of changes) {
      if (change.entity === 'release') onRelease(change, changes);
    }
  });

  function onRelease(change: Written, changes: readonly Written[]): void {
    const before = change.before as ReleaseRecord | undefined;
    const after = change.after as ReleaseRecord | undefined;
    if (!after) return;
    const segment = before
      ? (changes.find(({ entity }) => entity === 'events')?.after as EventSegment | undefined)
      : store.peek('events', `${change.key}.00001`);
    if (!segment) {
      if (before && isUnchanged(before, after)) return;
      sim.violated('I13', `Release ${change.key} changed without a record.`);
      return;
    }
    const problem = linkProblem(before, after, segment);
    if (problem !== undefined) sim.violated('I13', `Release ${change.key}: ${problem}`);
    checkEdges(before?.state, segment.events);
    histories.set(change.key, [...(histories.get(change.key) ?? []), ...segment.events]);
    heads.set(change.key, [...(heads.get(change.key) ?? []), segment.hash]);
    for (const event of segment.events) {
      sim.count(event.type);
      clicks.recorded(change.key, event, after.state.planDigest);
    }
  }

  function checkEdges(before: Release | undefined, events: readonly ReleaseEvent[]): void {
    let release = before;
    for (const event of events) {
      const next: Release = release ? evolve(release, event) : replay([event]);
      // No transition: there is no issue any more that could make one.
      const isLost = event.type === 'issue-gone';
      if (release && release.status !== next.status && !isLost && !isEdge(release, next))
        sim.violated('I10', `${event.type} led from ${release.status} to ${next.status}.`);
      release = next;
    }
  }

  return {
    eventsOf: (issueId) => histories.get(issueId) ?? [],
    headsOf: (issueId) => heads.get(issueId) ?? [],
    verifyChain: (record) => {
      const { issueId } = record.state;
      const chain = Array.from({ length: record.history.segments }, (_, index) =>
        store.peek('events', `${issueId}.${String(index + 1).padStart(5, '0')}`),
      );
      const events = chain.flatMap((segment) => segment?.events ?? []);
      if (!same(replay(events), record.state))
        sim.violated('I13', `Replaying the history of ${issueId} does not lead to its state.`);
      const broken = chain.some(
        (segment, index) =>
          !segment ||
          segment.previous !== (chain[index - 1]?.hash ?? '') ||
          segment.hash !== hashOf(segment),
      );
      if (broken || chain.at(-1)?.hash !== record.history.head)
        sim.violated('I13', `The chain of ${issueId} does not verify.`);
      if (
        !same(
          heads.get(issueId),
          chain.map((segment) => segment?.hash),
        )
      )
        sim.violated('I13', `A head of ${issueId} that was stored once is gone from the chain.`);
    },
  };
}

/** Mostly both are one object, or spelled alike; the canonical text decides in doubt. */
function isUnchanged(before: ReleaseRecord, after: ReleaseRecord): boolean {
  const [old, now] = [before, after].map(({ state, history }) => ({ state, history }));
  const isOne = before.state === after.state && before.history === after.history;
  return isOne || JSON.stringify(old) === JSON.stringify(now) || same(old, now);
}

const isEdge = (before: Release, after: Release): boolean =>
  TRANSITIONS.some((row) => row.from.includes(before.status) && row.to === after.status);

function linkProblem(
  before: ReleaseRecord | undefined,
  after: ReleaseRecord,
  segment: EventSegment,
): string | undefined {
  if (segment.previous !== (before?.history.head ?? '')) return 'the record skips another one';
  if (segment.segment !== (before?.history.segments ?? 0) + 1) return 'a segment number is reused';
  if (segment.hash !== hashOf(segment)) return 'the hash of the record is wrong';
  if (after.history.head !== segment.hash) return 'the head is not the last record';
  const state = before ? segment.events.reduce(evolve, before.state) : replay(segment.events);
  return same(state, after.state) ? undefined : 'the events do not lead to the stored state';
}

function hashOf(segment: EventSegment): string {
  const { format, audience, issueId, firstSerial, at, events, previous } = segment;
  const content = { format, audience, issueId, firstSerial, at, events, previous };
  return sha256(canonicalText({ ...content, segment: segment.segment }));
}
