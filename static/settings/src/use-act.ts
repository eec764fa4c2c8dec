import { useState } from 'react';
import type { Outcome } from '#wire/page';

export interface Act {
  /** What the last act led to, for people; undefined before the first. */
  readonly message: string | undefined;
  readonly isBusy: boolean;
  readonly run: () => void;
}

/** An act of a person: one at a time, and its end in words. `after` shows what has changed. */
export function useAct(act: () => Promise<Outcome>, after: () => Promise<void>): Act {
  const [message, setMessage] = useState<string>();
  const [isBusy, setBusy] = useState(false);

  const perform = async (): Promise<void> => {
    setBusy(true);
    try {
      const outcome = await act();
      setMessage(outcome.kind === 'done' ? 'Done.' : outcome.sentence);
      if (outcome.kind === 'done') await after();
    } catch (error) {
      setMessage(error instanceof Error ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  };

  return { message, isBusy, run: () => void perform() };
}
