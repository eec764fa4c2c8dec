import { useCallback, useEffect, useState } from 'react';
import type { ReleaseView } from '#wire/page';
import { ask } from './api/app';

/** While an agent works, people want to see each host change. */
const WORKING_MILLISECONDS = 3_000;
/** Otherwise somebody else may click, rarely. */
const IDLE_MILLISECONDS = 15_000;

const WORKING: readonly string[] = [
  'code-executing',
  'verifying',
  'sql-pending',
  'config-executing',
];

export interface Watched {
  readonly view: ReleaseView | undefined;
  /** Why the last look failed; the view is older then. */
  readonly problem: string | undefined;
  readonly look: () => Promise<void>;
}

/** The release as the app shows it, asked again and again while the page is visible. */
export function useRelease(): Watched {
  const [view, setView] = useState<ReleaseView>();
  const [problem, setProblem] = useState<string>();

  const look = useCallback(async () => {
    try {
      setView(await ask('release.show'));
      setProblem(undefined);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  }, []);

  const isWorking = view?.kind === 'release' && WORKING.includes(view.status);
  useEffect(() => {
    void look();
    const lookIfVisible = (): void => {
      if (!document.hidden) void look();
    };
    const timer = setInterval(lookIfVisible, isWorking ? WORKING_MILLISECONDS : IDLE_MILLISECONDS);
    return () => clearInterval(timer);
  }, [look, isWorking]);

  return { view, problem, look };
}
