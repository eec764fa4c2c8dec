import type { ReactNode } from 'react';

interface IconButtonProps {
  /** Names the act and its object: `Remove host web-1`. */
  readonly label: string;
  readonly onClick: () => void;
  readonly isDisabled?: boolean;
  readonly children: ReactNode;
}

/** A button that is a sign, 24 pixels wide at least. */
export function IconButton({ label, onClick, isDisabled, children }: IconButtonProps) {
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={label}
      title={label}
      disabled={isDisabled ?? false}
      onClick={onClick}
    >
      {children}
    </button>
  );
}
