import { useState } from 'react';
import { tell } from '../../../shared/src/api/app';
import { counted, wordsOf } from '../../../shared/src/words';
import { ask } from '../api/app';
import { pieceCount, sendText } from '../api/texts';
import type { Draft } from './draft';
import { draftProblems } from './draft-problem';
import { manifestOf } from './manifest';

export interface Save {
  readonly problem: string | undefined;
  /** A save was stopped by what stands in the fields; it is said there until it is right. */
  readonly isStopped: boolean;
  /** What is being sent now; undefined while nothing is. */
  readonly progress: string | undefined;
  /** `base` names what the person saw, so that nobody else's work is replaced unseen. */
  readonly save: (draft: Draft, base: string) => Promise<boolean>;
}

// What the app has taken while this page is open need not be sent again.
const sent = new Set<string>();

/** Sends a draft: first its texts piece by piece, then the content that names them. */
export function useSave(): Save {
  const [problem, setProblem] = useState<string>();
  const [progress, setProgress] = useState<string>();
  const [isStopped, setStopped] = useState(false);

  const save = async (draft: Draft, base: string): Promise<boolean> => {
    const [first, ...others] = draftProblems(draft);
    setStopped(first !== undefined);
    setProblem(first && [first.words, more(others.length)].join(' ').trim());
    if (first) return false;
    setProgress('Preparing the texts');
    try {
      const { content, texts } = await manifestOf(draft);
      await sendAll(texts, setProgress);
      setProgress('Saving the content');
      const outcome = await ask('content.put', { content, base });
      setProblem(outcome.kind === 'refused' ? outcome.sentence : undefined);
      if (outcome.kind === 'done') tell('Content saved');
      // The app may miss a text that it once took, so the next attempt sends all of them.
      else sent.clear();
      return outcome.kind === 'done';
    } catch (error) {
      setProblem(`${wordsOf(error)} What you wrote is still here.`);
      return false;
    } finally {
      setProgress(undefined);
    }
  };
  return { problem, isStopped, progress, save };
}

const more = (count: number): string =>
  count === 0 ? '' : `${counted(count, 'more field')} ${count === 1 ? 'is' : 'are'} marked above.`;

async function sendAll(
  texts: ReadonlyMap<string, string>,
  onProgress: (words: string) => void,
): Promise<void> {
  const missing = [...texts].filter(([digest]) => !sent.has(digest));
  const all = missing.reduce((total, [, text]) => total + pieceCount(text), 0);
  let done = 0;
  for (const [digest, text] of missing) {
    await sendText(digest, text, () => {
      done += 1;
      onProgress(`Sent ${done} of ${all} pieces`);
    });
    sent.add(digest);
  }
}
