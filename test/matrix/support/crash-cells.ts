/** Every point of every kind of step: the agent dies there, its next life ends the release or asks. */
import type { CrashPlace } from './crash-place';
import { playCrash, STORIES } from './crash-story';
import type { CrashEnd, Story } from './crash-story';
import { differences } from './differences';
import { medianOf, tableOf } from './table';

export interface Kind {
  readonly name: string;
  /** Releases that ended as if nobody had died. */
  clean: number;
  questions: number;
  readonly seconds: number[];
  /** A sentence each, with the point that shows it again. */
  readonly violations: string[];
  /** Points that only some runs pass: how messages travel together is the machine's doing. */
  readonly missed: string[];
}

export interface Killing {
  /** One point of so many; the seed says which. */
  readonly oneOf: number;
  readonly seed: number;
  /** Releases at a time: they mostly wait. */
  readonly atOnce: number;
  /** Only points with these words. */
  readonly only?: string;
  /** Hears of each point as soon as its release has ended. */
  readonly tell?: (line: string) => void;
}

/** Statements that no transaction undoes: nobody but a person can tell whether they have happened. */
const NOT_ATOMIC: Readonly<Record<Story, readonly number[]>> = {
  postgresql: [4],
  mysql: [1, 4],
  deploy: [],
  'roll back': [],
};

/** Each story without a death, then with one at each chosen point. */
export async function playPoints(
  place: CrashPlace,
  { oneOf, seed, atOnce, only = '', tell = () => undefined }: Killing,
): Promise<readonly Kind[]> {
  const stories = ['postgresql', 'mysql', 'deploy', 'roll back'] as const;
  const clean = await Promise.all(
    stories.map(async (story) => ({ story, end: await playCrash(place, story, null) })),
  );
  const due = clean.flatMap(({ story, end }) =>
    end.points
      .filter((point) => STORIES[story].some((stage) => point.startsWith(`${stage} `)))
      .filter((point) => point.includes(only))
      .filter((_, index) => (index + seed) % oneOf === 0)
      .map((point) => ({ story, end, point })),
  );
  const kinds = new Map<string, Kind>();
  const kindOf = (story: Story, point: string): Kind => {
    const [stage = ''] = point.split(' ');
    const name = stage === 'SQL' ? `SQL, ${story}` : stage;
    const kind = kinds.get(name) ?? aKind(name);
    kinds.set(name, kind);
    return kind;
  };
  for (const { story, end } of clean) {
    const { violations } = kindOf(story, `${STORIES[story][0]} `);
    violations.push(...end.disagreements.map((why) => `without a death: ${why}`));
  }
  const work = async (): Promise<void> => {
    for (let next = due.shift(); next; next = due.shift()) {
      const { story, end, point } = next;
      const kind = kindOf(story, point);
      const played = await playCrash(place, story, point);
      if (!played.killed) kind.missed.push(point);
      else tell(`${kind.name}, ${point}: ${count(kind, point, played, judge(story, end, played))}`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return [...kinds.values()];
}

function aKind(name: string): Kind {
  return { name, clean: 0, questions: 0, seconds: [], violations: [], missed: [] };
}

/** Counts what came of a point, and says it. */
function count(kind: Kind, point: string, played: CrashEnd, found: readonly string[]): string {
  kind.seconds.push(played.seconds);
  kind.violations.push(...found.map((why) => `${point}: ${why}`));
  if (found.length > 0) return found.join('; ');
  if (played.question === null) kind.clean += 1;
  else kind.questions += 1;
  return played.question === null ? 'as the clean run' : 'a question';
}

/** I22: what is known, what is not, and the choices. */
const QUESTION =
  /^Known: .*\bstatement (\d) of \d\b.*\nNot known: .+\nChoices, .*\bretry\b.*\bnot done\b.*\bdone\b/;

function judge(story: Story, clean: CrashEnd, played: CrashEnd): readonly string[] {
  const { question, statements, disagreements, picture } = played;
  if (question === null) return [...disagreements, ...differences(clean.picture, picture)];
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

/** The kinds as a table for people. */
export const crashTable = (kinds: readonly Kind[]): string =>
  tableOf(
    ['step kind', 'points', 'as clean run', 'question', 'violations', 'missed', 'median s'],
    kinds.map(({ name, clean, questions, violations, missed, seconds }) => [
      ...[name, String(seconds.length), String(clean), String(questions)],
      ...[String(violations.length), String(missed.length), medianOf(seconds).toFixed(2)],
    ]),
  );
