import Lozenge from '@atlaskit/lozenge';
import type { ScriptView } from '#wire/page';
import { ScriptSign } from '../../shared/src/icons';
import { Person } from '../../shared/src/person';
import { sizeText } from '../../shared/src/words';
import { Review } from './review';
import { StoredText } from './stored-text';
import type { Appearance } from './view';

interface ScriptCardProps {
  readonly script: ScriptView;
  /** From 1. */
  readonly position: number;
  readonly mayReview: boolean;
  readonly onReviewed: (words: string) => void;
}

interface Stand {
  readonly words: string;
  readonly appearance: Appearance;
}

/** One script: what it says, who judged it, how far it has run. */
export function ScriptCard({ script, position, mayReview, onReviewed }: ScriptCardProps) {
  const { words, appearance } = standOf(script);
  const isOpen = script.state === 'waiting' || script.state === 'failed';
  return (
    <article className="card" aria-label={`Script ${position}: ${script.name}`}>
      <header className="card-head">
        <ScriptSign />
        <span className="strong number">{position}</span>
        <span className="code">{script.name}</span>
        <span className="small">
          {script.database} · {sizeText(script.bytes)}
        </span>
        <span className="push">
          <Lozenge appearance={appearance}>{words}</Lozenge>
        </span>
      </header>
      <div className="card-split">
        <div>
          <StoredText sha256={script.sha256} label={script.name} />
          {script.undoSha256 !== null && (
            <StoredText sha256={script.undoSha256} label={`undo script of ${script.name}`} />
          )}
        </div>
        <div className="card-side small">
          {script.note !== '' && (
            <p className={script.state === 'failed' ? 'side-failed' : undefined}>{script.note}</p>
          )}
          <dl className="facts">
            {script.review !== null && (
              <>
                <dt>{script.review.verdict === 'approved' ? 'Approved by' : 'Rejected by'}</dt>
                <dd>
                  <Person accountId={script.review.by} />
                </dd>
              </>
            )}
            <dt>Undo script</dt>
            <dd>{script.undoSha256 === null ? 'None' : 'Ready'}</dd>
          </dl>
          {script.review !== null && script.review.reason !== '' && <p>{script.review.reason}</p>}
          {mayReview && isOpen && <Review script={script} onReviewed={onReviewed} />}
        </div>
      </div>
    </article>
  );
}

function standOf({ state, review }: ScriptView): Stand {
  switch (state) {
    case 'running':
      return { words: 'Executing', appearance: 'information' };
    case 'done':
      return { words: 'Executed', appearance: 'success' };
    case 'failed':
      return { words: 'Failed', appearance: 'danger' };
    case 'unknown':
      return { words: 'Outcome unknown', appearance: 'warning' };
    case 'skipped':
      return { words: 'Skipped', appearance: 'neutral' };
    case 'waiting':
      if (review === null) return { words: 'Awaiting DBA review', appearance: 'warning' };
      return review.verdict === 'approved'
        ? { words: 'Approved', appearance: 'success' }
        : { words: 'Rejected', appearance: 'danger' };
  }
}
