/** Whole walks, counted from outside: every change of state and every effect has its audit entry, and no entry is without. */
import { expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import type { Change } from '#app/ports';
import type { PlacedAct } from '#core/act-chain';
import { canonicalText } from '#core/canonical';
import { replay } from '#core/evolve';
import { commentOf, moveOf } from '#core/jira-moves';
import type { ReleaseEvent } from '#core/release-event';
import { LEASE_SECONDS, TAKEOVER_GRACE_SECONDS } from '#wire/agent';
import type { EventSegment, JobRecord, ReleaseRecord } from '#wire/records';
import { anAuditedRelease, wander } from '../support/audited-release';
import type { AuditedRelease } from '../support/audited-release';

const WALKS = 8;
const STEPS = 40;

interface Counts {
  /** Transactions that changed what the release is. */
  changes: number;
  segments: number;
  jobsOffered: number;
  jobsEnded: number;
  /** Every claim raises the fence, also the one of an agent that has the job already. */
  claims: number;
  /** Clicks of people that Jira let through and that were not put back. */
  clicks: number;
  clicksUndone: number;
  moves: number;
  comments: number;
}

const nothing = (): Counts => ({
  changes: 0,
  segments: 0,
  jobsOffered: 0,
  jobsEnded: 0,
  claims: 0,
  clicks: 0,
  clicksUndone: 0,
  moves: 0,
  comments: 0,
});

interface Watched {
  readonly release: AuditedRelease;
  readonly seen: Counts;
  readonly before: number;
  /** The jobs that went from one agent to another. */
  readonly takeovers: readonly string[];
}

/** What happens to the release, seen at the doors: the store's writes, Jira's transitions and comments. */
async function watched(): Promise<Watched> {
  const release = await anAuditedRelease();
  const { world } = release;
  const { store, jira, memory } = world.ports;
  const seen = nothing();
  const before = (await world.record()).history.events;
  const takeovers: string[] = [];
  const { transact } = store;
  Object.assign(store, {
    transact: async (changes: readonly Change[]) => {
      const news = await Promise.all(changes.map((change) => countOf(change)));
      const result = await transact(changes);
      if (result === 'done') for (const count of news) if (count) seen[count] += 1;
      return result;
    },
  });

  const countOf = async (change: Change): Promise<keyof Counts | undefined> => {
    if (change.type === 'delete') return undefined;
    if (change.entity === 'events') return 'segments';
    if (change.entity === 'release') {
      const old = await memory.get('release', change.key);
      return isChanged(old, change.record) ? 'changes' : undefined;
    }
    if (change.entity !== 'job') return undefined;
    const old = await memory.get('job', change.key);
    if (old && old.fence < change.record.fence) {
      if (old.agent !== null && old.agent !== change.record.agent) takeovers.push(change.key);
      return 'claims';
    }
    return old ? endOf(old, change.record) : 'jobsOffered';
  };

  const { move, comment } = jira;
  Object.assign(jira, {
    move: async (...words: Parameters<typeof move>) => {
      const result = await move(...words);
      if (result.kind === 'moved') seen.moves += 1;
      return result;
    },
    comment: async (...words: Parameters<typeof comment>) => {
      seen.comments += 1;
      return comment(...words);
    },
  });
  const { clickOnly } = world;
  Object.assign(world, {
    clickOnly: async (...words: Parameters<typeof clickOnly>) => {
      const clicked = await clickOnly(...words);
      if (clicked.kind === 'moved') seen.clicks += 1;
      return clicked;
    },
  });
  await letAgentsFallSilent(release);
  return { release, seen, before, takeovers };
}

/**
 * Of three jobs one goes from hand to hand before the last agent does it, and one is claimed twice by the same agent.
 * Who falls silent has done a part of the work, and told all, a part or nothing of that.
 */
async function letAgentsFallSilent(release: AuditedRelease): Promise<void> {
  const { world, finish } = release;
  const second = await world.enrollAgent();
  let jobs = 0;
  Object.assign(release, {
    finish: async (...words: Parameters<typeof finish>) => {
      jobs += 1;
      if (jobs % 3 === 1) release.act(await world.claim('first'), 1);
      if (jobs % 3 === 2) {
        const { job, fence, lastSeq, ...claim } = await world.claim('second', second);
        const entries = release.act({ job, fence, lastSeq, ...claim }, 2).slice(0, jobs % 4);
        const report = { op: 'report', job, fence, seq: lastSeq + 1, data: { entries } } as const;
        if (entries.length > 0) expect(await second.call(report)).toMatchObject({ status: 200 });
        world.ports.pass(LEASE_SECONDS + TAKEOVER_GRACE_SECONDS);
      }
      await finish(...words);
    },
  });
}

const isChanged = (old: ReleaseRecord | undefined, { state }: ReleaseRecord): boolean =>
  old === undefined || canonicalText(old.state) !== canonicalText(state);

const endOf = (old: JobRecord, { status }: JobRecord): keyof Counts | undefined =>
  old.status !== 'finished' && status === 'finished' ? 'jobsEnded' : undefined;

const ENDS: readonly ReleaseEvent['type'][] = [
  ...(['sql-succeeded', 'sql-failed', 'config-applied', 'config-failed'] as const),
  ...(['code-succeeded', 'code-failed', 'verified', 'not-verified'] as const),
  ...(['rolled-back', 'rollback-failed', 'outcome-unknown'] as const),
];

const CLICKS: readonly ReleaseEvent['type'][] = [
  ...(['submitted', 'approved', 'rejected', 'started', 'retried', 'rollback-started'] as const),
  ...(['promoted', 'completed', 'iterated', 'aborted'] as const),
];

test('in walks of people, agents and jobs, what was done and what is recorded are equally many [S0-41]', async () => {
  let entries = 0;
  let passed = 0;
  let acts = 0;
  let found = 0;
  for (let walk = 1; walk <= WALKS; walk += 1) {
    const { release, seen, before, takeovers } = await watched();
    let drawn = 0;
    const draw = (): number => {
      drawn += 1;
      const digest = createHash('sha256').update(`walk ${walk}, draw ${drawn}`).digest();
      return digest.readUInt32BE() / 2 ** 32;
    };

    await wander(release, draw, STEPS);

    const { history, state } = await release.world.record();
    const segments = await segmentsOf(release, history.segments);
    const events = segments.flatMap((segment) => segment.events);
    const later = events.slice(before);
    const count = (types: readonly ReleaseEvent['type'][]): number =>
      later.filter(({ type }) => types.includes(type)).length;
    // A person's answer ends what an agent has left: its job had ended before, with the question.
    const byAgents = segments.filter((segment) =>
      segment.events.every(({ type }) => type !== 'answered'),
    );
    const ends = byAgents
      .flatMap((segment) => segment.events)
      .filter(({ type }) => ENDS.includes(type));

    expect(events).toHaveLength(history.events);
    expect(replay(events)).toEqual(state);
    expect(seen.segments).toBe(segments.filter(({ firstSerial }) => firstSerial > before).length);
    expect(seen.segments - seen.changes).toBe(quiet(segments, before));
    expect(seen.jobsOffered).toBe(count(['stage-offered']));
    expect(seen.jobsEnded).toBe(ends.length);
    const claims = later.filter((event) => event.type === 'job-claimed');
    expect(seen.claims).toBe(claims.reduce((sum, { times }) => sum + times, 0));
    expect(takeovers).toEqual(claims.flatMap(({ former, job }) => (former === null ? [] : [job])));
    passed += takeovers.length;
    const sealed = claims.reduce((sum, event) => sum + (event.acts?.count ?? 0), 0);
    const told = await actsIn(release);
    expect(sealed).toBe(release.ledger.length);
    expect(told.map(({ what, fence }) => `${what} ${fence}`).sort()).toEqual(
      release.ledger.map(({ operation, fence }) => `${operation} ${fence}`).sort(),
    );
    acts += sealed;
    found += told.filter((act) => act.found === true).length;
    expect(seen.clicks).toBe(count(CLICKS) + count(['move-undone']));
    expect(seen.comments).toBe(commentsOf(events, before));
    expect(seen.moves).toBe(later.filter((event) => moveOf(event) !== undefined).length);
    entries += later.length;
  }
  process.stdout.write(
    `audit entries counted from outside: ${entries} in ${WALKS} walks, ${passed} jobs taken over, ${acts} acts on hosts, ${found} of them found afterwards\n`,
  );
  expect(entries).toBeGreaterThan(WALKS * STEPS);
  expect(passed).toBeGreaterThan(WALKS);
  expect(acts).toBeGreaterThan(WALKS * 5);
  expect(found).toBeGreaterThan(WALKS);
}, 60_000);

/** As the store holds them. */
async function actsIn({ world }: AuditedRelease): Promise<readonly PlacedAct[]> {
  const { memory } = world.ports;
  const keys = [...memory.rows.keys()].flatMap(
    (row) => /\bacts\b.*?([\d.]+)$/.exec(row)?.[1] ?? [],
  );
  const rows = await Promise.all(keys.map((key) => memory.get('acts', key)));
  return rows.flatMap((row) => row?.acts ?? []);
}

async function segmentsOf({ world }: AuditedRelease, count: number): Promise<EventSegment[]> {
  const keys = Array.from(
    { length: count },
    (_, index) => `${world.issue.id}.${String(index + 1).padStart(5, '0')}`,
  );
  const rows = await Promise.all(keys.map((key) => world.ports.memory.get('events', key)));
  return rows.flatMap((row) => row ?? []);
}

/** Segments that tell of something which left the release as it was: a click that was put back. */
const quiet = (segments: readonly EventSegment[], before: number): number =>
  segments.filter(
    ({ firstSerial, events }) =>
      firstSerial > before && events.every(({ type }) => type === 'move-undone'),
  ).length;

function commentsOf(events: readonly ReleaseEvent[], before: number): number {
  return events.filter(
    (event, index) =>
      index >= before && commentOf(event, replay(events.slice(0, index + 1))) !== undefined,
  ).length;
}
