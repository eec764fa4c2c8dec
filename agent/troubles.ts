/** What keeps a running agent from its work, written where `interlock-agent status` finds it. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

const TroubleKind = z.enum(['refused', 'clock']);
type TroubleKind = z.infer<typeof TroubleKind>;

const Trouble = z.object({ since: z.string(), sentence: z.string() });
type Trouble = z.infer<typeof Trouble>;

const Rows = z.array(z.tuple([TroubleKind, Trouble]));
type Kept = Map<TroubleKind, Trouble>;

export interface Troubles {
  /** `sentence`: undefined where there is no such trouble. */
  tell(kind: TroubleKind, sentence: string | undefined): void;
}

/** Begins without a trouble. One of the last life that is told again lasts since then, unless its end was told. */
export function keepTroubles(file: string, now: () => Date): Troubles {
  const last = readKept(file);
  const kept: Kept = new Map();
  const write = (): void => {
    try {
      writeFileSync(`${file}.new`, JSON.stringify([...kept]), { mode: 0o600 });
      renameSync(`${file}.new`, file);
    } catch {
      // On a full disk the log says it still, on stderr.
    }
  };
  write();
  return {
    tell: (kind, sentence) => {
      if (sentence === undefined) last.delete(kind);
      if (sentence === kept.get(kind)?.sentence) return;
      if (sentence === undefined) kept.delete(kind);
      else {
        const { since } = kept.get(kind) ?? last.get(kind) ?? { since: now().toISOString() };
        kept.set(kind, { since, sentence });
      }
      write();
    },
  };
}

/** Each with the moment since which it lasts, by the machine's clock. */
export const readTroubles = (file: string): readonly Trouble[] => [...readKept(file).values()];

function readKept(file: string): Kept {
  try {
    return new Map(Rows.parse(JSON.parse(readFileSync(file, 'utf8'))));
  } catch {
    // No agent has run yet.
    return new Map();
  }
}
