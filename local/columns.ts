/** Reads the columns of a SQLite row as what the schema says they are. */
import type { SQLOutputValue } from 'node:sqlite';

export type Row = Readonly<Record<string, SQLOutputValue>>;

export function text(row: Row, column: string): string {
  const value = row[column];
  if (typeof value === 'string') return value;
  throw new Error(`Column ${column} holds no text.`);
}

export function whole(row: Row, column: string): number {
  const value = row[column];
  if (typeof value === 'number') return value;
  throw new Error(`Column ${column} holds no number.`);
}

export function optionalWhole(row: Row, column: string): number | undefined {
  return row[column] === null ? undefined : whole(row, column);
}

/** JSON that a service of ours wrote. */
export function json(row: Row, column: string): unknown {
  return JSON.parse(text(row, column));
}
