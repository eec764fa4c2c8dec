import type { DatabaseSync } from 'node:sqlite';
import { type Row, text, whole } from '../../columns';
import { change, nextNumber, row, rows } from './table';

export const CATEGORIES = ['TODO', 'IN_PROGRESS', 'DONE'] as const;
export type Category = (typeof CATEGORIES)[number];

export interface Status {
  readonly id: number;
  readonly name: string;
  readonly description: string;
  readonly category: Category;
}

/** What Jira calls the three categories elsewhere. Ids and colours as on Jira Cloud. */
export const CATEGORY_DETAILS: Readonly<
  Record<
    Category,
    { readonly id: number; readonly key: string; readonly colorName: string; readonly name: string }
  >
> = {
  TODO: { id: 2, key: 'new', colorName: 'blue-gray', name: 'To Do' },
  IN_PROGRESS: { id: 4, key: 'indeterminate', colorName: 'yellow', name: 'In Progress' },
  DONE: { id: 3, key: 'done', colorName: 'green', name: 'Done' },
};

function isCategory(value: unknown): value is Category {
  return CATEGORIES.some((category) => category === value);
}

function readStatus(from: Row): Status {
  const category = text(from, 'category');
  if (!isCategory(category)) throw new Error(`Unknown status category ${category}.`);
  return {
    id: whole(from, 'id'),
    name: text(from, 'name'),
    description: text(from, 'description'),
    category,
  };
}

export function allStatuses(database: DatabaseSync): readonly Status[] {
  return rows(database, 'SELECT * FROM jira_status ORDER BY id', [], readStatus);
}

export function statusById(database: DatabaseSync, id: number): Status | undefined {
  return row(database, 'SELECT * FROM jira_status WHERE id = ?', [id], readStatus);
}

/** A status that an issue or a workflow stands on. */
export function knownStatus(database: DatabaseSync, id: number): Status {
  const status = statusById(database, id);
  if (status === undefined) throw new Error(`Status ${id} is used but does not exist.`);
  return status;
}

/** Status names are unique, whatever their case. */
export function statusByName(database: DatabaseSync, name: string): Status | undefined {
  return row(
    database,
    'SELECT * FROM jira_status WHERE name = ? COLLATE NOCASE',
    [name],
    readStatus,
  );
}

export function createStatus(
  database: DatabaseSync,
  fresh: Omit<Status, 'id'> & { readonly id?: number },
): Status {
  const id = fresh.id ?? nextNumber(database, 'status');
  change(
    database,
    'INSERT INTO jira_status (id, name, description, category) VALUES (?, ?, ?, ?)',
    id,
    fresh.name,
    fresh.description,
    fresh.category,
  );
  return { id, name: fresh.name, description: fresh.description, category: fresh.category };
}
