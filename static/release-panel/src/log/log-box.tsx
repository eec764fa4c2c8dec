import Button from '@atlaskit/button/new';
import { memo, useLayoutEffect, useRef, useState } from 'react';
import type { LogRow } from './log-rows';

/** Rows that are drawn at first, and with each click on more. */
const ROWS_SHOWN = 1_000;
/** Who is so near to the end reads along. */
const NEAR_PIXELS = 24;

const CLOCK = new Intl.DateTimeFormat(undefined, {
  ...{ hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' },
});

interface LogBoxProps {
  readonly rows: readonly LogRow[];
  readonly end: string | undefined;
  readonly label: string;
}

/** The lines, the newest at the bottom; follows them until the reader scrolls up. */
export function LogBox({ rows, end, label }: LogBoxProps) {
  const [shown, setShown] = useState(ROWS_SHOWN);
  const [current, setCurrent] = useState<number>();
  const box = useRef<HTMLDivElement>(null);
  const follows = useRef(true);
  const first = Math.max(0, rows.length - shown);

  useLayoutEffect(() => {
    if (follows.current && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [rows.length]);

  const errors = rows.flatMap((row, index) => (isError(row) && index >= first ? [index] : []));
  const goToError = (): void => {
    const next = errors.find((index) => index > (current ?? -1)) ?? errors[0];
    setCurrent(next);
    const row = box.current?.querySelector<HTMLElement>(`[data-row="${String(next)}"]`);
    if (!row || !box.current) return;
    follows.current = false;
    box.current.scrollTop = row.offsetTop - box.current.clientHeight / 2;
  };

  return (
    <>
      {errors.length > 0 && (
        <div>
          <Button spacing="compact" onClick={goToError}>
            Next error
          </Button>
        </div>
      )}
      {first > 0 && (
        <div>
          <Button
            appearance="subtle"
            spacing="compact"
            onClick={() => setShown(shown + ROWS_SHOWN)}
          >
            Show older lines
          </Button>
        </div>
      )}
      <div
        ref={box}
        className="log"
        role="log"
        aria-live="off"
        aria-label={label}
        tabIndex={0}
        onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
          follows.current = scrollHeight - scrollTop - clientHeight < NEAR_PIXELS;
        }}
      >
        {rows.slice(first).map((row, index) => (
          <Row
            key={first + index}
            row={row}
            index={first + index}
            isCurrent={first + index === current}
          />
        ))}
        {rows.length === 0 && <p className="log-mark">No line yet.</p>}
        {end !== undefined && <p className="log-mark">{end}</p>}
      </div>
    </>
  );
}

const isError = (row: LogRow): boolean => row.kind === 'line' && row.level === 'error';

interface RowProps {
  readonly row: LogRow;
  readonly index: number;
  readonly isCurrent: boolean;
}

const Row = memo(function Row({ row, index, isCurrent }: RowProps) {
  if (row.kind === 'mark') return <p className="log-mark">{row.text}</p>;
  const { at, level, about, text, isLate } = row;
  const kinds = [`log-line log-${level}`, isLate ? 'log-late' : '', isCurrent ? 'log-current' : ''];
  return (
    <div className={kinds.join(' ')} data-row={index}>
      <time className="log-time" dateTime={new Date(at * 1_000).toISOString()}>
        {CLOCK.format(at * 1_000)}
      </time>
      <span className="log-about">{about}</span>
      <span className="log-text">
        {level === 'info' ? null : <span className="hidden-words">{level}: </span>}
        {text}
      </span>
    </div>
  );
});
