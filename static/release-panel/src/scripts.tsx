import { useState } from 'react';
import { ScriptCard } from './script-card';
import type { ReleaseShown } from './view';

interface ScriptsProps {
  readonly view: ReleaseShown;
  readonly onReviewed: () => void;
}

/** The SQL of the release in the order in which it runs. */
export function Scripts({ view, onReviewed }: ScriptsProps) {
  const { scripts, mayReview, status } = view;
  const [announced, setAnnounced] = useState('');
  if (scripts.length === 0) {
    return (
      <p className="empty">No scripts. Add one under Content if this release changes a database.</p>
    );
  }
  const isReviewable = mayReview && !['released', 'aborted', 'rolled-back'].includes(status);
  return (
    <div className="stack">
      <p className="small">
        Scripts run one after another, in this order. The first that fails stops the rest.
      </p>
      <span className="hidden-words" role="status">
        {announced}
      </span>
      {scripts.map((script, index) => (
        <ScriptCard
          key={script.id}
          script={script}
          position={index + 1}
          mayReview={isReviewable}
          onReviewed={(words) => {
            setAnnounced(words);
            onReviewed();
          }}
        />
      ))}
    </div>
  );
}
