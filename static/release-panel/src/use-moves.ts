import { useCallback, useEffect, useState } from 'react';
import { tell } from '../../shared/src/api/app';
import { wordsOf } from '../../shared/src/words';
import { issueStatus, offeredTransitions, performTransition } from './api/transitions';
import type { OfferedTransition } from './api/transitions';
import { movesOf } from './moves';
import type { ReleaseShown } from './view';

/** After so long without a change people deserve to hear that it takes longer. */
const PATIENCE_MILLISECONDS = 15_000;

/** The app opens transitions a moment after the release has moved, so a missing one is asked for again. */
const ASK_AGAIN_MILLISECONDS = 3_000;
const ASKS_AGAIN = 3;

/** Jira's own words name a transition by its number then. */
const MEANWHILE = 'somebody has moved the release meanwhile; look at what it says now.';

export interface Moves {
  /** Undefined until Jira has answered. */
  readonly offered: readonly OfferedTransition[] | undefined;
  /** Where Jira has the issue, while it offers less than fits to the release; a moment later that counts no more. */
  readonly standing: string | undefined;
  /** The name of the transition that is on its way to Jira. */
  readonly busy: string | undefined;
  /** Jira's refusal of the last act, in its own words. */
  readonly problem: string | undefined;
  /** Jira accepted the last act, and the view has not shown it yet. */
  readonly pending: 'fresh' | 'late' | undefined;
  readonly perform: (name: string, reason: string) => Promise<boolean>;
}

/** What Jira lets this person do with the release, and the doing of it. */
export function useMoves(view: ReleaseShown, onActed: () => void): Moves {
  const [offered, setOffered] = useState<readonly OfferedTransition[]>();
  const [standing, setStanding] = useState<string>();
  const [busy, setBusy] = useState<string>();
  const [problem, setProblem] = useState<string>();
  const [accepted, setAccepted] = useState<{ readonly mark: string; readonly isLate: boolean }>();

  useEffect(() => {
    const names = movesOf(view).map(({ row }) => row.name);
    if (names.length === 0) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isWanted = true;
    const ask = async (asksLeft: number): Promise<void> => {
      const said = await askJira(view.issueKey, asksLeft > 0 ? names : []).catch(wordsOf);
      if (!isWanted) return;
      if (typeof said === 'string') {
        setOffered((before) => before ?? []);
        setProblem(said);
        return;
      }
      setStanding(said.standing);
      setOffered(said.offered);
      if (said.isShort) timer = setTimeout(() => void ask(asksLeft - 1), ASK_AGAIN_MILLISECONDS);
    };
    void ask(ASKS_AGAIN);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [view]);

  const isWaiting = accepted !== undefined && accepted.mark === markOf(view);
  useEffect(() => {
    if (!isWaiting) return undefined;
    const timer = setTimeout(
      () => setAccepted((before) => before && { ...before, isLate: true }),
      PATIENCE_MILLISECONDS,
    );
    return () => clearTimeout(timer);
  }, [isWaiting]);

  const perform = useCallback(
    async (name: string, reason: string): Promise<boolean> => {
      const transition = offered?.find((each) => each.name === name);
      if (!transition) return false;
      setBusy(name);
      setProblem(undefined);
      const refusal = await performTransition(view.issueKey, transition, reason).catch(wordsOf);
      const now = refusal === undefined ? undefined : await offeredNow(view.issueKey);
      setBusy(undefined);
      onActed();
      if (refusal !== undefined) {
        if (now) setOffered(now);
        const isGone = now?.every(({ id }) => id !== transition.id) === true;
        setProblem(isGone ? `Jira no longer offers ${name}: ${MEANWHILE}` : refusal);
        return false;
      }
      setAccepted({ mark: markOf(view), isLate: false });
      tell(`${name}: Jira accepted`);
      return true;
    },
    [offered, view, onActed],
  );

  const pending = isWaiting ? (accepted.isLate ? 'late' : 'fresh') : undefined;
  return { offered, standing, busy, problem, pending, perform };
}

/** What Jira offers, and where it has the issue if one of the names is missing. */
async function askJira(issueKey: string, names: readonly string[]) {
  const offered = await offeredTransitions(issueKey);
  const isShort = names.some((name) => offered.every((each) => each.name !== name));
  const standing = isShort ? await issueStatus(issueKey).catch(() => undefined) : undefined;
  return { offered, isShort, standing };
}

const offeredNow = (issueKey: string) => offeredTransitions(issueKey).catch(() => undefined);

/** Changes with whatever the app records. */
const markOf = ({ status, environment, attempt, story }: ReleaseShown): string =>
  [status, environment, attempt, story[0]?.serial].join(' ');
