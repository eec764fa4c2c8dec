/** Which agents die where: alone in a release, one in each of its stages, or again while it recovers. */
import { STORIES, stageOf } from './crash-story';
import type { CrashEnd, Story } from './crash-story';

/** One release, and the points at which its agents die, in order. */
export interface Killing {
  readonly story: Story;
  readonly killAt: readonly string[];
}

export type CleanRuns = ReadonlyMap<Story, CrashEnd>;

/** One of so many, beginning where the seed says. */
const chosen = <Item>(items: readonly Item[], oneOf: number, seed: number): readonly Item[] =>
  items.filter((_, index) => (index + seed) % oneOf === 0);

interface Place {
  readonly story: Story;
  readonly stage: string;
  /** What comes before the first point with these words is another place's. */
  readonly from?: string;
  /** Its only points are those with these words. */
  readonly only?: string;
}

/** Where each stage's points are cheapest to come to. */
const PLACES: readonly Place[] = [
  { story: 'postgresql', stage: 'SQL' },
  { story: 'mysql', stage: 'SQL' },
  { story: 'deploy', stage: 'CONFIG' },
  { story: 'deploy', stage: 'CODE' },
  { story: 'broken', stage: 'CODE', from: 'return-activate' },
  { story: 'restored', stage: 'CODE', only: 'journal.sendAgainFrom' },
  { story: 'deploy', stage: 'VERIFY' },
  { story: 'roll back', stage: 'ROLLBACK' },
];

/** The points of a story's stage that the clean run has passed, in order. */
function pointsOf(
  clean: CleanRuns,
  { story, stage, from = '', only = '' }: Place,
): readonly string[] {
  const points = clean.get(story)?.points ?? [];
  return points
    .slice(points.findIndex((point) => point.includes(from)))
    .filter((point) => stageOf(point) === stage && point.includes(only));
}

/** A release for each point: what goes wrong has one cause. */
export const oneByOne = (clean: CleanRuns, only: string): readonly Killing[] => [
  ...PLACES.flatMap((place) =>
    pointsOf(clean, place)
      .filter((point) => point.includes(only))
      .map((point) => ({ story: place.story, killAt: [point] })),
  ),
  ...PLACES.filter(({ story }) => story !== 'restored')
    .flatMap(({ story, stage }) =>
      SIDES.map((side) => ({ story, killAt: forgetting(stage, side) })),
    )
    .filter(({ killAt }) => killAt.some((point) => point.includes(only))),
];

const SIDES = ['before', 'after'] as const;

/** An agent that dies between the app's answer and its note of it forgets the job later, and dies of that too. */
const forgetting = (stage: string, side: (typeof SIDES)[number]): readonly string[] => [
  `${stage} app.finish after #1`,
  `${stage} journal.dropJob ${side} #1`,
];

/** One point of so many is played in CI, fewer of those whose release is long; a second death follows one of so many first ones. */
const CHOSEN_ONE_OF = { alone: 5, together: 6 };
const AGAIN_ONE_OF = 2;

/**
 * Some points: those after which people may be asked in a release of their own; of the other stages one each in one
 * release, which costs more than a life does.
 */
export function some(clean: CleanRuns, seed: number): readonly Killing[] {
  const chosenOf = (place: Place, oneOf: number): readonly string[] =>
    place.only === undefined ? chosen(pointsOf(clean, place), oneOf, seed) : pointsOf(clean, place);
  const next = (index: number): readonly string[] =>
    (index + seed) % AGAIN_ONE_OF === 0 ? [`+${String(1 + ((index * 5) % RECOVERY_POINTS))}`] : [];
  const alone = PLACES.filter(({ story }) => story !== 'deploy' && story !== 'roll back').flatMap(
    (place) =>
      chosenOf(place, CHOSEN_ONE_OF.alone).map((point, index) => ({
        story: place.story,
        killAt: [point, ...next(index)],
      })),
  );
  const stages = STORIES['roll back'].map((stage) =>
    chosenOf({ story: 'roll back', stage }, CHOSEN_ONE_OF.together),
  );
  const longest = Math.max(...stages.map(({ length }) => length));
  const chains = Array.from({ length: longest }, (_, index): Killing => ({
    story: 'roll back',
    killAt: stages.flatMap((points, row) => {
      const point = points[index];
      return point === undefined ? [] : [point, ...next(index + row)];
    }),
  }));
  const forgotten = (['roll back', 'broken', 'postgresql', 'mysql'] as const).map(
    (story, row): Killing => ({
      story,
      killAt: STORIES[story].flatMap((stage, index) =>
        forgetting(stage, SIDES[(row + index + seed) % SIDES.length] ?? 'before'),
      ),
    }),
  );
  return [...forgotten, ...chains, ...alone];
}

/** A life that finds an open job passes at least so many points until its release has ended or a person is asked. */
const RECOVERY_POINTS = 9;

/** The points of a life that recovered, each for a death of its own. */
export const throughRecovery = ({ story, killAt }: Killing, points: number): readonly Killing[] =>
  Array.from({ length: points }, (_, index) => ({
    story,
    killAt: [...killAt, `+${String(index + 1)}`],
  }));
