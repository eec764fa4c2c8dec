import Button from '@atlaskit/button/new';
import TextArea from '@atlaskit/textarea';
import { useId, useState } from 'react';
import type { ScriptView } from '#wire/page';
import { tell } from '../../shared/src/api/app';
import { wordsOf } from '../../shared/src/words';
import { ask } from './api/app';

interface ReviewProps {
  readonly script: ScriptView;
  readonly onReviewed: (words: string) => void;
}

type Verdict = 'approved' | 'rejected';

/** A DBA's word on one script, exactly as it is shown; a rejection says why. */
export function Review({ script, onReviewed }: ReviewProps) {
  const [busy, setBusy] = useState<Verdict>();
  const [problem, setProblem] = useState<string>();
  const [isRejecting, setRejecting] = useState(false);
  const [reason, setReason] = useState('');
  const id = useId();

  const judge = async (verdict: Verdict): Promise<void> => {
    setBusy(verdict);
    try {
      const said = verdict === 'rejected' ? reason.trim() : '';
      const { id: name, mark } = script;
      const outcome = await ask('script.review', { script: name, mark, verdict, reason: said });
      setProblem(outcome.kind === 'refused' ? outcome.sentence : undefined);
      if (outcome.kind === 'refused') return;
      setRejecting(false);
      const words = `${script.name} ${verdict}`;
      tell(words);
      onReviewed(words);
    } catch (error) {
      setProblem(wordsOf(error));
    } finally {
      setBusy(undefined);
    }
  };

  return (
    <div className="stack">
      {isRejecting && (
        <div className="field">
          <label className="field-label" htmlFor={id}>
            Why it must not run
          </label>
          <TextArea
            id={id}
            isCompact
            autoFocus
            minimumRows={2}
            maxLength={1_000}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        </div>
      )}
      <div className="actions">
        {!isRejecting && script.review?.verdict !== 'approved' && (
          <Button
            appearance="primary"
            spacing="compact"
            isLoading={busy === 'approved'}
            onClick={() => void judge('approved')}
          >
            Approve<span className="hidden-words"> {script.name}</span>
          </Button>
        )}
        {(isRejecting || script.review?.verdict !== 'rejected') && (
          <Button
            appearance={isRejecting ? 'danger' : 'default'}
            spacing="compact"
            isLoading={busy === 'rejected'}
            isDisabled={isRejecting && reason.trim() === ''}
            onClick={() => (isRejecting ? void judge('rejected') : setRejecting(true))}
          >
            {isRejecting ? 'Reject script' : 'Reject'}
            <span className="hidden-words"> {script.name}</span>
          </Button>
        )}
        {isRejecting && (
          <Button appearance="subtle" spacing="compact" onClick={() => setRejecting(false)}>
            Cancel
          </Button>
        )}
      </div>
      {problem !== undefined && (
        <p className="refused" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}
