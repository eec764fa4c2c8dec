import Button from '@atlaskit/button/new';
import { useState } from 'react';
import { wordsOf } from '../../shared/src/words';
import { readPiece } from './api/texts';

/** So much is shown at once: more lines make the page slow. */
const SHOWN_MAX_CHARS = 20_000;

interface StoredTextProps {
  readonly sha256: string;
  readonly label: string;
}

interface Loaded {
  readonly text: string;
  readonly nextOffset: number | null;
}

/** A text of the content, fetched when somebody wants to read it. */
export function StoredText({ sha256, label }: StoredTextProps) {
  const [loaded, setLoaded] = useState<Loaded>();
  const [shownChars, setShownChars] = useState(SHOWN_MAX_CHARS);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();

  const load = async (): Promise<void> => {
    setBusy(true);
    try {
      const piece = await readPiece(sha256, loaded?.nextOffset ?? 0);
      setLoaded({ text: (loaded?.text ?? '') + piece.text, nextOffset: piece.nextOffset });
      setProblem(undefined);
    } catch (error) {
      setProblem(wordsOf(error));
    } finally {
      setBusy(false);
    }
  };
  const showMore = (): void => {
    setShownChars(shownChars + SHOWN_MAX_CHARS);
    if (loaded && loaded.nextOffset !== null && shownChars + SHOWN_MAX_CHARS > loaded.text.length) {
      void load();
    }
  };
  const hasMore =
    loaded !== undefined && (loaded.text.length > shownChars || loaded.nextOffset !== null);

  return (
    <div className="stored">
      {loaded !== undefined && (
        <pre className="code" tabIndex={0} aria-label={`Text of ${label}`}>
          {loaded.text.slice(0, shownChars)}
        </pre>
      )}
      {(loaded === undefined || hasMore) && (
        <Button
          appearance="subtle"
          spacing="compact"
          isLoading={isBusy}
          onClick={() => (loaded === undefined ? void load() : showMore())}
        >
          {loaded === undefined ? 'Show' : 'Show more of'} {label}
        </Button>
      )}
      {problem !== undefined && (
        <p className="refused" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}
