import { useCallback, useEffect, useRef, useState } from 'react';
import { wordsOf } from '../../../shared/src/words';
import { ask } from '../api/app';
import { withAnswer } from './log-rows';
import type { ShownLog } from './log-rows';

/** An agent sends its lines every ten seconds. */
const WORKING_MILLISECONDS = 5_000;
const IDLE_MILLISECONDS = 30_000;

export interface WatchedLog {
  readonly log: ShownLog | undefined;
  /** Why there is none. */
  readonly none: string | undefined;
  /** Why the last look failed; the log is older then. */
  readonly problem: string | undefined;
}

/** The log of a job, or of the latest one for null, asked for again and again while the page is visible. */
export function useLog(
  job: string | null,
  isWorking: boolean,
  nameOf: (id: string) => string,
): WatchedLog {
  const [watched, setWatched] = useState<WatchedLog>({
    log: undefined,
    none: undefined,
    problem: undefined,
  });
  const shown = useRef<ShownLog>();
  const names = useRef(nameOf);
  names.current = nameOf;

  const look = useCallback(
    async (isWanted: () => boolean) => {
      const { job: seen, next } = shown.current ?? {};
      try {
        const answer = await ask('log.show', {
          job,
          ...(seen !== undefined && { seen: { job: seen, next } }),
        });
        if (!isWanted()) return;
        if (answer.kind === 'refused') {
          setWatched({ log: undefined, none: answer.sentence, problem: undefined });
          return;
        }
        shown.current = withAnswer(shown.current, answer, names.current);
        setWatched({ log: shown.current, none: undefined, problem: undefined });
      } catch (error) {
        if (isWanted()) setWatched((before) => ({ ...before, problem: wordsOf(error) }));
      }
    },
    [job],
  );

  useEffect(() => {
    let isHere = true;
    let isBusy = false;
    const lookIfVisible = async (): Promise<void> => {
      // Two answers to one look would bring the same lines twice.
      if (document.hidden || isBusy) return;
      isBusy = true;
      await look(() => isHere);
      isBusy = false;
    };
    void lookIfVisible();
    const again = (): void => void lookIfVisible();
    const timer = setInterval(again, isWorking ? WORKING_MILLISECONDS : IDLE_MILLISECONDS);
    document.addEventListener('visibilitychange', again);
    return () => {
      isHere = false;
      clearInterval(timer);
      document.removeEventListener('visibilitychange', again);
    };
  }, [look, isWorking]);

  return watched;
}
