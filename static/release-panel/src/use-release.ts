import { useCallback, useEffect, useRef, useState } from 'react';
import type { ReleaseView } from '#wire/page';
import { wordsOf } from '../../shared/src/words';
import { ask } from './api/app';
import { isWorking } from './working';

/** While work is under way, people want to see each host change. */
const WORKING_MILLISECONDS = 3_000;
/** How long a person's own act is watched closely. */
const HURRY_MILLISECONDS = 30_000;
/** Otherwise somebody else may click, rarely. */
const IDLE_MILLISECONDS = 15_000;
/** A whole look also compares the issue with Jira and keeps the agents hurrying; a glance does not. */
const WHOLE_LOOK_MILLISECONDS = 30_000;

export interface Watched {
  readonly view: ReleaseView | undefined;
  /** Why the last look failed; the view is older then. */
  readonly problem: string | undefined;
  readonly look: () => Promise<void>;
  /** Looks more often for a while: the person has just done something. */
  readonly hurry: () => void;
}

/** The release as the app shows it, asked again and again while the page is visible. */
export function useRelease(): Watched {
  const [view, setView] = useState<ReleaseView>();
  const [problem, setProblem] = useState<string>();
  const seen = useRef<{ readonly mark: string | undefined; readonly at: number }>({
    mark: undefined,
    at: -Infinity,
  });

  const attempt = useCallback(async (act: () => Promise<void>) => {
    try {
      await act();
      setProblem(undefined);
    } catch (error) {
      setProblem(wordsOf(error));
    }
  }, []);
  const show = useCallback(async () => {
    const fresh = await ask('release.show');
    seen.current = {
      mark: fresh.kind === 'release' ? fresh.mark : undefined,
      at: performance.now(),
    };
    setView(fresh);
  }, []);
  const look = useCallback(() => attempt(show), [attempt, show]);
  const glance = useCallback(
    () =>
      attempt(async () => {
        const { mark, at } = seen.current;
        const isDue = performance.now() - at >= WHOLE_LOOK_MILLISECONDS;
        if (isDue || mark === undefined) return show();
        const { kind } = await ask('release.glance', { mark });
        if (kind === 'changed') await show();
      }),
    [attempt, show],
  );

  const [isHurried, setHurried] = useState(false);
  const hurry = useCallback(() => setHurried(true), []);
  useEffect(() => {
    if (!isHurried) return undefined;
    const timer = setTimeout(() => setHurried(false), HURRY_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [isHurried]);

  const isWatched = isHurried || (view?.kind === 'release' && isWorking(view));
  useEffect(() => {
    void glance();
    const glanceIfVisible = (): void => {
      if (!document.hidden) void glance();
    };
    const milliseconds = isWatched ? WORKING_MILLISECONDS : IDLE_MILLISECONDS;
    const timer = setInterval(glanceIfVisible, milliseconds);
    document.addEventListener('visibilitychange', glanceIfVisible);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', glanceIfVisible);
    };
  }, [glance, isWatched]);

  return { view, problem, look, hurry };
}
