/** Releases whose agents are killed, judged: as the clean run, an explicit question, or for people to repair. */
import type { CrashPlace } from './crash-place';
import { oneByOne, some, throughRecovery } from './crash-plan';
import type { Killing } from './crash-plan';
import { playCrash, stageOf } from './crash-story';
import type { CrashEnd, Story } from './crash-story';
import { judge } from './judge-cell';
import { medianOf, tableOf } from './table';

/** A step kind and the boundary at which agents died. */
export interface Row {
  readonly kind: string;
  readonly boundary: string;
  /** Points whose release ended as if nobody had died. */
  clean: number;
  questions: number;
  /** Points whose release ended otherwise: somebody has to repair it. */
  repairs: number;
  readonly seconds: number[];
}

export interface Crashes {
  readonly rows: readonly Row[];
  /** Points, second deaths among them. */
  readonly points: number;
  /** A sentence each, with the points that show it again. */
  readonly violations: readonly string[];
  /** Points that only some runs pass: how messages travel together is the machine's doing. */
  readonly missed: readonly string[];
  /** Calls that have points, and points that agents have passed or died at, over all stories. */
  readonly offered: ReadonlySet<string>;
  readonly passed: ReadonlySet<string>;
  /** What audits and targets had to say of acts, over all releases. */
  readonly acts: CrashEnd['acts'];
}

export interface Search {
  /** Every point alone; else some of them, several in one release. */
  readonly full: boolean;
  readonly seed: number;
  /** Releases at a time: they mostly wait. */
  readonly atOnce: number;
  /** Only points with these words. */
  readonly only?: string;
  /** Hears of each release as soon as it has ended. */
  readonly tell?: (line: string) => void;
}

/** One first point of so many is followed through the whole recovery in a full search. */
const RECOVERY_ONE_OF = 30;

/** Each story without a death, then with deaths. */
export async function playPoints(place: CrashPlace, search: Search): Promise<Crashes> {
  const { full, seed, atOnce, only = '', tell = () => undefined } = search;
  const stories = ['roll back', 'deploy', 'broken', 'restored', 'postgresql', 'mysql'] as const;
  const ends = await Promise.all(
    stories.map(async (story) => [story, await playCrash(place, story, [])] as const),
  );
  const clean = new Map(ends);
  const violations = ends.flatMap(([story, { disagreements, acts }]) =>
    [...disagreements, ...acts.endless].map((why) => `${story} without a death: ${why}`),
  );
  const due: Killing[] = full ? [...oneByOne(clean, only)] : [...some(clean, seed)];
  const rows = new Map<string, Row>();
  const missed: string[] = [];
  const offered = new Set(ends.flatMap(([, end]) => end.offered));
  const passed = new Set(ends.flatMap(([, end]) => end.points));
  const acts = ends.map(([, end]) => end.acts);
  let played = 0;
  const work = async (): Promise<void> => {
    for (let next = due.shift(); next; next = due.shift()) {
      const killing = next;
      const end = await playCrash(place, killing.story, killing.killAt);
      const found = judge(killing.story, clean, end);
      acts.push(end.acts);
      violations.push(...found.map((why) => `${end.deaths.join(', then ')}: ${why}`));
      count(rows, killing.story, end, found.length > 0);
      for (const point of end.deaths) passed.add(point);
      missed.push(...killing.killAt.filter((point) => !isDead(point, end)));
      played += 1;
      tell(`${killing.story}, ${end.deaths.join(', then ')}: ${words(end, found)}`);
      const isFirst = killing.killAt.length === 1 && end.deaths.length === 1;
      if (full && isFirst && played % RECOVERY_ONE_OF === 0) {
        const ofStage = end.points.filter(
          (point) => stageOf(point) === stageOf(end.deaths[0] ?? ''),
        );
        due.push(...throughRecovery(killing, ofStage.length));
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  const points = [...rows.values()].reduce((sum, { seconds }) => sum + seconds.length, 0);
  return { rows: inOrder(rows), points, violations, missed, offered, passed, acts: joined(acts) };
}

const joined = (acts: readonly CrashEnd['acts'][]): CrashEnd['acts'] => ({
  matched: acts.flatMap(({ matched }) => matched),
  endless: acts.flatMap(({ endless }) => endless),
});

const isDead = (point: string, { deaths }: CrashEnd): boolean =>
  point.startsWith('+') ? deaths.length > 1 : deaths.includes(point);

function kindOf(story: Story, point: string): string {
  const stage = stageOf(point);
  return stage === 'SQL' || story === 'broken' || story === 'restored'
    ? `${stage}, ${story}`
    : stage;
}

/** What lies behind the port whose call was cut short. */
const boundaryOf = (point: string): string => point.split(' ')[1]?.split('.')[0] ?? '';

function count(rows: Map<string, Row>, story: Story, end: CrashEnd, failed: boolean): void {
  const { deaths, question, seconds } = end;
  deaths.forEach((point, index) => {
    const before = deaths[index - 1];
    const isAgain = before !== undefined && stageOf(before) === stageOf(point);
    const kind = kindOf(story, point);
    const boundary = isAgain ? 'again, while it recovers' : boundaryOf(point);
    const key = `${kind} ${boundary}`;
    const row = rows.get(key) ?? {
      kind,
      boundary,
      clean: 0,
      questions: 0,
      repairs: 0,
      seconds: [],
    };
    rows.set(key, row);
    row.seconds.push(seconds);
    if (failed) row.repairs += 1;
    else if (question === null) row.clean += 1;
    else row.questions += 1;
  });
}

function words({ question }: CrashEnd, found: readonly string[]): string {
  if (found.length > 0) return found.join('; ');
  return question === null ? 'as the clean run' : 'a question';
}

const ORDER = [
  ...[
    'SQL, postgresql',
    'SQL, mysql',
    'CONFIG',
    'CODE',
    'CODE, broken',
    'CODE, restored',
    'VERIFY',
    'ROLLBACK',
  ],
];

const inOrder = (rows: ReadonlyMap<string, Row>): readonly Row[] =>
  [...rows.values()].sort(
    (one, other) =>
      ORDER.indexOf(one.kind) - ORDER.indexOf(other.kind) ||
      Number(one.boundary.includes(' ')) - Number(other.boundary.includes(' ')) ||
      one.boundary.localeCompare(other.boundary),
  );

/** Step kind × boundary, for people. */
export const crashTable = (rows: readonly Row[]): string =>
  tableOf(
    ['step kind', 'boundary', 'points', 'as the clean run', 'question', 'repair', 'median s'],
    rows.map(({ kind, boundary, clean, questions, repairs, seconds }) => [
      ...[kind, boundary, String(seconds.length), String(clean), String(questions)],
      ...[String(repairs), medianOf(seconds).toFixed(1)],
    ]),
  );

/** How many acts of each kind were compared, and those that are not at both ends, for people. */
export function actsText({ matched, endless }: Crashes['acts']): string {
  const kinds = [...new Set(matched)].sort();
  const counts = kinds.map(
    (kind) => `${String(matched.filter((what) => what === kind).length)} ${kind}`,
  );
  return [
    `acts that audit and target both have, once: ${String(matched.length)} (${counts.join(', ')})`,
    `told without their end: ${String(endless.length)}`,
    ...endless,
  ].join('\n');
}
