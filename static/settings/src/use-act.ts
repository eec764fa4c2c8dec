import { useState } from 'react';
import type { Outcome } from '#wire/page';
import { tell } from '../../shared/src/api/app';
import { wordsOf } from '../../shared/src/words';

export interface Act {
  /** Why the last act was refused; undefined after a good end. */
  readonly problem: string | undefined;
  readonly isBusy: boolean;
  readonly run: () => void;
}

/** An act of a person: one at a time, and its end in words. `after` shows what has changed. */
export function useAct(act: () => Promise<Outcome>, done: string, after: () => Promise<void>): Act {
  const [problem, setProblem] = useState<string>();
  const [isBusy, setBusy] = useState(false);

  const perform = async (): Promise<void> => {
    setBusy(true);
    try {
      const outcome = await act();
      setProblem(outcome.kind === 'refused' ? outcome.sentence : undefined);
      if (outcome.kind === 'refused') return;
      tell(done);
      await after();
    } catch (error) {
      setProblem(wordsOf(error));
    } finally {
      setBusy(false);
    }
  };

  return { problem, isBusy, run: () => void perform() };
}
