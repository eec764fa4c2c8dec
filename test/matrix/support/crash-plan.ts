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

/** The points of a story's stage that the clean run has passed, in order. */
const pointsOf = (clean: CleanRuns, story: Story, stage: string): readonly string[] =>
  (clean.get(story)?.points ?? []).filter((point) => stageOf(point) === stage);

/** A release for each point: what goes wrong has one cause. */
export const oneByOne = (clean: CleanRuns, only: string): readonly Killing[] =>
  PLACES.flatMap(({ story, stage }) =>
    pointsOf(clean, story, stage)
      .filter((point) => point.includes(only))
      .map((point) => ({ story, killAt: [point] })),
  );

/** Where each stage's points are cheapest to come to. */
const PLACES: readonly { readonly story: Story; readonly stage: string }[] = [
  { story: 'postgresql', stage: 'SQL' },
  { story: 'mysql', stage: 'SQL' },
  { story: 'deploy', stage: 'CONFIG' },
  { story: 'deploy', stage: 'CODE' },
  { story: 'deploy', stage: 'VERIFY' },
  { story: 'roll back', stage: 'ROLLBACK' },
];

/** Some points: those of SQL alone, because some ask; of the other stages one each in one release, because none may. */
export function some(clean: CleanRuns, seed: number): readonly Killing[] {
  const sql = (['postgresql', 'mysql'] as const).flatMap((story) =>
    chosen(pointsOf(clean, story, 'SQL'), 3, seed).map((point) => ({ story, killAt: [point] })),
  );
  const stages = STORIES['roll back'].map((stage) =>
    chosen(pointsOf(clean, 'roll back', stage), 2, seed),
  );
  const longest = Math.max(...stages.map(({ length }) => length));
  const chains = Array.from({ length: longest }, (_, index): Killing => ({
    story: 'roll back',
    killAt: stages.flatMap((points) => points[index] ?? []),
  }));
  return [...chains, ...sql];
}

/** So many releases a stage whose agent dies, and whose next life dies at one of its first points. */
export const again = (clean: CleanRuns, each: number, seed: number): readonly Killing[] =>
  PLACES.flatMap(({ story, stage }, row) => {
    const points = pointsOf(clean, story, stage);
    return Array.from({ length: each }, (_, index): Killing => {
      const point = points[Math.floor(((index + 0.5) / each) * points.length)] ?? '';
      const next = 1 + ((index * 5 + row * 3 + seed) % RECOVERY_POINTS);
      return { story, killAt: [point, `+${String(next)}`] };
    });
  });

/** A life that finds an open job passes at least so many points until its release has ended or a person is asked. */
const RECOVERY_POINTS = 9;

/** The points of a life that recovered, each for a death of its own. */
export const throughRecovery = ({ story, killAt }: Killing, points: number): readonly Killing[] =>
  Array.from({ length: points }, (_, index) => ({
    story,
    killAt: [...killAt, `+${String(index + 1)}`],
  }));
