import { useCallback, useEffect, useState } from 'react';
import type { SettingsView } from '#wire/page';
import { wordsOf } from '../../shared/src/words';
import { ask } from './api/app';

/** Forge's store lists what was written some time later, as a rule within seconds. */
const WAITS_MILLISECONDS = [0, 1_000, 2_000, 3_000, 4_000];

/** An agent calls every minute; whoever has the list open waits for one that enrolls, or that somebody else lets in. */
const WATCH_MILLISECONDS = 15_000;

/** Looks at the agents until they are so; false when they are not after some seconds. */
export type LookUntil = (isSo: (agents: SettingsView['agents']) => boolean) => Promise<boolean>;

interface Settings {
  readonly view: SettingsView | undefined;
  /** Why the last look failed. */
  readonly problem: string | undefined;
  readonly look: () => Promise<void>;
  readonly lookUntil: LookUntil;
  /** Looks at the agents alone: what people edit on other tabs stays as it is. */
  readonly glance: () => Promise<void>;
}

type Take = (fresh: SettingsView, before: SettingsView | undefined) => SettingsView;

const agentsOnly: Take = (fresh, before) => (before ? { ...before, agents: fresh.agents } : fresh);

/** The project's settings as the app has told them, and the ways to look anew. */
export function useSettings(): Settings {
  const [view, setView] = useState<SettingsView>();
  const [problem, setProblem] = useState<string>();

  const take = useCallback(async (by: Take) => {
    try {
      const fresh = await ask('settings.show');
      setView((before) => by(fresh, before));
      setProblem(undefined);
      return fresh;
    } catch (error) {
      setProblem(wordsOf(error));
      return undefined;
    }
  }, []);
  const look = useCallback(async () => {
    await take((fresh) => fresh);
  }, [take]);
  const glance = useCallback(async () => {
    await take(agentsOnly);
  }, [take]);
  const lookUntil = useCallback<LookUntil>(
    async (isSo) => {
      for (const milliseconds of WAITS_MILLISECONDS) {
        await new Promise((resolve) => setTimeout(resolve, milliseconds));
        const fresh = await take(agentsOnly);
        if (fresh && isSo(fresh.agents)) return true;
      }
      return false;
    },
    [take],
  );
  useEffect(() => void look(), [look]);

  return { view, problem, look, lookUntil, glance };
}

/** Looks now and then again and again, while this is wanted and somebody can see the page. */
export function useWatch(isWanted: boolean, glance: () => Promise<void>): void {
  useEffect(() => {
    if (!isWanted) return undefined;
    const glanceIfVisible = (): void => {
      if (!document.hidden) void glance();
    };
    glanceIfVisible();
    const timer = setInterval(glanceIfVisible, WATCH_MILLISECONDS);
    document.addEventListener('visibilitychange', glanceIfVisible);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', glanceIfVisible);
    };
  }, [glance, isWanted]);
}
