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
  /** A sentence each, with the seed that shows it again. */
  readonly violations: readonly string[];
}

export interface Cutting {
  readonly runs: number;
  /** The first seed. */
  readonly from: number;
  /** Stories at a time: they mostly wait. */
  readonly atOnce: number;
}

/** The story without a cut, and every cell. */
export async function playCells({ runs, from, atOnce }: Cutting): Promise<readonly Cell[]> {
  const clean = await playStory();
  const cells = OPERATIONS.flatMap((op) =>
    CUTS.map((cut) => ({ op, cut, seconds: [] as number[], violations: [] as string[] })),
  );
  const due = cells.flatMap((cell) =>
    Array.from({ length: runs }, (_, index) => ({ cell, seed: from + index })),
  );
  const work = async (): Promise<void> => {
    for (let next = due.shift(); next; next = due.shift()) {
      const { cell, seed } = next;
      const played = await playCut(clean, cell, seed);
      cell.seconds.push(played.seconds);
      cell.violations.push(...played.violations.map((why) => `seed ${String(seed)}: ${why}`));
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
): Promise<{ readonly seconds: number; readonly violations: readonly string[] }> {
  const count = clean.seen.get(op) ?? 0;
  if (count === 0) {
    return {
      seconds: 0,
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
    return { seconds: end.seconds, violations };
  }
}

/** The cells as a table for people. */
export const cutTable = (cells: readonly Cell[]): string =>
  tableOf(
    ['operation', 'cut', 'runs', 'violations', 'median s'],
    cells.map(({ op, cut, seconds, violations }) => [
      ...[op, cut, String(seconds.length), String(violations.length)],
      medianOf(seconds).toFixed(2),
    ]),
  );
