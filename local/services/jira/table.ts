import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { type Row, text, whole } from '../../columns';

type Values = readonly SQLInputValue[];

/** All rows of a query. */
export function rows<T>(
  database: DatabaseSync,
  sql: string,
  values: Values,
  read: (row: Row) => T,
): T[] {
  return database
    .prepare(sql)
    .all(...values)
    .map(read);
}

/** The first row of a query, if there is one. */
export function row<T>(
  database: DatabaseSync,
  sql: string,
  values: Values,
  read: (row: Row) => T,
): T | undefined {
  const found = database.prepare(sql).get(...values);
  return found === undefined ? undefined : read(found);
}

/** Runs a statement and answers how many rows it changed. */
export function change(database: DatabaseSync, sql: string, ...values: Values): number {
  return Number(database.prepare(sql).run(...values).changes);
}

/** Runs all of it or none; may be nested. Nothing inside may wait. */
export function atomically<T>(database: DatabaseSync, work: () => T): T {
  database.exec('SAVEPOINT jira');
  try {
    const result = work();
    database.exec('RELEASE jira');
    return result;
  } catch (failure) {
    database.exec('ROLLBACK TO jira; RELEASE jira');
    throw failure;
  }
}

/** The next number of a sequence. Jira's own ids begin at 10000. */
export function nextNumber(database: DatabaseSync, sequence: string): number {
  const taken = row(
    database,
    `INSERT INTO jira_sequence (name, last) VALUES (?, 10000)
     ON CONFLICT (name) DO UPDATE SET last = last + 1 RETURNING last`,
    [sequence],
    (found) => whole(found, 'last'),
  );
  if (taken === undefined) throw new Error(`Sequence ${sequence} gave no number.`);
  return taken;
}

export function textOrNull(from: Row, column: string): string | null {
  return from[column] === null ? null : text(from, column);
}

export function integerOrNull(from: Row, column: string): number | null {
  return from[column] === null ? null : whole(from, column);
}
