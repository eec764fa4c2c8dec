import type { Outcome } from '#wire/page';
import { useAct } from './use-act';

interface ActButtonProps {
  readonly words: string;
  readonly act: () => Promise<Outcome>;
  readonly after: () => Promise<void>;
}

/** A button with the end of its act beside it. */
export function ActButton({ words, act, after }: ActButtonProps) {
  const { message, isBusy, run } = useAct(act, after);
  return (
    <span className="act">
      <button type="button" disabled={isBusy} onClick={run}>
        {words}
      </button>
      {message !== undefined && <span role="alert">{message}</span>}
    </span>
  );
}
