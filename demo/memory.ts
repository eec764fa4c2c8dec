/** What trees of processes take of the machine's memory, by Linux's own account. */
import { readFileSync } from 'node:fs';

export interface Memory {
  /** Pages that processes share count once. */
  readonly proportionalMegabytes: number;
  /** Pages that processes share count for each of them. */
  readonly residentMegabytes: number;
}

/** What the processes and everything that they started hold. */
export function memoryOf(pids: readonly number[]): Memory {
  const rolls = [...new Set(pids.flatMap(treeOf))].map(
    (pid) => read(`/proc/${String(pid)}/smaps_rollup`) ?? '',
  );
  return {
    proportionalMegabytes: megabytes(rolls, /^Pss:\s+(\d+) kB/m),
    residentMegabytes: megabytes(rolls, /^Rss:\s+(\d+) kB/m),
  };
}

const megabytes = (rolls: readonly string[], line: RegExp): number =>
  Math.round(rolls.reduce((sum, roll) => sum + Number(line.exec(roll)?.[1] ?? 0), 0) / 1_024);

function treeOf(pid: number): readonly number[] {
  return [pid, ...childrenOf(pid).flatMap(treeOf)];
}

const childrenOf = (pid: number): readonly number[] =>
  (read(`/proc/${String(pid)}/task/${String(pid)}/children`) ?? '')
    .split(' ')
    .filter((text) => text !== '')
    .map(Number);

/** Undefined when the process has ended meanwhile. */
function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
