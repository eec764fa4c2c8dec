import Button from '@atlaskit/button/new';
import { useState } from 'react';
import { wordsOf } from '../../shared/src/words';
import { readPiece } from './api/texts';
import { textBlocks } from './text-pieces';

/** The browser lays out only the blocks in sight; one text of megabytes would stop the page at each piece. */
const BLOCK_MAX_CHARS = 20_000;

interface StoredTextProps {
  readonly sha256: string;
  readonly label: string;
}

interface Loaded {
  readonly blocks: readonly string[];
  readonly nextOffset: number | null;
}

/** A text of the content, fetched piece by piece when somebody wants to read it. */
export function StoredText({ sha256, label }: StoredTextProps) {
  const [loaded, setLoaded] = useState<Loaded>();
  const [busy, setBusy] = useState<'piece' | 'rest'>();
  const [problem, setProblem] = useState<string>();

  const load = async (wanted: 'piece' | 'rest'): Promise<void> => {
    setBusy(wanted);
    try {
      let next: Loaded = loaded ?? { blocks: [], nextOffset: 0 };
      do {
        const piece = await readPiece(sha256, next.nextOffset ?? 0);
        next = { blocks: grown(next.blocks, piece.text), nextOffset: piece.nextOffset };
        setLoaded(next);
      } while (wanted === 'rest' && next.nextOffset !== null);
      setProblem(undefined);
    } catch (error) {
      setProblem(wordsOf(error));
    } finally {
      setBusy(undefined);
    }
  };
  const button = (wanted: 'piece' | 'rest', words: string) => (
    <Button
      appearance="subtle"
      spacing="compact"
      isLoading={busy === wanted}
      isDisabled={busy !== undefined && busy !== wanted}
      onClick={() => void load(wanted)}
    >
      {words} {label}
    </Button>
  );

  return (
    <div className="stored">
      {loaded !== undefined && (
        <pre className="code" tabIndex={0} aria-label={`Text of ${label}`}>
          {loaded.blocks.map((block, index) => (
            <span key={index} className="block">
              {block}
            </span>
          ))}
        </pre>
      )}
      {loaded === undefined && button('piece', 'Show')}
      {loaded !== undefined && loaded.nextOffset !== null && (
        <>
          {button('piece', 'Show more of')}
          {button('rest', 'Show the rest of')}
        </>
      )}
      {problem !== undefined && (
        <p className="refused" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}

/** Only the last block is cut anew: what is read already stays as it is drawn. */
const grown = (blocks: readonly string[], text: string): readonly string[] => [
  ...blocks.slice(0, -1),
  ...textBlocks((blocks.at(-1) ?? '') + text, BLOCK_MAX_CHARS),
];
