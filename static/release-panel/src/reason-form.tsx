import Button from '@atlaskit/button/new';
import TextArea from '@atlaskit/textarea';
import { useEffect, useId, useRef, useState } from 'react';
import { consequence } from './consequence';
import type { Move } from './moves';
import type { ReleaseShown } from './view';

interface ReasonFormProps {
  readonly move: Move;
  readonly view: ReleaseShown;
  readonly isBusy: boolean;
  readonly onCancel: () => void;
  readonly onGiven: (reason: string) => Promise<void>;
}

/** Asks why, in place: a dialog could open outside of the visible part of Jira's frame. */
export function ReasonForm({ move, view, isBusy, onCancel, onGiven }: ReasonFormProps) {
  const [reason, setReason] = useState('');
  const field = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  useEffect(() => field.current?.focus(), []);
  const { name, action } = move.row;

  return (
    <form
      className="reason stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (reason.trim() !== '') void onGiven(reason.trim());
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onCancel();
      }}
    >
      <div>
        <h4>{`${name} ${view.issueKey}?`}</h4>
        <p>{consequence(action, view)}</p>
      </div>
      <div className="field">
        <label className="field-label" htmlFor={id}>
          Reason, shown in the activity
        </label>
        <TextArea
          ref={field}
          id={id}
          isCompact
          minimumRows={2}
          maxLength={1_000}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
      </div>
      <div className="actions">
        <Button
          type="submit"
          appearance={move.isGrave ? 'danger' : 'primary'}
          isDisabled={reason.trim() === ''}
          isLoading={isBusy}
        >
          {`${name} ${view.issueKey}`}
        </Button>
        <Button appearance="subtle" onClick={onCancel}>
          Cancel
        </Button>
      </div>
    </form>
  );
}
