import Button from '@atlaskit/button/new';
import TextArea from '@atlaskit/textarea';
import { useEffect, useId, useRef, useState } from 'react';
import type { PersonAction } from '#core/transitions';
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

/** What happens, and what cannot be undone. */
function consequence(action: PersonAction, { environment, hosts }: ReleaseShown): string {
  const place = environment ?? 'its environment';
  switch (action) {
    case 'roll-back':
      return `The ${hosts.length === 1 ? 'host' : `${hosts.length} hosts`} of ${place} return to what they served before, from their own files. What SQL has changed is kept.`;
    case 'abort':
      return 'The release ends. It cannot be taken up again; a new one can.';
    case 'reject':
      return 'The release goes back to Draft, and its approvals are gone.';
    case 'report-config-failed':
      return 'The release stops in Fix pending, and nothing after the configuration is done.';
    default:
      return '';
  }
}
