import type { Operand } from './parse';

const UNIT_MS: Readonly<Record<string, number>> = {
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** A moment of a query in epoch milliseconds: `-2d`, `2026-11-20`, `"2026/11/20 15:30"` (UTC), `now()`. */
export function readMoment(operand: Operand, nowMs: number): number | undefined {
  if (operand.kind === 'function') return operand.text.toLowerCase() === 'now' ? nowMs : undefined;
  const relative = /^([+-]?\d+)([mhdw])$/.exec(operand.text);
  if (relative !== null) return nowMs + Number(relative[1]) * (UNIT_MS[relative[2] ?? ''] ?? 0);
  const fixed = /^(\d{4})[-/](\d\d?)[-/](\d\d?)(?: (\d\d?):(\d\d))?$/.exec(operand.text);
  if (fixed === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = fixed
    .slice(1)
    .map((part) => Number(part));
  const moment = new Date(Date.UTC(year, month - 1, day, hour || 0, minute || 0));
  return moment.getUTCMonth() === month - 1 ? moment.getTime() : undefined;
}
