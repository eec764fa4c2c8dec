/** The acts that an audit tells against what the targets' own records show: each of them once, here and there. */
import type { Deed } from './target-deeds';

/** What the audit says of an act. */
export type ToldAct = Omit<Deed, 'result'> & {
  readonly result: Exclude<Deed['result'], 'begun'>;
  /** Its end was found afterwards. */
  readonly found?: boolean;
};

/** Job → the fence of its last claim. */
export type LastFences = ReadonlyMap<string, number>;

export interface ComparedActs {
  /** A sentence each. */
  readonly faults: readonly string[];
  /** What the audit tells of and a target knows: a word for each act. */
  readonly matched: readonly string[];
  /** Told without its end: its agent died of it, and the target knows nothing of it. */
  readonly endless: readonly string[];
}

/**
 * An act is told once, is told as it ended, and no act is told that the target knows nothing of. Nor is one at a target
 * alone: whoever takes over looks at each place of these releases again, before it ends or asks.
 */
export function compareActs(
  audit: readonly ToldAct[],
  deeds: readonly Deed[],
  lastFences: LastFences,
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
      const isSound = there === undefined ? mayBeNowhere(act, lastFences) : there === result;
      return isSound ? [] : [`the audit has as ${result}, its target ${there ?? 'not'}: ${name}`];
    }),
    ...[...deedOf].flatMap(([name, { result }]) =>
      toldOf.has(name) ? [] : [`no act of the audit tells: ${name}, ${result}`],
    ),
  ];
  const matched: string[] = [];
  const endless: string[] = [];
  for (const [name, { result }] of toldOf) {
    const there = deedOf.get(name);
    if (there) matched.push(there.what);
    else if (result === 'unknown') endless.push(name);
  }
  return { faults, matched, endless };
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
function mayBeNowhere({ job, what, fence, result }: ToldAct, lastFences: LastFences): boolean {
  if (what === 'statement' || result === 'done') return false;
  return result !== 'unknown' || fence < (lastFences.get(job) ?? 0);
}

const nameOf = ({ job, place, what, fence, of }: Omit<Deed, 'result'>): string =>
  `${what} of ${of} at ${place} by fence ${String(fence)} of job ${job}`;

const byName = <Act extends Deed>(acts: readonly Act[]): ReadonlyMap<string, Act> =>
  new Map(acts.map((act) => [nameOf(act), act] as const));

const doubles = (acts: readonly Deed[]): readonly string[] =>
  acts.map(nameOf).filter((name, index, all) => all.indexOf(name) !== index);
