/** What trees of processes take of the machine's memory, by Linux's own account. */
import { readFileSync } from 'node:fs';

/** Megabytes that the processes and everything that they started hold; pages that they share count for each. */
export function residentMegabytes(pids: readonly number[]): number {
  const kilobytes = [...new Set(pids.flatMap(treeOf))].map(residentKilobytes);
  return Math.round(kilobytes.reduce((sum, each) => sum + each, 0) / 1_024);
}

function treeOf(pid: number): readonly number[] {
  return [pid, ...childrenOf(pid).flatMap(treeOf)];
}

const childrenOf = (pid: number): readonly number[] =>
  (read(`/proc/${String(pid)}/task/${String(pid)}/children`) ?? '')
    .split(' ')
    .filter((text) => text !== '')
    .map(Number);

const residentKilobytes = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+) kB/m.exec(read(`/proc/${String(pid)}/status`) ?? '')?.[1] ?? 0);

/** Undefined when the process has ended meanwhile. */
function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
