/** The acts that an audit tells against what the targets' own records show: each of them once, here and there. */
import type { Deed } from './target-deeds';

/** What the audit says of an act. */
export type ToldAct = Omit<Deed, 'result'> & {
  readonly result: Exclude<Deed['result'], 'begun'>;
  /** Its end was found afterwards. */
  readonly found?: boolean;
};

/** How a job stands once all is over. */
export interface JobEnd {
  /** Of its last claim. */
  readonly fence: number;
  readonly isDone: boolean;
}

export interface ComparedActs {
  /** A sentence each. */
  readonly faults: readonly string[];
  /** What the audit tells of and a target knows: a word for each act. */
  readonly matched: readonly string[];
  /** Told without its end: its agent died of it, and the target knows nothing of it. */
  readonly endless: readonly string[];
  /** At a target alone: who did it could not tell, and nobody has looked there again (docs/audit.md). */
  readonly untold: readonly string[];
}

/** An act is told once, is told as it ended, and no act is told that the target knows nothing of. */
export function compareActs(
  audit: readonly ToldAct[],
  deeds: readonly Deed[],
  jobs: ReadonlyMap<string, JobEnd>,
): ComparedActs {
  const told = asLearnt(audit);
  const toldOf = byName(told);
  const deedOf = byName(deeds);
  const faults = [
    ...doubles(told).map((name) => `the audit tells twice: ${name}`),
    ...doubles(deeds).map((name) => `its target has twice: ${name}`),
    ...[...toldOf].flatMap(([name, act]) => {
      const { result } = act;
      const there = deedOf.get(name)?.result;
      const isSound = there === undefined ? mayBeNowhere(act, jobs) : there === result;
      return isSound ? [] : [`the audit has as ${result}, its target ${there ?? 'not'}: ${name}`];
    }),
  ];
  const matched: string[] = [];
  const endless: string[] = [];
  const untold: string[] = [];
  for (const [name, { result }] of toldOf) {
    const there = deedOf.get(name);
    if (there) matched.push(there.what);
    else if (result === 'unknown') endless.push(name);
  }
  for (const [name, deed] of deedOf) {
    if (toldOf.has(name)) continue;
    if (mayBeUntold(deed, told, jobs.get(deed.job))) untold.push(name);
    else faults.push(`no act of the audit tells: ${name}, ${deed.result}`);
  }
  return { faults, matched, endless, untold };
}

/** Without those that a later row tells the end of, because somebody has found it. */
const asLearnt = (audit: readonly ToldAct[]): readonly ToldAct[] =>
  audit.filter(
    (act, index) =>
      act.result !== 'unknown' ||
      !audit
        .slice(index + 1)
        .some(
          (later) =>
            later.found === true && later.result !== 'unknown' && nameOf(later) === nameOf(act),
        ),
  );

/**
 * Hosts and centres keep what is done; a database keeps each statement from before it begins. Whoever lives sees the
 * end of what it does: only of a claim that was followed by another one is nobody to know it.
 */
function mayBeNowhere(
  { job, what, fence, result }: ToldAct,
  jobs: ReadonlyMap<string, JobEnd>,
): boolean {
  if (what === 'statement' || result === 'done') return false;
  return result !== 'unknown' || fence < (jobs.get(job)?.fence ?? 0);
}

/** Its claim was followed by another one, the job has not succeeded, and none of the later claims has touched the place. */
const mayBeUntold = (
  { job, place, fence, result }: Deed,
  told: readonly ToldAct[],
  end: JobEnd | undefined,
): boolean =>
  result === 'done' &&
  end !== undefined &&
  !end.isDone &&
  fence < end.fence &&
  !told.some((act) => act.job === job && act.place === place && act.fence > fence);

const nameOf = ({ job, place, what, fence, of }: Omit<Deed, 'result'>): string =>
  `${what} of ${of} at ${place} by fence ${String(fence)} of job ${job}`;

const byName = <Act extends Deed>(acts: readonly Act[]): ReadonlyMap<string, Act> =>
  new Map(acts.map((act) => [nameOf(act), act] as const));

const doubles = (acts: readonly Deed[]): readonly string[] =>
  acts.map(nameOf).filter((name, index, all) => all.indexOf(name) !== index);
