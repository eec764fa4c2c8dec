/** Writes what a command became, all in one transaction: state, history, Jira effects, jobs, locks. */
import { historyWith, nextSegment } from '#core/audit-chain';
import { scopesOf } from '#core/gates';
import { evolve } from '#core/evolve';
import type { Release } from '#core/release';
import type { ReleaseEvent } from '#core/release-event';
import type { Status } from '#core/status';
import { CLICKS_REMEMBERED } from '#wire/records';
import type { EventSegment, JobRecord, ReleaseRecord, ScopeRecord } from '#wire/records';
import { withEffects } from './effects';
import { isHolding } from './holding';
import { jobChanges } from './offer-job';
import type { Change, Ports } from './ports';
import type { World } from './world';

export interface Commit {
  readonly record: ReleaseRecord;
  readonly world: World;
  readonly events: readonly ReleaseEvent[];
  /** Texts that the events name by digest. */
  readonly texts: readonly string[];
  /** The status that Jira is now known to show, when a click has moved the issue. */
  readonly shown?: Status;
  /** The clicks that are still awaited, when one of them has come. */
  readonly judged?: ReleaseRecord['judged'];
  /** Ids of the click that caused the events. */
  readonly clicks?: readonly string[];
  /** Put the issue there, because it stands where it may not. */
  readonly repair?: Status;
  /** The job that these events end. */
  readonly finished?: JobRecord;
  /** What else belongs into the same transaction. */
  readonly changes?: readonly Change[];
}

/** Commits, then asks for the Jira effects to be done; `conflict` means that somebody was faster. */
export async function commit(ports: Ports, commit: Commit): Promise<'done' | 'conflict'> {
  const { store, clock } = ports;
  const { record } = commit;
  const events = [...claimsOf(commit.finished), ...commit.events];
  await Promise.all(commit.texts.map((text) => store.putText(text)));
  const state = events.reduce(evolve, record.state);
  const segment = events.length === 0 ? undefined : segmentOf(ports, record, events);
  const history = segment ? historyWith(record.history, segment) : record.history;
  const jira = withEffects(record.jira, record.state, events, {
    repair: commit.repair ?? null,
    now: clock.now(),
    history,
  });
  const after: ReleaseRecord = {
    ...record,
    version: record.version + 1,
    status: state.status,
    updatedAt: clock.now(),
    state,
    jira: { ...jira, shown: commit.shown ?? record.jira.shown },
    clicks: [...record.clicks, ...(commit.clicks ?? [])].slice(-CLICKS_REMEMBERED),
    judged: [...(commit.judged ?? record.judged)],
    history,
  };
  const changes: Change[] = [
    { type: 'set', entity: 'release', key: state.issueId, record: after, expect: record.version },
    ...(segment ? [newSegment(segment)] : []),
    ...(await outboxRow(ports, record)),
    ...(await scopeChanges(ports, record, state, commit.world)),
    ...(await jobChanges(ports, state, events, commit.world, commit.finished ?? null)),
    ...(commit.changes ?? []),
  ];
  if ((await store.transact(changes)) === 'conflict') return 'conflict';
  await askForEffects(ports, state.issueId);
  return 'done';
}

/**
 * Who had a job becomes part of the chain with the job's end: a claim of its own would race with the moves in Jira
 * that the same start has caused, and its agent would wait for them. With the last one go the acts, however the
 * job ended: what agents did there is sealed by whatever ends it.
 */
function claimsOf(finished: JobRecord | undefined): readonly ReleaseEvent[] {
  if (!finished) return [];
  const { job, claims = [], acts } = finished;
  const seal = acts && acts.rows > 0 ? { acts } : {};
  return claims.map((claim, index) => ({
    type: 'job-claimed',
    job,
    ...claim,
    ...(index === claims.length - 1 && seal),
  }));
}

/** Asks for the effects; when the queue is down, the sweep finds the outbox row. */
export async function askForEffects(ports: Ports, issueId: string): Promise<void> {
  try {
    await ports.queue.push({ type: 'work-outbox', issueId });
  } catch (error) {
    ports.log.warn('The queue took no task; the sweep will find the outbox.', {
      issueId,
      error: String(error),
    });
  }
}

/** The key of a segment of a release's history: sorts as it counts. */
export const segmentKey = (issueId: string, segment: number): string =>
  `${issueId}.${String(segment).padStart(5, '0')}`;

function segmentOf(
  { clock, crypto, audience }: Ports,
  { project, state, history }: ReleaseRecord,
  events: readonly ReleaseEvent[],
): EventSegment & ReturnType<typeof nextSegment> {
  const news = { audience, issueId: state.issueId, at: clock.now(), events };
  const segment = nextSegment(history, news, (text) => crypto.sha256(text));
  return { version: 1, project, ...segment, events: [...events] };
}

const newSegment = (segment: EventSegment): Change => ({
  type: 'set',
  entity: 'events',
  key: segmentKey(segment.issueId, segment.segment),
  record: segment,
  expect: 'new',
});

/** The row stands exactly as long as there are effects: both are written in the same transactions. */
async function outboxRow({ store, clock }: Ports, record: ReleaseRecord): Promise<Change[]> {
  const { issueId } = record.state;
  const row = record.jira.effects.length > 0 ? await store.get('outbox', issueId) : undefined;
  const version = (row?.version ?? 0) + 1;
  const pending = { version, issueId, state: 'pending' as const, dueAt: clock.now() };
  const expect = row ? row.version : 'new';
  return [{ type: 'set', entity: 'outbox', key: issueId, record: pending, expect }];
}

async function scopeChanges(
  ports: Ports,
  { state: before, issueKey }: ReleaseRecord,
  after: Release,
  world: World,
): Promise<Change[]> {
  const held = isHolding(before.status) ? scopesOf(before) : [];
  const holds = isHolding(after.status) ? scopesOf(after) : [];
  const taken = holds.filter((scope) => !held.includes(scope));
  const freed = held.filter((scope) => !holds.includes(scope));
  const take = (row: ScopeRecord): ScopeRecord => ({ ...row, holder: after.issueId });
  const free = (row: ScopeRecord): ScopeRecord => ({
    ...row,
    holder: null,
    standing: standingAfter(row.standing ?? [], after, issueKey),
  });
  const changes = [
    ...taken.map((scope) => scopeChange(ports, world, scope, take)),
    ...freed.map((scope) => scopeChange(ports, world, scope, free)),
  ];
  return Promise.all(changes);
}

/** Releases that a way back leads through, one after the other. */
const STANDING_MAX = 50;

/** A release that is deployed stands on top of the others, until it is rolled back. */
function standingAfter(
  standing: NonNullable<ScopeRecord['standing']>,
  { issueId, status }: Release,
  issueKey: string,
): NonNullable<ScopeRecord['standing']> {
  const others = standing.filter((other) => other.issueId !== issueId);
  if (status === 'deployed') return [...others, { issueId, issueKey }].slice(-STANDING_MAX);
  return status === 'rolled-back' ? others : standing;
}

/** A scope's row is created first: a transaction can only compare what exists. */
async function scopeChange(
  { store }: Ports,
  world: World,
  scope: string,
  change: (row: ScopeRecord) => ScopeRecord,
): Promise<Change> {
  const known = world.scopes.get(scope) ?? (await store.get('scope', scope));
  const row: ScopeRecord =
    known && known.version >= 0 ? known : { version: 0, fence: 0, holder: null };
  if (known === undefined || known.version < 0) await store.create('scope', scope, row);
  return {
    type: 'set',
    entity: 'scope',
    key: scope,
    record: change({ ...row, version: row.version + 1 }),
    expect: row.version,
  };
}
