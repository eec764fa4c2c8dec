import { useId, useRef } from 'react';
import type { KeyboardEvent, ReactNode } from 'react';

export interface TabItem {
  readonly key: string;
  readonly label: string;
  /** Shown in brackets behind the label. */
  readonly count?: number;
}

interface TabsProps<Item extends TabItem> {
  /** What the tabs divide, for screen readers. */
  readonly label: string;
  readonly items: readonly Item[];
  readonly selected: Item['key'];
  readonly onSelect: (key: Item['key']) => void;
  readonly children: ReactNode;
}

const STEPS: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowLeft: -1 };

/** Tabs over one panel: one stop of the Tab key, arrows between them. */
export function Tabs<Item extends TabItem>(props: TabsProps<Item>) {
  const { label, items, selected, onSelect, children } = props;
  const id = useId();
  const list = useRef<HTMLDivElement>(null);

  const move = (event: KeyboardEvent): void => {
    const index = items.findIndex(({ key }) => key === selected);
    const wanted = wantedIndex(event.key, index, items.length);
    const item = wanted === undefined ? undefined : items[wanted];
    if (!item) return;
    event.preventDefault();
    onSelect(item.key);
    list.current?.querySelectorAll('button')[wanted ?? 0]?.focus();
  };

  return (
    <>
      <div className="tabs" role="tablist" aria-label={label} ref={list} onKeyDown={move}>
        {items.map((item) => (
          <button
            key={item.key}
            type="button"
            role="tab"
            id={`${id}-${item.key}`}
            aria-selected={item.key === selected}
            aria-controls={`${id}-panel`}
            tabIndex={item.key === selected ? 0 : -1}
            onClick={() => onSelect(item.key)}
          >
            {item.label}
            {item.count !== undefined && <span className="number"> ({item.count})</span>}
          </button>
        ))}
      </div>
      <div
        className="tab-panel"
        role="tabpanel"
        id={`${id}-panel`}
        aria-labelledby={`${id}-${selected}`}
      >
        {children}
      </div>
    </>
  );
}

function wantedIndex(key: string, index: number, count: number): number | undefined {
  if (key === 'Home') return 0;
  if (key === 'End') return count - 1;
  const step = STEPS[key];
  return step === undefined ? undefined : (index + step + count) % count;
}
