/** What the app's store and Jira hold after a release, and whether the agent's journal says the same. */
import type { DatabaseSync } from 'node:sqlite';
import { hostKey } from '#app/host-chunks';
import { fromStored } from '#forge/entities';
import type { ReportEntry } from '#wire/agent';
import type { EntityName, RecordOf } from '#wire/records';
import { JobRow } from '../../../agent/journal-rows';
import type { MemoryStore } from '../../support/memory-store';
import type { ReleaseWorld } from '../../support/release-world';

/** Every record of an entity, in the order in which they were made. */
export function stored<Name extends EntityName>(
  { rows }: MemoryStore,
  entity: Name,
): readonly RecordOf<Name>[] {
  const prefix = `${entity} `;
  return [...rows]
    .filter(([row]) => row.startsWith(prefix))
    .map(([row, text]) => fromStored(entity, row.slice(prefix.length), JSON.parse(text)));
}

/**
 * What people can see of the release: where it stands, what happened, what was said, how its jobs ended. `placeless`
 * takes out of a text where on this machine the release was played.
 */
export async function recordsOf(
  { ports, issue, record }: ReleaseWorld,
  placeless: (text: string) => string = (text) => text,
) {
  const { memory } = ports;
  const history = stored(memory, 'events');
  return {
    status: (await record()).status,
    shown: issue.statusId,
    events: history.flatMap(({ events }) => events.map(({ type }) => type)),
    moves: issue.changes.map(({ from, to }) => `${from} → ${to}`).toReversed(),
    comments: issue.comments.map(({ comment }) =>
      placeless(timeless(`${comment.label}: ${comment.text}`, history)),
    ),
    effectsLeft: (await record()).jira.effects.length,
    // Not their fences, which no two runs need have alike: ./granted-claims judges them.
    jobs: stored(memory, 'job').map(({ stage, status, outcome }) => ({
      ...{ stage, status },
      outcome: placeless(JSON.stringify(outcome)),
    })),
    hosts: [...shownBy(memory)].map(([key, { state }]) => `${key} ${state}`).sort(),
  };
}

/** Hashes cover moments, so no two runs have the same: whether it is the history's own is what stays. */
const timeless = (text: string, history: readonly RecordOf<'events'>[]): string =>
  text.replace(/(\d+) entries, head (\w+)/, (_, count: string, head: string) => {
    const last = history.find(({ hash }) => hash === head);
    const reached = last && last.firstSerial + last.events.length - 1;
    return reached === Number(count)
      ? `${count} entries, head of entry ${count}`
      : `${count} entries, a head that the history does not have there`;
  });

/** What the app has last heard of each host, script and namespace. */
export const shownBy = (memory: MemoryStore) =>
  new Map(stored(memory, 'host-states').flatMap(({ hosts }) => Object.entries(hosts)));

/** What must never happen to a job between two moments: a step back. */
export function setbacks(
  before: readonly RecordOf<'job'>[],
  after: readonly RecordOf<'job'>[],
): readonly string[] {
  const now = new Map(after.map((job) => [job.job, job] as const));
  return before.flatMap(({ job, status, fence, lastSeq }) => {
    const then = now.get(job);
    if (!then) return [`job ${job} is gone`];
    const wentBack = then.lastSeq < lastSeq || then.fence < fence;
    const cameBack = status === 'finished' && then.status !== 'finished';
    return wentBack || cameBack
      ? [`job ${job} went back from ${String(lastSeq)} to ${String(then.lastSeq)}, ${then.status}`]
      : [];
  });
}

interface Hearsay {
  /** Everything that the agent had to tell. */
  readonly told?: readonly ReportEntry[];
  readonly mayBeDropped?: boolean;
}

/** Where the app's store and the agent's journal say different things of the same job or host. */
export function disagreements(
  memory: MemoryStore,
  journal: DatabaseSync,
  { told = [], mayBeDropped = false }: Hearsay,
): readonly string[] {
  const known = new Map(
    journal
      .prepare('SELECT * FROM jobs')
      .all()
      .map((row) => JobRow.parse(row))
      .map((row) => [row.job, row] as const),
  );
  const ofJobs = stored(memory, 'job').flatMap(({ job, lastSeq, outcome }) => {
    const row = known.get(job);
    // An agent that died before it read the app's last answer asks again, hears that the job is over, and lets it go.
    if (row?.state === 'dropped' && mayBeDropped && outcome !== null) return [];
    if (row?.state !== 'closed') return [`job ${job} is ${row?.state ?? 'unknown'} in the journal`];
    const [app, agent] = [
      { lastSeq, outcome },
      { lastSeq: row.last_seq, outcome: row.outcome },
    ].map((end) => JSON.stringify(end));
    return app === agent
      ? []
      : [`job ${job}: the app has ${app ?? ''}, the journal ${agent ?? ''}`];
  });
  const open = journal
    .prepare(
      `SELECT step, host, json FROM journal i WHERE kind = 'INTENT'
       AND NOT EXISTS (SELECT 1 FROM journal r WHERE r.intent = i.seq)`,
    )
    .all()
    .map((row) => `the journal has no end of ${JSON.stringify(row)}`);
  const left = journal.prepare('SELECT count(*) AS count FROM outbox').get()?.['count'];
  const unsent = left === 0 ? [] : [`the outbox still holds ${String(left)} rows`];

  const shown = shownBy(memory);
  const last = new Map(told.map((entry) => [hostKey(entry.step, entry.host), entry] as const));
  const ofHosts = [...last].flatMap(([key, { state, note, at }]) => {
    const app = shown.get(key);
    return app?.state === state && app.note === note && app.at === at
      ? []
      : [`${key}: the app has ${app?.state ?? 'nothing'}, the agent said ${state}`];
  });
  return [...ofJobs, ...open, ...unsent, ...ofHosts, ...doubledLines(memory)];
}

/** Where the store holds more or fewer lines of a job's log than it counted: each arrives once, or its loss is stated. */
const doubledLines = (memory: MemoryStore): readonly string[] =>
  stored(memory, 'job').flatMap(({ job, fence, log }) => {
    if (!log || log.dropped > 0 || log.fence !== fence) return [];
    const kept = stored(memory, 'log-chunk')
      .filter((chunk) => chunk.job === job && chunk.fence === fence && !chunk.late)
      .reduce((sum, { lines }) => sum + lines.length, 0);
    const counted = log.nextLine - log.missingOfClaim;
    return kept === counted
      ? []
      : [`job ${job}: ${String(kept)} lines of its log, and ${String(counted)} were counted`];
  });
