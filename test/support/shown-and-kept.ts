/** What Jira shows of a release's work, held against what the agents' journals keep of it. */
import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import type { FinishOutcome } from '#wire/agent';
import { IntentRow, JobRow } from '../../agent/journal-rows';

/** What the check reads of a panel's view, as `release.show` answers it. */
export interface ShownWork {
  /** Newest first. */
  readonly story: readonly { readonly text: string }[];
  readonly hosts: readonly { readonly id: string; readonly state: string }[];
}

interface Circumstances {
  /** Killed before it read the app's last answer, an agent asks again, hears that the job is over, and lets it go. */
  readonly mayBeDropped?: boolean;
}

interface ShownJob {
  readonly job: string;
  /** In the story's words; null: under way. */
  readonly end: string | null;
}

const OFFERED = /^had the agents run \S+ \(job (\S+)\)$/;
const FAILED = /^saw [A-Z]+ (fail \([^)]*\): .*)$/s;
const UNKNOWN = /^(could not learn the outcome: .*)$/s;
const BY_PERSON = /^answered /;
const SUCCEEDED = [
  'saw every script succeed',
  'saw the configuration applied',
  'found configuration that a person applies by hand',
  'saw the new version healthy on every host',
  'verified every host',
  'saw every host serve again what it served before',
];

/**
 * Where Jira and the journals of all agents that may have worked say different things, in sentences.
 * Asked when the release rests and its agents have nothing left to say.
 */
export function differencesBetween(
  shown: ShownWork,
  journals: readonly DatabaseSync[],
  circumstances: Circumstances = {},
): readonly string[] {
  const jobs = shownJobs(shown);
  return [
    ...(jobs.length === 0 ? ['Jira shows no job'] : []),
    ...jobs.flatMap((job) => aboutEnd(job, journals, circumstances)),
    ...jobs.flatMap((job) => journals.flatMap((journal) => aboutRemains(job, journal))),
    ...aboutHosts(shown, jobs, journals),
  ];
}

/** The jobs of a story, oldest first, with the end that it tells of each. */
function shownJobs({ story }: ShownWork): readonly ShownJob[] {
  const jobs: ShownJob[] = [];
  for (const { text } of story.toReversed()) {
    const job = OFFERED.exec(text)?.[1];
    const last = jobs.at(-1);
    if (job !== undefined) jobs.push({ job, end: null });
    else if (last?.end === null) jobs[jobs.length - 1] = { ...last, end: endIn(text) };
  }
  return jobs;
}

function endIn(text: string): string | null {
  if (SUCCEEDED.includes(text)) return 'succeeded';
  if (BY_PERSON.test(text)) return 'a person’s answer';
  return FAILED.exec(text)?.[1] ?? UNKNOWN.exec(text)?.[1] ?? null;
}

/** An outcome of the journal in the story's words. */
function inWords(outcome: FinishOutcome | null): string {
  switch (outcome?.kind) {
    case 'succeeded':
      return 'succeeded';
    case 'failed':
      return `fail (${outcome.failure.class}): ${outcome.failure.sentence}`;
    case 'unknown':
      return `could not learn the outcome: ${outcome.question}`;
    case undefined:
      return 'no end';
  }
}

/** One agent ended the job as Jira shows it; whoever else had it has let it go. */
function aboutEnd(
  { job, end }: ShownJob,
  journals: readonly DatabaseSync[],
  { mayBeDropped = false }: Circumstances,
): readonly string[] {
  const known = journals.flatMap((journal) => jobOf(journal, job) ?? []);
  const closed = known.filter(({ state }) => state === 'closed');
  const held = known.filter(({ state }) => state === 'open' || state === 'finished');
  const still = held.map(({ state }) => `job ${job}: Jira shows ${end ?? ''}, a journal ${state}`);
  if (end === null) return [`job ${job}: Jira shows no end of it`];
  if (end === 'a person’s answer')
    return closed.length === 0 ? [] : [`job ${job}: ended by a person and by an agent`];
  if (closed.length === 0 && mayBeDropped && known.length > 0) return still;
  if (closed.length !== 1)
    return [...still, `job ${job}: Jira shows ${end}, and ${String(closed.length)} agents say so`];
  const kept = closed.map(({ outcome }) => inWords(outcome)).join();
  return kept === end ? still : [...still, `job ${job}: Jira shows ${end}, the journal ${kept}`];
}

const jobOf = (journal: DatabaseSync, job: string): JobRow | undefined => {
  const row = journal.prepare('SELECT * FROM jobs WHERE job = ?').get(job);
  return row && JobRow.parse(row);
};

/** Of a job that an agent has ended nothing is in doubt, and nothing is left to tell. */
function aboutRemains({ job }: ShownJob, journal: DatabaseSync): readonly string[] {
  const row = jobOf(journal, job);
  if (!row) return [];
  const left = Number(
    journal.prepare('SELECT count(*) AS rows FROM outbox WHERE job = ?').get(job)?.['rows'],
  );
  const unsent = left === 0 ? [] : [`job ${job}: ${String(left)} messages never reached Jira`];
  // Whoever let it go does not know what became of its last act; whoever asked a person neither.
  const mayDoubt = row.state === 'dropped' || row.outcome?.kind === 'unknown';
  const open = actsOf(journal, job).filter(({ result }) => result === null);
  return mayDoubt
    ? unsent
    : [...unsent, ...open.map(({ json, host }) => `job ${job}: ${json.act} on ${host} has no end`)];
}

const actsOf = (journal: DatabaseSync, job: string) =>
  z.array(IntentRow).parse(
    journal
      .prepare(
        `SELECT i.seq, i.job, i.fence, i.step, i.host, i.json, r.json AS result
         FROM journal i LEFT JOIN journal r ON r.intent = i.seq
         WHERE i.job = ? AND i.kind = 'INTENT' ORDER BY i.seq`,
      )
      .all(job),
  );

/** States of a host that say that everything which was begun there is done. */
const WELL = ['staged', 'switched', 'starting', 'healthy'];

/** A host looks in Jira as its last act with an end left it. */
function aboutHosts(
  { hosts }: ShownWork,
  jobs: readonly ShownJob[],
  journals: readonly DatabaseSync[],
): readonly string[] {
  // The fence orders what several agents did for one job.
  const acts = jobs.flatMap(({ job }) =>
    journals
      .flatMap((journal) => actsOf(journal, job))
      .filter(({ result }) => result !== null && !result.startsWith('not done'))
      .toSorted((one, other) => one.fence - other.fence || one.seq - other.seq),
  );
  return hosts.flatMap(({ id, state }) => {
    const last = acts.findLast(({ host }) => host === id);
    if (!last) return [];
    const went = last.result === 'done' || last.result?.startsWith('done, ') === true;
    const isBack = last.json.act.startsWith('return-');
    const agrees = WELL.includes(state)
      ? went && !isBack
      : state === 'failed' || state === 'unknown' || went;
    return agrees
      ? []
      : [`host ${id}: Jira shows ${state}, the journal ${last.json.act} ${last.result ?? ''}`];
  });
}
