/** Every operation under every cut, several times, each time at a message that the seed chooses. */
import { Envelope } from '#wire/agent';
import { createChance } from '../../simulation/chance';
import { DEADLINE_SECONDS, playStory } from './cut-story';
import type { StoryEnd } from './cut-story';
import { CUTS } from './fault-proxy';
import type { Cut } from './fault-proxy';
import { differences } from './differences';
import { medianOf, tableOf } from './table';

/** What the protocol knows: a new operation is cut as soon as it is there. */
export const OPERATIONS: readonly string[] = Envelope.shape.op.options;

export interface Cell {
  readonly op: string;
  readonly cut: Cut;
  readonly seconds: readonly number[];
  /** Stories with a violation. */
  readonly failed: number;
  /** Claims that reached the app once more. */
  readonly repeatedClaims: number;
  /** A sentence each, with the seed that shows it again. */
  readonly violations: readonly string[];
}

/** How often each cell is played in CI, and by command. */
export const CI_RUNS = 2;
export const FULL_RUNS = 25;

export interface Cutting {
  readonly runs: number;
  /** The first seed. */
  readonly from: number;
  /** Stories at a time: they mostly wait. */
  readonly atOnce: number;
  /** Hears of each violation at once, and of how far it has come. */
  readonly tell?: (line: string) => void;
}

/** The story without a cut, and every cell. */
export async function playCells({
  runs,
  from,
  atOnce,
  tell = () => undefined,
}: Cutting): Promise<readonly Cell[]> {
  const clean = await playStory();
  const cells = OPERATIONS.flatMap((op) =>
    CUTS.map((cut) => {
      const [seconds, violations]: [number[], string[]] = [[], []];
      return { op, cut, seconds, failed: 0, repeatedClaims: 0, violations };
    }),
  );
  const due = Array.from({ length: runs }, (_, index) =>
    cells.map((cell) => ({ cell, seed: from + index })),
  ).flat();
  const all = due.length;
  const work = async (): Promise<void> => {
    for (let next = due.shift(); next; next = due.shift()) {
      const { cell, seed } = next;
      const played = await playCut(clean, cell, seed);
      cell.seconds.push(played.seconds);
      cell.repeatedClaims += played.repeatedClaims;
      if (played.violations.length > 0) cell.failed += 1;
      const found = played.violations.map((why) => `seed ${String(seed)}: ${why}`);
      cell.violations.push(...found);
      for (const why of found) tell(`${cell.op}, ${cell.cut}, ${why}`);
      if (due.length % 100 === 0) tell(`${String(all - due.length)} of ${String(all)}`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return cells;
}

/** One story with one cut. */
async function playCut(
  clean: StoryEnd,
  { op, cut }: Pick<Cell, 'op' | 'cut'>,
  seed: number,
): Promise<Pick<StoryEnd, 'seconds' | 'repeatedClaims'> & Pick<Cell, 'violations'>> {
  const count = clean.seen.get(op) ?? 0;
  if (count === 0) {
    return {
      ...{ seconds: 0, repeatedClaims: 0 },
      violations: [`the story never sends ${op}; let it, then this cell means something`],
    };
  }
  const chance = createChance(seed * 1_000 + OPERATIONS.indexOf(op) * 10 + CUTS.indexOf(cut));
  const stallMilliseconds = DEADLINE_SECONDS * 1_000 * 1.2;
  // How many heartbeats and reports there are depends on the machine too.
  for (let occurrence = chance.between(1, count); ; occurrence -= 1) {
    const fault = { cut, op, occurrence, chance: chance.next, stallMilliseconds };
    const end = await playStory(fault);
    if (!end.struck && occurrence > 1) continue;
    const violations = [
      ...(end.struck ? [] : ['the cut never came']),
      ...end.disagreements,
      ...differences(clean.picture, end.picture),
    ];
    return { seconds: end.seconds, repeatedClaims: end.repeatedClaims, violations };
  }
}

/** Operation × cut, for people: how many stories of how many ended as the one without a cut. */
export const cutTable = (cells: readonly Cell[]): string =>
  tableOf(
    ['operation', ...CUTS, 'median s'],
    OPERATIONS.map((op) => {
      const row = cells.filter((cell) => cell.op === op);
      return [
        op,
        ...row.map(
          ({ seconds, failed }) =>
            `${String(seconds.length - failed)} of ${String(seconds.length)}`,
        ),
        medianOf(row.flatMap(({ seconds }) => seconds)).toFixed(2),
      ];
    }),
  );
