import Button from '@atlaskit/button/new';
import type { Act } from './use-act';

interface ActBarProps {
  readonly act: Act;
  readonly words: string;
  /** Nothing has been changed yet. */
  readonly isIdle?: boolean;
  readonly appearance?: 'primary' | 'default' | 'danger';
  /** Back to what is stored. */
  readonly onDiscard?: () => void;
}

/** The button of an act, with why it was refused above it. */
export function ActBar({ act, words, isIdle, appearance, onDiscard }: ActBarProps) {
  return (
    <div className="stack">
      {act.problem !== undefined && (
        <p className="refused" role="alert">
          {act.problem}
        </p>
      )}
      <div className="actions">
        <Button
          appearance={appearance ?? 'primary'}
          isDisabled={isIdle ?? false}
          isLoading={act.isBusy}
          onClick={act.run}
        >
          {words}
        </Button>
        {onDiscard !== undefined && (
          <Button appearance="subtle" isDisabled={isIdle ?? false} onClick={onDiscard}>
            Discard changes
          </Button>
        )}
      </div>
    </div>
  );
}
