/** Everything that happened in a run, line by line; its digest proves that two runs were the same. */
import { hash } from 'node:crypto';

export interface Trace {
  note(line: string): void;
  lines(): readonly string[];
  /** SHA-256 over all lines. */
  digest(): string;
}

/** An empty trace. `now` gives the time that each line begins with. */
export function createTrace(now: () => number): Trace {
  const lines: string[] = [];
  return {
    note: (line) => {
      lines.push(`${now()} ${line}`);
    },
    lines: () => lines,
    digest: () => hash('sha256', lines.join('\n')),
  };
}
