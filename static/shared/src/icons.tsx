/** The few signs of our pages, drawn in the colour of what they stand in. Words beside them say what they mean. */
import type { ReactNode } from 'react';

interface SignProps {
  readonly className?: string;
  readonly children: ReactNode;
}

const Sign = ({ className, children }: SignProps) => (
  <svg className={className} width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
    {children}
  </svg>
);

const STROKE = {
  fill: 'none',
  stroke: 'currentColor',
  strokeWidth: 1.5,
  strokeLinecap: 'round',
  strokeLinejoin: 'round',
} as const;

export const DoneSign = () => (
  <Sign className="sign-done">
    <circle cx="8" cy="8" r="7.5" fill="currentColor" />
    <path d="M4.8 8.2 7 10.4l4.2-4.6" {...STROKE} stroke="var(--ds-icon-inverse)" />
  </Sign>
);

export const FailedSign = () => (
  <Sign className="sign-failed">
    <path d="M8 .6 15.4 8 8 15.4.6 8Z" fill="currentColor" />
    <path d="M8 4.6v4M8 11.2v.1" {...STROKE} stroke="var(--ds-icon-inverse)" />
  </Sign>
);

export const ActiveSign = () => (
  <Sign className="sign-active">
    <circle cx="8" cy="8" r="5" fill="none" stroke="currentColor" strokeWidth="4" />
  </Sign>
);

export const WaitingSign = () => (
  <Sign className="sign-waiting">
    <circle cx="8" cy="8" r="5" fill="none" stroke="currentColor" strokeWidth="2" />
  </Sign>
);

export const NothingSign = () => (
  <Sign className="sign-waiting">
    <path d="M4 8h8" {...STROKE} strokeWidth={2} />
  </Sign>
);

export const DownSign = () => (
  <Sign>
    <path d="m4 6 4 4 4-4" {...STROKE} />
  </Sign>
);

export const RightSign = () => (
  <Sign>
    <path d="m6 4 4 4-4 4" {...STROKE} />
  </Sign>
);

export const UpArrowSign = () => (
  <Sign>
    <path d="M8 13V3M4 7l4-4 4 4" {...STROKE} />
  </Sign>
);

export const DownArrowSign = () => (
  <Sign>
    <path d="M8 3v10M4 9l4 4 4-4" {...STROKE} />
  </Sign>
);

export const RemoveSign = () => (
  <Sign>
    <path d="m4 4 8 8M12 4l-8 8" {...STROKE} />
  </Sign>
);

export const AddSign = () => (
  <Sign>
    <path d="M8 3v10M3 8h10" {...STROKE} />
  </Sign>
);

export const LockSign = () => (
  <Sign>
    <path d="M4 7.5h8V13H4ZM5.7 7.5V5.3a2.3 2.3 0 0 1 4.6 0v2.2" {...STROKE} />
  </Sign>
);

export const ScriptSign = () => (
  <Sign>
    <path d="M2.5 3.5h11v9h-11ZM2.5 6.5h11M6 6.5v6" {...STROKE} />
  </Sign>
);
