/** What agents did at targets, as a chain of rows beside a release's history: the job's end seals it there. */
import { canonicalText } from './canonical';
import type { Sha256 } from './canonical';

/** Names what is hashed and how; the verifier reads no other. */
export const ACTS_FORMAT = 'interlock-acts-1';

/** Acts by their operation at the target: on a host, in a database, in a configuration centre. */
export const ACTS = [
  ...(['stage', 'activate', 'reactivate', 'start'] as const),
  'statement',
  ...(['apply', 'restore'] as const),
] as const;

/** `unknown`: nobody saw its end, and the target's own ledger does not tell it. */
export const ACT_RESULTS = ['done', 'failed', 'not-done', 'unknown'] as const;

/** An act as its agent tells it. */
export interface AgentAct {
  readonly what: (typeof ACTS)[number];
  readonly result: (typeof ACT_RESULTS)[number];
  /** The claim under which it was done: maybe an earlier one than that which tells it. */
  readonly fence: number;
  /** Version and digest of a release, digest of a script's text, revision of a namespace. */
  readonly of: string;
  /** Of statements that ran one after the other, the numbers of the first and of the last. */
  readonly first?: number;
  readonly last?: number;
  /** Its end was found afterwards, at the target. */
  readonly found?: boolean;
}

/** An act with where and when it was told to have happened. */
export interface PlacedAct extends AgentAct {
  readonly at: number;
  readonly step: string;
  /** The host, script or change. */
  readonly place: string;
  /** The agent's words; absent where it had none. */
  readonly note?: string;
}

/** What a row's hash covers. */
export interface ChainedActs {
  readonly format: typeof ACTS_FORMAT;
  readonly audience: string;
  readonly issueId: string;
  readonly job: string;
  /** From 1 in each job. */
  readonly row: number;
  /** Who told it, by id and as people call it. */
  readonly agent: string;
  readonly name: string;
  /** Epoch seconds of its arrival. */
  readonly at: number;
  readonly acts: readonly PlacedAct[];
  /** The hash of the row before; empty in the first. */
  readonly previous: string;
}

/** How far the acts of a job have come. */
export interface ActsHead {
  readonly rows: number;
  /** Each statement counts. */
  readonly count: number;
  /** Hash of the last row. */
  readonly head: string;
}

/** The acts of a job that is about to be offered. */
export const NO_ACTS: ActsHead = { rows: 0, count: 0, head: '' };

/** The row that follows, with its hash. */
export function nextActs(
  { rows, head }: ActsHead,
  news: Omit<ChainedActs, 'format' | 'row' | 'previous'>,
  sha256: Sha256,
): ChainedActs & { readonly hash: string } {
  const { audience, issueId, job, agent, name, at, acts } = news;
  const covered = { audience, issueId, job, agent, name, at, acts };
  const row = { format: ACTS_FORMAT, ...covered, row: rows + 1, previous: head } as const;
  return { ...row, hash: sha256(canonicalText(row)) };
}

/** How far the acts have come with the row that follows. */
export const headWith = (
  { count }: ActsHead,
  { row, acts, hash }: ChainedActs & { readonly hash: string },
): ActsHead => ({
  rows: row,
  count: acts.reduce((sum, act) => sum + timesOf(act), count),
  head: hash,
});

/** How many acts it stands for. */
export const timesOf = ({ first, last }: AgentAct): number =>
  first === undefined || last === undefined ? 1 : Math.max(1, last - first + 1);

/** What a job's rows hold of one place already: agents tell again what may have been lost, and what they find. */
export interface ToldActs {
  /** The last acts, in short. */
  readonly names: readonly string[];
  /** The last that were told without their end, which may still be told; absent while there are none. */
  readonly unknown?: readonly string[];
  /** Statements up to this one were told as done: a script runs in its order. */
  readonly statements: number;
}

export const NOTHING_TOLD: ToldActs = { names: [], statements: 0 };

/** More than a host's ledger shows of itself in one answer. */
const NAMES_KEPT = 16;

/** Beside them, of those whose end nobody knows: with each of them a claim's work on the place was over. */
const UNKNOWN_KEPT = 4;

/** The acts of a place that no row holds yet, and what is told with them. */
export function freshActs(
  before: ToldActs,
  acts: readonly AgentAct[],
): { readonly fresh: readonly AgentAct[]; readonly told: ToldActs } {
  let told = before;
  const fresh = acts.flatMap((act): AgentAct[] => {
    if (act.what === 'statement' && act.result === 'done') {
      const { first = 1, last = first } = act;
      const next = Math.max(first, told.statements + 1);
      if (next > last) return [];
      told = { ...told, statements: last };
      return [{ ...act, first: next, last }];
    }
    if (isTold(told, act)) return [];
    told = withName(told, act);
    return [act];
  });
  return { fresh, told };
}

/** A chain takes nothing back: the end of an act may follow where nobody knew it, once. */
function isTold({ names, unknown = [] }: ToldActs, act: AgentAct): boolean {
  const name = shortName(act);
  return names.includes(name) || (act.result === 'unknown' && unknown.includes(name));
}

function withName({ names, unknown = [], statements }: ToldActs, act: AgentAct): ToldActs {
  const name = shortName(act);
  const others = unknown.filter((other) => other !== name);
  if (act.result === 'unknown')
    return { names, unknown: [...others, name].slice(-UNKNOWN_KEPT), statements };
  const open = others.length > 0 && { unknown: others };
  return { names: [...names, name].slice(-NAMES_KEPT), ...open, statements };
}

/** An act is done once under a claim: its end changes nothing of what it is. */
const shortName = ({ what, fence, of, first }: AgentAct): string =>
  [what, fence, of.slice(-8), ...(first === undefined ? [] : [first])].join(' ');
