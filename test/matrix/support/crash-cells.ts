/** Releases whose agents are killed, judged: as the clean run, an explicit question, or for people to repair. */
import type { CrashPlace } from './crash-place';
import { oneByOne, some, throughRecovery } from './crash-plan';
import type { CleanRuns, Killing } from './crash-plan';
import { playCrash, stageOf } from './crash-story';
import type { CrashEnd, Story } from './crash-story';
import { differences } from './differences';
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

/** Statements that no transaction undoes: nobody but a person can tell whether they have happened. */
const NOT_ATOMIC: Readonly<Record<Story, readonly number[]>> = {
  postgresql: [4],
  mysql: [1, 4],
  deploy: [],
  broken: [],
  restored: [],
  'roll back': [],
};

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
  const violations = ends.flatMap(([story, { disagreements }]) =>
    disagreements.map((why) => `${story} without a death: ${why}`),
  );
  const due: Killing[] = full ? [...oneByOne(clean, only)] : [...some(clean, seed)];
  const rows = new Map<string, Row>();
  const missed: string[] = [];
  const offered = new Set(ends.flatMap(([, end]) => end.offered));
  const passed = new Set(ends.flatMap(([, end]) => end.points));
  let played = 0;
  const work = async (): Promise<void> => {
    for (let next = due.shift(); next; next = due.shift()) {
      const killing = next;
      const end = await playCrash(place, killing.story, killing.killAt);
      const found = judge(killing.story, clean, end);
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
  return { rows: inOrder(rows), points, violations, missed, offered, passed };
}

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

/** I22: what is known, what is not, and the choices. */
const QUESTION =
  /^Known: .*\bstatement (\d) of \d\b.*\nNot known: .+\nChoices, .*\bretry\b.*\bnot done\b.*\bdone\b/;

function judge(story: Story, clean: CleanRuns, played: CrashEnd): readonly string[] {
  const { question, statements, disagreements, picture } = played;
  const expected = clean.get(story)?.picture ?? {};
  if (question === null) return [...disagreements, ...differences(expected, picture)];
  const number = Number(QUESTION.exec(question)?.[1]);
  const mayAsk = NOT_ATOMIC[story].includes(number);
  // It has happened, or it has not; everything before it has.
  const isTrue = statements === number || statements === number - 1;
  return [
    ...disagreements,
    ...(mayAsk ? [] : [`a person is asked: ${question}`]),
    ...(isTrue ? [] : [`asked of statement ${String(number)} with ${String(statements)} done`]),
  ];
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
